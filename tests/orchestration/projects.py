"""Small projects for the tests of the Dagster side: real files, no model."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import yaml

from lexiane_dagster.bootstrap import Application, application
from lexiane_dagster.entrypoints.cli.layout import start_project
from lexiane_dagster.entrypoints.cli.output import NoProgress
from lexiane_dagster.orchestration.launch import Launched, launch

DOCUMENTS = {
    "storm.md": "# Storm\n\nA storm is one event for 96 hours.\n",
    "leave.md": "# Leave\n\nParental leave lasts sixteen weeks in full.\n",
    "fleet/cars.md": "# Cars\n\nEvery company car is replaced after four years.\n",
}
QUESTIONS: Sequence[Mapping[str, Any]] = (
    {"question_id": "q1", "question": "storm event hours", "relevant": {"storm.md": 1}},
    {"question_id": "q2", "question": "parental leave weeks", "relevant": {"leave.md": 1}},
)


def new_project(root: Path, *corpora: str, **attributes: Any) -> Path:
    """A project with these corpora, each over the same documents."""
    start_project(root)
    for name, text in DOCUMENTS.items():
        write(root / "docs" / name, text)
    for corpus in corpora:
        declare(root, corpus, **attributes)
    return root


def declare(root: Path, corpus: str, **attributes: Any) -> Path:
    """Write a corpus's defs.yaml; returns its folder."""
    given = {
        "source": {"type": "folder", "path": "docs"},
        "embedder": {"type": "hash"},
        **attributes,
    }
    folder = root / "assets" / corpus
    declared = {"type": "lexiane_dagster.CorpusIndex", "attributes": given}
    write(folder / "defs.yaml", yaml.safe_dump(declared))
    return folder


def judge(folder: Path, questions: Sequence[Mapping[str, Any]] = QUESTIONS) -> None:
    write(folder / "questions.jsonl", "".join(json.dumps(item) + "\n" for item in questions))


def expect(folder: Path, **gates: Any) -> None:
    write(folder / "expectations.yaml", yaml.safe_dump(gates))


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")


def build(root: Path, corpus: str) -> Launched:
    return launch(application(root), root / "assets" / corpus, NoProgress())


def released(root: Path, corpus: str) -> str | None:
    app: Application = application(root)
    return app.backends.catalog.release(corpus, "production")


def definitions(root: Path) -> dg.Definitions:
    sys.path.insert(0, str(root))
    return dg.load_from_defs_folder(path_within_project=root)
