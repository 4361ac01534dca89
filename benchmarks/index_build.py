"""Building and opening an index from index terms and vectors, against tantivy's from the terms."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.material import chunk_terms, stored_vectors
from benchmarks.peers import Tantivy
from benchmarks.report import Report
from benchmarks.sizes import indexed_chunks, run
from lexiane_dagster.adapters.embedded import EmbeddedIndex


def main() -> None:
    if sys.argv[1:2] == ["child"]:
        engine, size, scratch = sys.argv[2:]
        _child(engine, int(size), Path(scratch))
        return
    report = Report("index_build", "Index build", ("tantivy",))

    def measure(size: int, scratch: Path) -> None:
        stored_vectors(scratch / "vectors.npy", size)
        found = {name: _in_child(name, size, scratch) for name in ("embedded", "tantivy")}
        for engine, (cpu, wall, own, total) in found.items():
            report.add(
                {
                    "size": size,
                    "engine": engine,
                    "CPU s": round(cpu, 2),
                    "wall s": round(wall, 2),
                    "CPU / tantivy": round(cpu / found["tantivy"][0], 2),
                    "peak own MiB": round(own),
                    "peak with mapped files MiB": round(total),
                }
            )
        start = time.perf_counter()
        EmbeddedIndex().open(scratch / "embedded").close()
        report.note(
            f"Opening {size:,} chunks, all digests checked: {time.perf_counter() - start:.2f} s"
        )

    run(measure, __doc__)
    report.note("Making the terms is subtracted from both; only ours writes vectors and a seal.")
    report.note("Own memory leaves out pages of mapped files, which the system can drop.")
    report.show()


def _in_child(engine: str, size: int, scratch: Path) -> list[float]:
    command = [sys.executable, "-m", "benchmarks.index_build", "child"]
    done = subprocess.run(
        [*command, engine, str(size), str(scratch)], check=True, capture_output=True, text=True
    )
    return [float(number) for number in done.stdout.split()]


def _child(engine: str, size: int, scratch: Path) -> None:
    """Prints CPU seconds, wall seconds and the two peaks in MiB."""
    feed = indexed_chunks if engine == "embedded" else chunk_terms
    without = _timed(lambda: sum(1 for _ in feed(size)))
    peak = _Peak()
    build = _build_embedded if engine == "embedded" else _build_tantivy
    cpu, wall = (a - b for a, b in zip(_timed(lambda: build(size, scratch)), without, strict=True))
    print(cpu, wall, *peak.stop())


def _build_embedded(size: int, scratch: Path) -> None:
    vectors = np.load(scratch / "vectors.npy", mmap_mode="r")
    EmbeddedIndex().build(scratch / "embedded", indexed_chunks(size), vectors)


def _build_tantivy(size: int, scratch: Path) -> None:
    Tantivy(scratch / "tantivy").build(chunk_terms(size))


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - cpu, time.perf_counter() - wall


class _Peak:
    """Samples this process's memory every 20 ms (Linux)."""

    def __init__(self) -> None:
        self._peaks = [0.0, 0.0]
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> list[float]:
        self._done.set()
        self._thread.join()
        return self._peaks

    def _watch(self) -> None:
        page = os.sysconf("SC_PAGE_SIZE") / 2**20
        while not self._done.wait(0.02):
            _, resident, shared, *_ = Path("/proc/self/statm").read_text().split()
            sizes = ((int(resident) - int(shared)) * page, int(resident) * page)
            self._peaks = [max(a, b) for a, b in zip(self._peaks, sizes, strict=True)]


if __name__ == "__main__":
    main()
