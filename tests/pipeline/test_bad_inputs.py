"""Whatever lies in the folder: a clear error that names it, or a waiver; the old release stays."""

import os
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest

from lexiane_dagster.bootstrap import application
from lexiane_dagster.domain.version import short_name
from tests.pipeline.bad import BAD, LIMITS, Make
from tests.pipeline.support import CORPUS, HASH, Project


def spoil(project: Project, name: str, make: Make) -> None:
    make(project.docs / name)
    if name == "wrong.md":
        project.write("wrong.md.lexiane.yaml", "groups: staff\n")


def assert_told(problem: dict[str, Any], name: str, says: str) -> None:
    assert repr(name) in problem["detail"]
    assert problem["remedy"]
    assert says in problem["detail"] + problem["remedy"]
    assert problem["exit_code"] == 4


@pytest.fixture
def project(hashed: Project, tmp_path: Path) -> Project:
    copied = hashed.copy(tmp_path / "p")
    copied.declare(embedder=HASH, limits=LIMITS)
    return copied


@pytest.mark.parametrize(
    ("name", "make", "says"), [pytest.param(n, m, s, id=f"{r}-{n[:3]}") for n, m, r, s in BAD]
)
def test_a_bad_document_stops_the_build(
    project: Project, hashed: Project, name: str, make: Make, says: str
) -> None:
    spoil(project, name, make)
    assert_told(project.refused(), name, says)
    assert project.released() == hashed.released()
    assert len(application(project.root).backends.catalog.versions(CORPUS)) == 1


def test_the_error_for_people(project: Project) -> None:
    """One line on stderr with the remedy, and the answer still comes."""
    project.write("latin.txt", b"caf\xe9")
    failed = project.fresh("build", CORPUS)
    assert (failed.code, failed.out) == (4, "")
    lines = [line for line in failed.err.splitlines() if line.startswith("lexiane: ")]
    assert len(lines) == 1
    assert "'latin.txt'" in lines[0]
    assert "To mend: " in lines[0]
    assert "Traceback" not in failed.err
    assert project.says("Where do visitors park?")["version"].endswith(project.released()[-12:])


def test_quarantine_and_its_maximum(project: Project, hashed: Project) -> None:
    for name, make, _, _ in BAD:
        spoil(project, name, make)
    everything = project.refused()
    for name, _, _, says in BAD:
        assert_told(everything, name, says)
    waiving: dict[str, Any] = {"embedder": HASH, "limits": LIMITS, "on_error": "quarantine"}
    project.declare(**waiving, max_quarantined=len(BAD) - 1)
    refused = project.refused()
    assert all(repr(name) in refused["detail"] for name, _, _, _ in BAD)
    assert "max_quarantined" in refused["remedy"]
    assert project.released() == hashed.released()
    project.declare(**waiving, max_quarantined=len(BAD))
    built = project.build()
    assert built["quarantined"] == sorted((name for name, *_ in BAD), key=str.encode)
    assert (built["documents"], built["released"]) == (5, True)
    manifest, before = project.manifest(built["version"]), hashed.manifest(hashed.released())
    assert manifest["counts"] == before["counts"] | {"waived": len(BAD)}
    assert manifest["waived"] != before["waived"]
    assert {k: v for k, v in manifest.items() if k not in ("counts", "waived")} == {
        k: v for k, v in before.items() if k not in ("counts", "waived")
    }
    waived = application(project.root).backends.tables.waived(manifest["waived"])
    assert {(row.document_id, row.reason) for row in waived} == {(n, r) for n, _, r, _ in BAD}
    shown = project.run("show", short_name(*built["version"].split("@"))).out
    assert all(reason in shown for _, _, reason, _ in BAD)


def test_a_name_that_is_not_utf8(project: Project) -> None:
    Path(os.fsdecode(os.fsencode(project.docs) + b"/caf\xe9.txt")).write_text("text", "utf-8")
    problem = project.refused()
    assert "caf" in problem["detail"]
    assert "UTF-8" in problem["detail"]
    assert "Rename" in problem["remedy"]


def test_names_of_every_kind_are_cited(project: Project) -> None:
    names = (
        "with space.md",
        "new\nline.md",
        "emoji 😀.txt",
        "e\u0301.txt",
        "'quotes\".txt",
        "-f.md",
    )
    for number, name in enumerate(names):
        project.write(name, f"The zeppelin number {number} carries the colour {name!r}.\n")
    assert project.build()["documents"] == 5 + len(names)
    ranked = project.rankings([("zeppelin colour", ())])[0]["ranking"]
    assert set(names) <= {row["document_id"] for row in ranked}


def test_a_long_document(project: Project) -> None:
    paragraph = "Everybody gets twenty days of leave, and the year {} is no exception. " * 8
    text = "\n\n".join(paragraph.replace("{}", str(year)) for year in range(600))
    project.write("long.txt", text)
    built = project.build()
    assert (built["extracted"], built["cut"]) == (1, 1)
    covered = sum(len(one) for one in project.indexed_texts(built["version"]))
    assert covered > len(text) * 0.99


def test_a_file_that_changes_while_it_is_read(project: Project, hashed: Project) -> None:
    """It is taken as it was at one instant, or refused by name: never a mixture."""
    versions = [(word * 50 + b"\n\n") * 1000 for word in (b"one ", b"two ")]
    file = project.write("busy.txt", versions[0])
    stop = threading.Event()

    def rewrite() -> None:
        with file.open("r+b", buffering=0) as opened:
            turn = 0
            while not stop.is_set():
                turn += 1
                opened.seek(0)
                opened.write(versions[turn % 2])

    writer = threading.Thread(target=rewrite)
    writer.start()
    try:
        ended = project.run("build", CORPUS, "--json")
    finally:
        stop.set()
        writer.join()
    if ended.code:
        assert_told(ended.problem, "busy.txt", "changed")
        assert project.released() == hashed.released()


@pytest.mark.parametrize("kind", ["nothing", "missing", "folders", "excluded"])
def test_a_folder_of_nothing(project: Project, hashed: Project, kind: str) -> None:
    if kind == "excluded":
        source = {"type": "folder", "path": "docs", "exclude": ["**"]}
        project.declare(embedder=HASH, source=source)
    else:
        shutil.rmtree(project.docs)
    if kind == "nothing":
        project.docs.mkdir()
    elif kind == "folders":
        (project.docs / "empty" / "emptier").mkdir(parents=True)
    problem = project.refused()
    assert "docs" in problem["detail"]
    assert problem["remedy"]
    assert problem["exit_code"] == 4
    assert project.released() == hashed.released()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "line 2"),
        ('{"id": "one", "text": "again"}', "one"),
        ('{"id": "two"}', "text"),
        ('{"id": "two", "text": ""}', "two"),
    ],
)
def test_a_bad_line(project: Project, hashed: Project, line: str, says: str) -> None:
    file = project.root / "lines.jsonl"
    file.write_text('{"id": "one", "text": "A first document."}\n' + line + "\n", "utf-8")
    project.declare(embedder=HASH, source={"type": "jsonl", "path": "lines.jsonl"})
    problem = project.refused()
    assert says in problem["detail"]
    assert problem["remedy"]
    assert project.released() == hashed.released()
