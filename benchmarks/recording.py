"""What recording an answer costs: `python -m benchmarks.recording [--quick]`.

Each writer is a process that answers the questions of the bundled corpus, each once unrecorded
(`Asker.derive`) and once recorded (`Asker.ask`: the same, and leaf, fields, tree and signed checkpoint in one
synced transaction). Recorded and unrecorded answers take turns, so that both share the weather. The
writers of one row share one ledger, hence wait for each other's commits.
"""

import argparse
import multiprocessing
import os
import tempfile
import time
from multiprocessing.synchronize import Barrier
from pathlib import Path

import numpy as np

from benchmarks.answered import make_project, open_released, questions
from benchmarks.report import Report

TARGET = 5.0

Timed = tuple[list[float], list[float], float]


def work(
    project: Path, rounds: int, barrier: Barrier, found: "multiprocessing.Queue[Timed]"
) -> None:
    """Milliseconds of each unrecorded and each recorded answer, and the seconds of all."""
    _, asker = open_released(project)
    asked = questions()
    for question in asked[:5]:
        asker.ask(question.text, question.groups)
    plain, recorded = [], []
    barrier.wait()
    began = time.perf_counter()
    for _ in range(rounds):
        for question in asked:
            started = time.perf_counter()
            asker.derive(question.text, question.groups)
            between = time.perf_counter()
            asker.ask(question.text, question.groups)
            recorded.append((time.perf_counter() - between) * 1000)
            plain.append((between - started) * 1000)
    found.put((plain, recorded, time.perf_counter() - began))


def measure(project: Path, writers: int, rounds: int) -> dict[str, str | int | float]:
    """One row: `writers` processes at once."""
    context = multiprocessing.get_context("spawn")
    barrier, found = context.Barrier(writers), context.Queue()
    processes = [
        context.Process(target=work, args=(project, rounds, barrier, found)) for _ in range(writers)
    ]
    for process in processes:
        process.start()
    results = [found.get() for _ in processes]
    for process in processes:
        process.join()
    plain = np.concatenate([result[0] for result in results])
    recorded = np.concatenate([result[1] for result in results])
    more = recorded - plain
    return {
        "writers": writers,
        "answers": len(recorded),
        "unrecorded p50": round(float(np.percentile(plain, 50)), 2),
        "recorded p50": round(float(np.percentile(recorded, 50)), 2),
        "more p50": round(float(np.percentile(more, 50)), 2),
        "more p99": round(float(np.percentile(more, 99)), 2),
        "recorded/s": round(len(recorded) / max(result[2] for result in results), 1),
    }


def sync_cost(folder: Path, times: int = 200) -> float:
    """Milliseconds (p50) that this disk takes to sync 4 KiB: the part that is not ours."""
    descriptor = os.open(folder / "sync", os.O_CREAT | os.O_WRONLY)
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        os.write(descriptor, b"\0" * 4096)
        os.fsync(descriptor)
        taken.append((time.perf_counter() - started) * 1000)
    os.close(descriptor)
    return float(np.percentile(taken, 50))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    rounds = 1 if parser.parse_args().quick else 5
    report = Report(
        "recording", "Recording an answer, milliseconds", ["sqlalchemy", "cryptography"]
    )
    with tempfile.TemporaryDirectory() as name:
        project = make_project(Path(name) / "project")
        for writers in (1, 8):
            report.add(measure(project, writers, rounds if writers == 1 else 1))
        report.note(f"Syncing 4 KiB on this disk takes {sync_cost(Path(name)):.2f} ms (p50).")
    met = "met" if float(report.rows[0]["more p50"]) <= TARGET else "missed"
    report.note(f"Target: at most {TARGET:.0f} ms more at p50 with one writer: {met}.")
    report.note("More: each answer recorded, less the same answer unrecorded just before.")
    report.show()


if __name__ == "__main__":
    main()
