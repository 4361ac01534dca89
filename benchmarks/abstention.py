"""Fits and measures when to say "not in this corpus", on the judged questions of a built corpus.

`python -m benchmarks.abstention [--project FOLDER] [--corpus handbook]`, after `lexiane build`. Every
second question fits the threshold (best balanced accuracy), the others measure it.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.report import Report
from lexiane_dagster.adapters.extractive.generator import ExtractiveGenerator
from lexiane_dagster.application.answer import Asker
from lexiane_dagster.application.publish import PRODUCTION
from lexiane_dagster.application.questions import Question, load_question_set
from lexiane_dagster.bootstrap import application
from lexiane_dagster.domain.abstention import THRESHOLD
from lexiane_dagster.entrypoints.cli.layout import corpus_folder
from lexiane_dagster.entrypoints.cli.output import NoProgress


@dataclass(frozen=True)
class Observed:
    """One question: whether it can be answered, and its evidence's coverage in thousandths."""

    answerable: bool
    coverage: int


def observe(asker: Asker, question: Question) -> Observed:
    """The coverage on which the extractive generator decides."""
    generator = asker.generator
    if not isinstance(generator, ExtractiveGenerator):
        raise TypeError("the profile's generator does not abstain by coverage")
    evidence = asker.evidence(asker.rank(question.text, question.groups))
    found = generator.evidence_coverage(asker.analyzed(question.text), evidence)
    return Observed(bool(question.relevant), found)


def balanced_accuracy(part: Sequence[Observed], threshold: int) -> float:
    """Mean of the share of unanswerable ones declined and of answerable ones answered."""
    declined = [item.coverage < threshold for item in part if not item.answerable]
    answered = [item.coverage >= threshold for item in part if item.answerable]
    return (sum(declined) / len(declined) + sum(answered) / len(answered)) / 2


def measured(name: str, part: Sequence[Observed], threshold: int) -> dict[str, str | int | float]:
    """Precision and recall of abstaining, and the share of answerable questions lost to it."""
    abstained = [item for item in part if item.coverage < threshold]
    rightly = sum(not item.answerable for item in abstained)
    unanswerable = sum(not item.answerable for item in part)
    return {
        "questions": name,
        "threshold": threshold,
        "answerable": len(part) - unanswerable,
        "unanswerable": unanswerable,
        "precision": round(rightly / len(abstained), 3) if abstained else 1.0,
        "recall": round(rightly / unanswerable, 3),
        "answerable lost": round((len(abstained) - rightly) / (len(part) - unanswerable), 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--project", type=Path, default=Path(__file__).parents[1])
    parser.add_argument("--corpus", default="handbook")
    options = parser.parse_args()
    app = application(options.project)
    version = app.backends.catalog.release(options.corpus, PRODUCTION)
    if version is None:
        raise SystemExit(f"build the corpus first: lexiane build {options.corpus}")
    folder = corpus_folder(options.project, options.corpus)
    questions = load_question_set(folder / "questions.jsonl").questions
    asker = app.asker(version, NoProgress())
    observed = [observe(asker, question) for question in questions]
    fitted, held_out = observed[::2], observed[1::2]
    best = max(range(100, 900, 5), key=lambda value: balanced_accuracy(fitted, value))
    report = Report("abstention", 'When to say "not in this corpus"', ["lexiane-dagster"])
    report.add(measured("fitted on", fitted, best))
    report.add(measured("held out", held_out, best))
    report.add(measured("held out, shipped threshold", held_out, THRESHOLD))
    report.note(f"Corpus version {asker.version.name}.")
    report.show()


if __name__ == "__main__":
    main()
