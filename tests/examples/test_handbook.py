"""The bundled corpus: its files can be made again, and its judged questions fit them."""

import json
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
HANDBOOK = ROOT / "examples" / "handbook"
SOURCES = ROOT / "examples" / "handbook_content" / "sources"
QUESTIONS = ROOT / "assets" / "handbook" / "questions.jsonl"
FORMATS = {".docx", ".eml", ".html", ".md", ".pdf", ".pptx", ".txt", ".xlsx"}

# The committed files were made with these; another version may well write other bytes.
MADE_WITH = {
    "openpyxl": "3.1.5",
    "python-docx": "1.2.0",
    "python-pptx": "1.0.2",
    "reportlab": "5.1.0",
}


def documents() -> set[str]:
    return {p.relative_to(HANDBOOK).as_posix() for p in HANDBOOK.rglob("*") if p.is_file()}


def questions() -> list[dict[str, Any]]:
    return [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]


def why_not_reproducible() -> str | None:
    for library, made_with in MADE_WITH.items():
        try:
            installed = version(library)
        except PackageNotFoundError:
            return f'{library} is missing (dependency group "documents")'
        if installed != made_with:
            return f"{library} is {installed}, the files were made with {made_with}"
    return None


@pytest.mark.skipif(why_not_reproducible() is not None, reason=str(why_not_reproducible()))
def test_the_binary_files_come_out_byte_for_byte(tmp_path: Path) -> None:
    script = ROOT / "examples" / "make_handbook.py"
    subprocess.run([sys.executable, script, tmp_path], check=True, capture_output=True)
    made = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    assert len(made) == len([path for path in SOURCES.rglob("*") if path.is_file()])
    changed = [p for p in made if (tmp_path / p).read_bytes() != (HANDBOOK / p).read_bytes()]
    assert changed == []


def test_the_corpus_is_large_enough_and_has_every_format() -> None:
    found = documents()
    assert len(found) >= 40
    assert {Path(document).suffix for document in found} == FORMATS
    assert sum((HANDBOOK / document).stat().st_size for document in found) < 2_000_000


def test_every_question_is_unique() -> None:
    rows = questions()
    assert len({row["question_id"] for row in rows}) == len(rows) >= 60
    assert len({row["question"] for row in rows}) == len(rows)


def test_relevant_documents_exist_and_every_document_is_asked_for() -> None:
    asked_for = {document for row in questions() for document in row["relevant"]}
    assert asked_for == documents()
    assert all(grade in (1, 2) for row in questions() for grade in row["relevant"].values())


def test_restricted_documents_are_asked_for_with_their_group() -> None:
    for row in questions():
        for folder, group in (("board/", "board"), ("hr/confidential/", "hr")):
            restricted = any(document.startswith(folder) for document in row["relevant"])
            assert restricted == (group in row.get("groups", []))


@pytest.mark.parametrize("half", [0, 1])
def test_each_half_has_unanswerable_questions(half: int) -> None:
    """Odd and even lines are used to calibrate and to hold out; both need some of each kind."""
    rows = questions()[half::2]
    assert sum(not row["relevant"] for row in rows) >= 10
    assert sum(bool(row["relevant"]) for row in rows) >= 30
