"""Packs of every kind of answer."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from lexiane_dagster.bootstrap import application
from tests.evidence.support import CORPUS_FILES, Desk, Pack, harbour
from tests.pipeline.support import HASH, Project

LEAVE = (
    "How many weeks does parental leave last at full pay, and is notice given in writing before?"
)
OFFICE = "How many days of leave does everybody get, and when does the office answer?"
# More terms than are looked up.
LONG = "berth " + " ".join(f"word{number}" for number in range(1100))
LAST = "How long does parental leave last?"


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return harbour(tmp_path_factory.mktemp("evidence") / "harbour")


@pytest.fixture(scope="session")
def packs(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Pack]:
    """Packs by kind, made one after the other: later ones stand on a ledger with more keys, and on a
    version that lost a document."""
    desk = Desk(project)
    found = {
        "quotes": desk.pack(LEAVE),
        "page": desk.pack(OFFICE, top=3),
        "abstains": desk.pack("price of uranium futures"),
        "groups": desk.pack("Which bank does the board plan a merger with?", ["board"]),
        "top": desk.pack("Which berth does the harbour keep for the vessel?", top=100),
        "hostile": desk.pack("What is the turnstile fee?"),
        "words": desk.pack("Grußformel 東京都 für Gäste im Dezember"),
        "long": desk.pack(LONG, top=3),
        "tiny": tiny(tmp_path_factory.mktemp("evidence") / "tiny"),
    }
    fee, last = desk.ask("What is the turnstile fee?"), desk.ask(LAST, principal="Quentin Example")
    (project.docs / "hostile.md").unlink()
    for target in (("--document", "hostile.md", "--corpus", "papers"), ("--answer", str(last))):
        done = project.run("erase", *target, "--yes")
        assert done.code == 0, done.err
    desk = Desk(project)
    found["partly"], found["erased"] = desk.pack_of(fee), desk.pack_of(last)
    ledger = application(project.root).backends.ledger
    ledger.rotate()
    rotated = Desk(project).ask(LAST)
    ledger.rotate()
    found["rotated"] = Desk(project).pack_of(rotated)
    return found


def tiny(root: Path) -> Pack:
    """A corpus of one passage."""
    project = Project.make(root, {"only.txt": b"The only passage speaks of a lonely walrus."})
    project.declare(source=CORPUS_FILES, embedder=HASH, language="none")
    project.build()
    return Desk(project).pack("lonely walrus")
