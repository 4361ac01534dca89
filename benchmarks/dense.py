"""Exact dense top 100, against faiss and against the bandwidth of the memory."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from benchmarks.material import DIMENSION, question_vectors
from benchmarks.report import Report, percentiles
from benchmarks.sizes import build_embedded, run
from lexiane_dagster.adapters.embedded import EmbeddedIndex
from lexiane_dagster.adapters.embedded.dense import as_exact

DEPTH = 100
QUESTIONS = 30
ROUNDS = 5


def main() -> None:
    report = Report("dense", "Exact dense top 100 of 384 dimensions", ("faiss-cpu",))
    threads = cpu_count() or 1

    def measure(size: int, scratch: Path) -> None:
        folder = build_embedded(size, scratch)
        vectors = np.load(folder / "vectors.npy", mmap_mode="r")
        asked = [as_exact(vector) for vector in question_vectors(QUESTIONS)]
        flat = faiss.IndexFlatIP(DIMENSION)
        flat.add(np.ascontiguousarray(vectors))
        engines: list[tuple[str, int, Callable[[int], object]]] = [
            ("faiss IndexFlatIP", 1, lambda n: flat.search(asked[n][None], DEPTH))
        ]
        for used in sorted({1, threads}):
            dense = EmbeddedIndex(used).open(folder).dense
            engines.append(
                ("embedded", used, lambda n, dense=dense: dense.top(asked[n], DEPTH, None))  # type: ignore[misc]
            )
        for engine, used, search in engines:
            p50, p99 = percentiles(search, QUESTIONS, ROUNDS)
            speed = vectors.nbytes / p50 / 1e6
            report.add(
                {
                    "size": size,
                    "engine": engine,
                    "threads": used,
                    "p50 ms": round(p50, 2),
                    "p99 ms": round(p99, 2),
                    "GB/s": round(speed, 1),
                    "of bandwidth": round(speed / bandwidth(vectors, used), 2),
                }
            )

    run(measure, __doc__)
    report.note("faiss takes one thread for a single question, whatever it is allowed.")
    report.note("Bandwidth: the same bytes summed by the same number of threads, best of 5.")
    report.show()


def bandwidth(vectors: NDArray[np.float32], threads: int) -> float:
    """GB/s at which `threads` threads can read these very bytes (maximum of every 64-bit word)."""
    words = vectors.reshape(-1).view(np.int64)
    parts = np.array_split(words, threads * 16)
    best = np.inf
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(ROUNDS):
            start = time.perf_counter()
            list(pool.map(np.max, parts))
            best = min(best, time.perf_counter() - start)
    return float(vectors.nbytes / best / 1e9)


if __name__ == "__main__":
    main()
