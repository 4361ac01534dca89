"""What a small edit, and a changed model, cost in several frameworks: `python -m benchmarks.updates`.

Edits: each of the random edits of `benchmarks.random_edits` is applied alone. The document is indexed,
edited and indexed again, incrementally, by each framework's whole machinery with its own splitter at its
own defaults; counted is what the second time gives to the embedder, in texts and in characters.
Default chunks differ: where a document is one large chunk, one text is the least there can be and still
is the whole document, so the characters say what is paid for.

Changed model: an unchanged folder is indexed, then again with an embedder of another name. What is
not embedded again stays in the index with vectors of the old model, beside questions embedded by the new.
"""

import argparse
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path

from benchmarks.folder import make_folder
from benchmarks.frameworks.hashing import Embedded
from benchmarks.frameworks.worker import MODEL, OTHER_MODEL, Update
from benchmarks.random_edits import Edit, edits
from benchmarks.rebuild import PACKAGES, SYSTEMS, System
from benchmarks.report import Report

OURS = System("Lexiane", "stages")
CHOSEN = (OURS, *(system for system in SYSTEMS if system.needs))


def available(report: Report) -> Iterator[tuple[str, Update]]:
    """Every framework that is installed; of the others the report says so."""
    for system in CHOSEN:
        if system.lacking:
            report.note(f"{system.name} was left out: {', '.join(system.lacking)} not installed.")
        else:
            module = import_module(f"benchmarks.frameworks.{system.module}")
            yield system.name, module.update


def after_edit(update: Update, edit: Edit) -> Embedded:
    """What is embedded when one document was edited."""
    with tempfile.TemporaryDirectory() as name:
        folder, state = Path(name) / "documents", Path(name) / "state"
        folder.mkdir()
        document = folder / "document.md"
        document.write_text(edit.before.text, "utf-8")
        update(folder, state, MODEL)
        document.write_text(edit.after.text, "utf-8")
        return update(folder, state, MODEL)


def report_edits(made: Sequence[Edit]) -> None:
    report = Report("edits_frameworks", f"Embedded after one of {len(made)} edits", PACKAGES)
    for name, update in available(report):
        found = [after_edit(update, edit) for edit in made]
        texts = [each.texts for each in found]
        report.add(
            {
                "engine": name,
                "median": statistics.median(texts),
                "mean": round(statistics.mean(texts), 2),
                "worst": max(texts),
                "mean characters": round(statistics.mean(each.characters or 0 for each in found)),
            }
        )
    report.note("Target: median 1, mean at most 1.5.")
    report.show()


def report_model(documents: int) -> None:
    report = Report("changed_model", "Embedded again after the model changed", PACKAGES)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "documents"
        make_folder(folder, documents)
        for engine, update in available(report):
            step = stepper(update, folder, Path(name) / engine)
            first, again, back = step(MODEL), step(OTHER_MODEL), step(MODEL)
            report.add({"engine": engine, "first": first, "changed": again, "changed back": back})
    report.note("All reported success. 0 after the change: old vectors stay, silently.")
    report.note("LangChain embeds again with force_update=True; LlamaIndex without its stores.")
    report.note("CocoIndex as here, with detect_change; without it, as in its example, 0 as well.")
    report.show()


def stepper(update: Update, folder: Path, state: Path) -> Callable[[str], int]:
    """Updates of one folder in one state, by the model's name, to the number of texts embedded."""
    return lambda model: update(folder, state, model).texts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edits", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--documents", type=int, default=100, help="for the changed model")
    parser.add_argument("--quick", action="store_true", help="20 edits, 20 documents")
    options = parser.parse_args()
    number, documents = (20, 20) if options.quick else (options.edits, options.documents)
    report_edits(list(edits(number, options.seed)))
    report_model(documents)


if __name__ == "__main__":
    main()
