"""`since` a remembered checkpoint: consistency is proven, and only what came after is verified."""

import re
from pathlib import Path

import pytest

from lexiane_dagster.adapters.ed25519 import FolderKeyring
from lexiane_dagster.domain.ledger.checkpoint import Checkpoint, SignedCheckpoint, sign
from tests.verification.lab import Lab, Tamper
from tests.verification.tampering import runs


def since_problems(lab: Lab, note: str) -> list[str]:
    report = lab.verify(note)
    assert not report.ok
    return list(report.problems)


def test_what_came_after_is_verified_and_nothing_else(intact: Lab) -> None:
    whole, later = intact.verify(), intact.verify(intact.past)
    assert later.problems == []
    counts = {step.name: step.checked for step in whole.steps}
    assert later.steps[1].name == "since"
    for step in later.steps:
        if step.name in ("entries", "tree", "checkpoints", "records", "tables", "objects"):
            assert 0 < step.checked < counts[step.name], step.name
    size = SignedCheckpoint.from_note(intact.past).checkpoint.size
    assert counts["entries"] - size == next(s.checked for s in later.steps if s.name == "entries")


def test_the_newest_checkpoint_leaves_nothing_to_verify(intact: Lab) -> None:
    report = intact.verify(intact.present)
    assert report.problems == []
    assert {s.checked for s in report.steps if s.name in ("entries", "tree", "records")} == {0}


def test_every_stored_checkpoint_can_be_the_remembered_one(intact: Lab) -> None:
    for _, note in list(intact.application().backends.ledger.checkpoints())[::3]:
        assert intact.verify(note).problems == []


NEW = "(SELECT max(leaf) FROM ledger WHERE type = 'answer')"
LATER: list[tuple[str, Tamper, str]] = [
    ("leaf", runs(f"UPDATE ledger SET data = flip(data) WHERE leaf = {NEW}"), r"^(tree|entries): "),
    (
        "leaf gone",
        runs(f"DELETE FROM ledger WHERE leaf = {NEW} - 1"),
        r"^entries: leaf \d+ is missing",
    ),
    (
        "field",
        runs(f"UPDATE fields SET value = flip(value) WHERE leaf = {NEW} AND path = 'question'"),
        r"^records: leaf \d+: the field 'question' is not what",
    ),
    (
        "node",
        runs(
            "UPDATE nodes SET hash = flip(hash) WHERE level = 0 AND position = (SELECT max(leaf) FROM ledger)"
        ),
        r"^tree: node",
    ),
    (
        "checkpoint",
        runs(
            "UPDATE checkpoints SET note = flip(note) WHERE size = (SELECT max(size) FROM checkpoints)"
        ),
        r"^(since|checkpoints): ",
    ),
    (
        "release",
        runs(
            "UPDATE releases SET version = (SELECT max(version) FROM versions) WHERE name = 'production'",
            "UPDATE releases SET moved = flip(moved) WHERE name = 'production'",
        ),
        r"^versions: release 'production'",
    ),
    (
        "old version's row",
        runs("DELETE FROM versions WHERE created = (SELECT min(created) FROM versions)"),
        r"^versions: version papers@.* is not in the catalog",
    ),
    (
        "old key",
        runs("UPDATE ledger SET data = flip(data) WHERE leaf = 0"),
        r"^since: leaf 0 is not the one that the remembered checkpoint covers",
    ),
    (
        "old promotion",
        runs(
            "UPDATE ledger SET data = flip(data) WHERE leaf = "
            "(SELECT min(leaf) FROM ledger WHERE type = 'promotion')"
        ),
        r"^since: leaf \d+ is not the one that the remembered checkpoint covers",
    ),
    (
        "node below the remembered root",
        runs("UPDATE nodes SET hash = flip(hash) WHERE level >= 2"),
        r"^since: fork: ",
    ),
]


@pytest.mark.parametrize(("name", "tamper", "problem"), LATER, ids=[name for name, *_ in LATER])
def test_tampering_after_the_checkpoint_is_caught(
    lab: Lab, name: str, tamper: Tamper, problem: str
) -> None:
    tamper(lab)
    listed = since_problems(lab, lab.past)
    assert any(re.search(problem, line) for line in listed), listed


def test_a_checkpoint_that_nobody_signed(intact: Lab, tmp_path: Path) -> None:
    """The right root, and a signature of a stranger."""
    head = SignedCheckpoint.from_note(intact.past).checkpoint
    stranger = FolderKeyring(tmp_path).create()
    note = sign(head, [(stranger.public_key, stranger.sign)]).note()
    assert "since: the remembered checkpoint is not signed by any key of this ledger" in (
        since_problems(intact, note)
    )


def test_a_checkpoint_of_another_ledger(intact: Lab, tmp_path: Path) -> None:
    stranger = FolderKeyring(tmp_path).create()
    for size, told in ((5, "since: fork: "), (100_000, "since: roll-back: ")):
        head = Checkpoint("elsewhere", size, bytes(32))
        note = sign(head, [(stranger.public_key, stranger.sign)]).note()
        other, named = since_problems(intact, note)[:2]
        assert other.startswith(
            "since: the remembered checkpoint is of another ledger, 'elsewhere'"
        )
        assert named.startswith(told)
