"""What checking costs: `verify` over many leaves, replays, evidence packs.

`python -m benchmarks.auditing [--quick]`. The ledger of one project, with the bundled corpus, grows to 1,000,
10,000 and 100,000 leaves, nearly all of them answers, each with a checkpoint of its own. Commands run
as a user runs them, in processes of their own, so their start (about a second) is in the figures.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.answered import fill, lexiane, make_project, open_released, questions
from benchmarks.report import Report
from lexiane_dagster.application.replay import replay
from lexiane_dagster.entrypoints.cli.output import NoProgress

SIZES = (1_000, 10_000, 100_000)
PACKED = 30


def verifying(project: Path, sizes: tuple[int, ...]) -> None:
    """Seconds of `verify`, whole and since the checkpoint before."""
    report = Report("verifying", "lexiane verify, seconds", ["sqlalchemy", "cryptography"])
    app, asker = open_released(project)
    remembered = project / "checkpoint"
    for size in sizes:
        fill(app, asker, size - 100)
        remembered.write_text(app.backends.ledger.checkpoint().note(), "utf-8")
        fill(app, asker, size)
        whole = lexiane(project, "verify", "--json")
        since = lexiane(project, "verify", "--since", str(remembered), "--json")
        database = (project / ".lexiane" / "catalog.sqlite").stat().st_size
        report.add(
            {
                "leaves": size,
                "whole": round(whole, 2),
                "last 100 leaves": round(since, 2),
                "leaves/s": round(size / whole),
                "KiB a leaf": round(database / size / 1024, 1),
            }
        )
    report.note("Every leaf, field, tree node, checkpoint and signature, and the whole store.")
    report.show()


def replaying(project: Path) -> None:
    """Replays a second inside one process, and by the command."""
    report = Report("replaying", "Replaying answers", ["numpy", "torch", "tokenizers"])
    app, asker = open_released(project)
    ids = app.backends.ledger.find("answer")[: len(questions()) * 3]
    started = time.perf_counter()
    found = replay(ids, lambda _: asker, app.backends, NoProgress(), groups=None)
    taken = time.perf_counter() - started
    identical = sum(item.verdict.name == "IDENTICAL" for item in found)
    report.add({"answers": len(ids), "identical": identical, "replays/s": round(len(ids) / taken)})
    report.note("Each embeds the question again, ranks and writes again, and compares every stage.")
    report.show()


def packs(project: Path) -> None:
    """Bytes of evidence packs, and the seconds to make and to check one."""
    report = Report("packs", "Evidence packs", ["lexiane-dagster"])
    app, asker = open_released(project)
    sizes, made, checked = [], [], []
    for number, question in enumerate(questions()[:PACKED]):
        recorded = asker.ask(question.text, question.groups)
        file = project / f"{number}.zip"
        groups = [part for group in question.groups for part in ("--group", group)]
        made.append(lexiane(project, "evidence", str(recorded.answer_id), "-o", str(file), *groups))
        checked.append(lexiane(project, "check-evidence", str(file), "--json"))
        sizes.append(file.stat().st_size / 1024)
    report.add(
        {
            "packs": PACKED,
            "median KiB": round(statistics.median(sizes)),
            "largest KiB": round(max(sizes)),
            "make s": round(statistics.median(made), 2),
            "check s": round(statistics.median(checked), 2),
        }
    )
    leaves = app.backends.ledger.size()
    report.note(f"Ledger of {leaves:,} leaves; 10 ranked chunks each, cited sources enclosed.")
    report.show()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    with tempfile.TemporaryDirectory() as name:
        project = make_project(Path(name) / "project")
        verifying(project, SIZES[:1] if quick else SIZES)
        replaying(project)
        packs(project)


if __name__ == "__main__":
    main()
