"""A plan says what the build will do, and changes nothing."""

import hashlib
from pathlib import Path

import pytest

from tests.pipeline.documents import base_documents
from tests.pipeline.support import CORPUS, HASH, MODEL, Project, work_of


def listing(project: Project) -> dict[str, str]:
    """Every file of the project by content, and every folder. Left out are compiled Python and what
    SQLite makes for as long as somebody reads: an index of a log, and the log as long as it is empty.
    """
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        for path in sorted(project.root.rglob("*"))
        if "__pycache__" not in path.parts
        and not path.name.endswith(".sqlite-shm")
        and not (path.name.endswith(".sqlite-wal") and path.stat().st_size == 0)
    }


def planned(project: Project) -> dict[str, int]:
    before = listing(project)
    plan: dict[str, int] = project.run("plan", CORPUS, "--json").json
    assert listing(project) == before
    return plan


def assert_kept(plan: dict[str, int], project: Project) -> None:
    """The build does exactly what was planned."""
    built = project.build()
    assert (plan["extract"], plan["chunk"], plan["embed"]) == work_of(built)


@pytest.mark.parametrize("embedder", [HASH, MODEL], ids=["hash", "model"])
def test_a_first_build(tmp_path: Path, embedder: dict[str, str]) -> None:
    project = Project.make(tmp_path / "p", base_documents(), embedder=embedder)
    plan = planned(project)
    assert (plan["extract"], plan["chunk"], plan["add"]) == (5, 5, 5)
    assert plan["embed"] > 5
    assert plan["seconds"] > 0
    assert_kept(plan, project)


def test_changes(hashed: Project, tmp_path: Path) -> None:
    project = hashed.copy(tmp_path / "p")
    assert planned(project)["embed"] == 0
    project.write("new.txt", "A new note about the bakery.")
    project.write("tiny.md", "# Parking\n\nVisitors park in front of the bakery.\n")
    (project.docs / "intranet/benefits.html").unlink()
    (project.docs / "hr/leave-and-absence.md").rename(project.docs / "hr/holidays.md")
    plan = planned(project)
    assert (plan["extract"], plan["chunk"], plan["embed"]) == (2, 2, 2)
    assert (plan["add"], plan["change"], plan["remove"]) == (2, 1, 2)
    assert_kept(plan, project)
    project.declare(embedder=HASH | {"dimension": 32}, chunking={"max_tokens": 60, "min_tokens": 9})
    plan = planned(project)
    assert (plan["extract"], plan["chunk"]) == (0, 5)
    assert_kept(plan, project)


def test_a_bad_document(hashed: Project, tmp_path: Path) -> None:
    """What would stop the build stops the plan in the same way."""
    project = hashed.copy(tmp_path / "p")
    project.write("bad.txt", b"\xff")
    before = listing(project)
    problem = project.run("plan", CORPUS, "--json").problem
    assert listing(project) == before
    assert problem == project.refused()
