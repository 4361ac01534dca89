"""Building again with nothing changed, beside three frameworks: `python -m benchmarks.rebuild`.

Every system indexes the same folder of small Markdown documents twice and more: the first build makes
everything, the later ones find that nothing changed. Each run is a process of its own, from the start of
Python to its end. All use one embedder that takes no time, so the machinery is what is measured.

The comparison is fair to the others (see benchmarks/frameworks): their own documented way of indexing
incrementally, without their loaders. It is hard on this project, which alone runs an orchestrator,
reads every byte of every document again, verifies a version and judges gates. Dagster's own start is
measured beside it, as a job of one empty asset.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from benchmarks.folder import make_folder
from benchmarks.report import Report

TARGET_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class System:
    """One competitor: its module in `benchmarks.frameworks` and the packages it needs."""

    name: str
    module: str
    needs: tuple[str, ...] = ()

    @property
    def lacking(self) -> list[str]:
        return [package for package in self.needs if find_spec(package) is None]


@dataclass(frozen=True, slots=True)
class Run:
    """One process: seconds on the clock and of processor time, MiB at most, texts embedded."""

    wall: float
    cpu: float
    peak: float
    embedded: int


DAGSTER = System("Dagster alone", "dagster_start")
LEXIANE = System("Lexiane", "lexiane")
SYSTEMS = (
    DAGSTER,
    LEXIANE,
    System("LlamaIndex", "llamaindex", ("llama_index",)),
    System(
        "LangChain",
        "langchain",
        ("langchain_classic", "langchain_core", "langchain_text_splitters"),
    ),
    System("CocoIndex", "cocoindex_v1", ("cocoindex",)),
)
PACKAGES = (
    "dagster",
    "lexiane-dagster",
    "llama-index-core",
    "langchain-core",
    "langchain-classic",
    "langchain-text-splitters",
    "cocoindex",
    "sqlalchemy",
)


def once(system: System, folder: Path, state: Path) -> Run:
    """Update the index in `state` in a fresh process.

    Raises:
        RuntimeError: the process failed; its errors are the message.
    """
    module = f"benchmarks.frameworks.{system.module}"
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", module, str(folder), str(state)], stdout=out, stderr=errors
        )
        # wait4 tells what this one process used; Popen's own wait does not.
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        errors.seek(0)
        if process.returncode:
            raise RuntimeError(f"{system.name} failed: {errors.read().decode()[-2000:]}")
        embedded = int(json.loads(out.read().splitlines()[-1])["embedded"])
    # Linux counts kibibytes, macOS bytes.
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / unit, embedded)


def measure(report: Report, documents: int, runs: int, chosen: Sequence[System]) -> None:
    """First build, then `runs` builds with nothing changed, taking turns so that all share the weather."""
    with tempfile.TemporaryDirectory() as name:
        folder, states = Path(name) / "documents", Path(name) / "states"
        size = make_folder(folder, documents)
        report.note(
            f"{documents:,} documents, {size / 1e6:.1f} MB; later builds: median of {runs}."
        )
        first = {system: once(system, folder, states / system.module) for system in chosen}
        later: dict[System, list[Run]] = {system: [] for system in chosen}
        for _ in range(runs):
            for system in chosen:
                later[system].append(once(system, folder, states / system.module))
    start = statistics.median(run.wall for run in later[DAGSTER])
    for system in chosen:
        again = later[system]
        wall = statistics.median(run.wall for run in again)
        report.add(
            {
                "engine": system.name,
                "first s": round(first[system].wall, 2),
                "texts": first[system].embedded,
                "again s": round(wall, 2),
                "CPU s": round(statistics.median(run.cpu for run in again), 2),
                "MiB": round(max(run.peak for run in again)),
                "texts again": max(run.embedded for run in again),
            }
        )
        if system is LEXIANE:
            met = "met" if wall - start <= TARGET_SECONDS else "missed"
            report.note(
                f"Beyond Dagster's own start: {wall - start:.2f} s; target {TARGET_SECONDS}: {met}."
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="500 documents, one run")
    options = parser.parse_args()
    documents, runs = (500, 1) if options.quick else (options.documents, options.runs)
    report = Report("rebuild", "Building again with nothing changed", PACKAGES)
    measure(report, documents, runs, [system for system in SYSTEMS if not system.lacking])
    for system in SYSTEMS:
        if system.lacking:
            report.note(f"{system.name} was left out: {', '.join(system.lacking)} not installed.")
    report.note("Embedder: feature hashing, 64 dimensions, the same for all. One process a run.")
    report.note(
        "Chunk sizes are each framework's own defaults, so first builds embed unlike numbers."
    )
    report.note("CocoIndex compares modification times; the others read every document again.")
    report.show()


if __name__ == "__main__":
    main()
