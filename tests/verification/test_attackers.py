"""Attackers who know the formats: what each leaves consistent, and what gives them away."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lexiane_dagster.adapters.ed25519 import FolderKeyring
from lexiane_dagster.adapters.sql.schema import metadata
from lexiane_dagster.application.build_index import load_manifest
from lexiane_dagster.application.records import all_records
from lexiane_dagster.bootstrap import application
from lexiane_dagster.domain.errors import IntegrityError
from lexiane_dagster.domain.ledger.checkpoint import Checkpoint, SignedCheckpoint, sign
from lexiane_dagster.domain.ledger.commitment import commit
from lexiane_dagster.domain.ledger.entry import ERASURE, Entry, Event
from lexiane_dagster.domain.ledger.erasures import coverage
from lexiane_dagster.domain.merkle import leaf_hash, node_hash
from lexiane_dagster.domain.proofs import Tree
from lexiane_dagster.domain.redaction import Redaction
from lexiane_dagster.domain.statement import Statement
from lexiane_dagster.domain.statement import sign as sign_statement
from tests.verification.lab import Lab, ask


def problems(lab: Lab, step: str, since: str | None = None) -> list[str]:
    report = lab.verify(since)
    return [line for each in report.steps if each.name == step for line in each.problems]


def found(lab: Lab, step: str, pattern: str, since: str | None = None) -> bool:
    listed = problems(lab, step, since)
    assert any(re.search(pattern, line) for line in listed), listed
    return True


def leaves(lab: Lab) -> dict[int, bytes]:
    with lab.database() as connection:
        return dict(connection.execute("SELECT leaf, data FROM ledger ORDER BY leaf"))


def rewrite(lab: Lab, leaf: int, entry: Entry) -> None:
    """Replace a leaf and compute every node above it anew: what needs no key."""
    data = leaves(lab) | {leaf: entry.to_bytes()}
    tree = Tree(leaf_hash(data[index]) for index in sorted(data))
    with lab.database() as connection:
        connection.execute(
            "UPDATE ledger SET type = ?, corpus = ?, version = ?, data = ? WHERE leaf = ?",
            (entry.type, entry.corpus, entry.version, data[leaf], leaf),
        )
        for level, position in connection.execute("SELECT level, position FROM nodes").fetchall():
            connection.execute(
                "UPDATE nodes SET hash = ? WHERE level = ? AND position = ?",
                (tree.node(level, position), level, position),
            )


def resign(lab: Lab, signers: Callable[[Checkpoint], SignedCheckpoint]) -> None:
    """Every note over the roots of today, signed by whoever `signers` is."""
    data = leaves(lab)
    hashes = [leaf_hash(data[index]) for index in sorted(data)]
    with lab.database() as connection:
        for size, note in connection.execute("SELECT size, note FROM checkpoints").fetchall():
            head = SignedCheckpoint.from_note(note).checkpoint
            made = signers(Checkpoint(head.origin, size, Tree(hashes[:size]).root))
            connection.execute(
                "UPDATE checkpoints SET note = ? WHERE size = ?", (made.note(), size)
            )


def first_answer(lab: Lab) -> int:
    return lab.application().backends.ledger.find("answer")[0]


def with_another_question(lab: Lab) -> int:
    """The question of an answer changed, with its commitment, its leaf and all nodes."""
    answer = first_answer(lab)
    ledger = lab.application().backends.ledger
    field, entry = ledger.fields([answer])[answer]["question"], ledger.entry(answer).entry
    value = b'"Was it I?"'
    commitments = {**entry.commitments, "question": commit(field.opening, "question", value)}
    with lab.database() as connection:
        connection.execute(
            "UPDATE fields SET value = ? WHERE leaf = ? AND path = 'question'", (value, answer)
        )
    rewrite(lab, answer, Entry(entry.type, entry.at, entry.body, commitments))
    return answer


def test_a_rewritten_leaf_with_consistent_nodes_contradicts_the_checkpoints(lab: Lab) -> None:
    answer = with_another_question(lab)
    assert found(lab, "checkpoints", rf"^checkpoint {answer + 1} has another root than the first")
    report = lab.verify()
    assert {step.name for step in report.steps if not step.ok} == {"checkpoints"}


def test_checkpoints_over_the_new_roots_need_the_key(lab: Lab, tmp_path: Path) -> None:
    answer = with_another_question(lab)
    stranger = FolderKeyring(tmp_path / "mine").create()
    resign(lab, lambda head: sign(head, [(stranger.public_key, stranger.sign)]))
    assert found(lab, "checkpoints", rf"^checkpoint {answer + 1} is not signed by the key")


def test_the_holder_of_the_key_is_caught_by_a_remembered_checkpoint_only(lab: Lab) -> None:
    """With the one key that ever was. After a rotation the old key is gone, and older checkpoints
    cannot be signed again."""
    backends = lab.application().backends
    rotated = backends.ledger.keys()[-1].index
    answer = max(index for index in backends.ledger.find("answer") if index > rotated)
    entry = backends.ledger.entry(answer).entry
    rewrite(
        lab, answer, Entry(entry.type, "2026-01-01T00:00:00.000Z", entry.body, entry.commitments)
    )
    signer = backends.ledger.signer()
    old = {
        size: note
        for size, note in backends.ledger.checkpoints()
        if SignedCheckpoint.from_note(note).checkpoint.size <= answer
    }
    resign(
        lab,
        lambda head: (
            SignedCheckpoint.from_note(old[head.size])
            if head.size in old
            else sign(head, [(signer.public_key, signer.sign)])
        ),
    )
    assert lab.verify().problems == []
    assert found(lab, "since", r"^fork: the first \d+ leaves have another root", lab.present)


def test_a_leaf_without_the_key_stays_without_a_checkpoint(lab: Lab) -> None:
    """An erasure that nobody with the key made covers nothing for long."""
    answer, size = first_answer(lab), len(leaves(lab))
    body = {"kind": "answer", "covers": [coverage(answer, ["*"])]}
    entry = Entry(ERASURE, "2027-01-01T00:00:00.000Z", body, {})
    with lab.database() as connection:
        connection.execute("DELETE FROM fields WHERE leaf = ?", (answer,))
        connection.execute(
            "INSERT INTO ledger VALUES (?, ?, NULL, NULL, ?)", (size, ERASURE, entry.to_bytes())
        )
        level, position, value = 0, size, leaf_hash(entry.to_bytes())
        while True:
            connection.execute("INSERT INTO nodes VALUES (?, ?, ?)", (level, position, value))
            if position & 1 == 0:
                break
            (left,) = connection.execute(
                "SELECT hash FROM nodes WHERE level = ? AND position = ?", (level, position - 1)
            ).fetchone()
            level, position, value = level + 1, position >> 1, node_hash(left, value)
    report = lab.verify()
    assert {step.name for step in report.steps if not step.ok} == {"checkpoints"}
    assert found(lab, "checkpoints", rf"^leaf {size} has no checkpoint over it")


@pytest.mark.parametrize("kind", ["documents", "chunks"])
def test_rows_taken_out_without_an_erasure_leaf(lab: Lab, kind: str) -> None:
    """A redaction keeps the root right; only the ledger can allow it."""
    backends = lab.application().backends
    version = backends.catalog.versions("papers")[0].version
    root = getattr(load_manifest(backends.objects, version), kind)
    hashes = backends.tables.leaf_hashes(kind, root)
    backends.tables.hide(Redaction(kind, root, len(hashes), ((0, hashes[0]),)))
    backends.tables.rewrite(kind, root)
    assert found(
        lab, "tables", rf"^{kind} of papers@.*: 1 rows were taken out, and no erasure leaf"
    )


def test_a_statement_that_somebody_else_signed(lab: Lab, tmp_path: Path) -> None:
    """Commitment, leaf and nodes fit; the envelope's key is none of the ledger's."""
    backends = lab.application().backends
    leaf = backends.ledger.find("version")[0]
    entry = backends.ledger.entry(leaf).entry
    stranger = FolderKeyring(tmp_path / "mine").create()
    made = Statement(str(entry.version), "https://slsa.dev/provenance/v1", {"made": "by me"})
    forge_statement(lab, leaf, sign_statement(made, stranger.public_key, stranger.sign).to_bytes())
    assert found(lab, "statements", rf"^statement of leaf {leaf} is not signed with a key of the")


def test_a_statement_about_another_version(lab: Lab) -> None:
    backends = lab.application().backends
    (one, *_, other) = backends.ledger.find("version")
    fields = backends.ledger.fields([one, other])
    assert backends.ledger.entry(one).version != backends.ledger.entry(other).version
    forge_statement(lab, other, fields[one]["statement"].value)
    assert found(lab, "statements", rf"^statement of leaf {other} is about papers@")


def test_a_gate_that_did_not_pass(lab: Lab) -> None:
    backends = lab.application().backends
    leaf = backends.ledger.find("gate")[0]
    entry = backends.ledger.entry(leaf).entry
    rewrite(lab, leaf, Entry(entry.type, entry.at, {**entry.body, "ok": False}, entry.commitments))
    assert found(lab, "statements", rf"^statement of leaf {leaf} says another result of the gate")


def forge_statement(lab: Lab, leaf: int, envelope: bytes) -> None:
    ledger = lab.application().backends.ledger
    entry, field = ledger.entry(leaf).entry, ledger.fields([leaf])[leaf]["statement"]
    with lab.database() as connection:
        connection.execute(
            "UPDATE fields SET value = ? WHERE leaf = ? AND path = 'statement'", (envelope, leaf)
        )
    commitments = {**entry.commitments, "statement": commit(field.opening, "statement", envelope)}
    rewrite(lab, leaf, Entry(entry.type, entry.at, entry.body, commitments))


def test_everything_set_back_is_noticed_by_a_remembered_checkpoint_only(lab: Lab) -> None:
    shutil.rmtree(lab.home)
    shutil.copytree(lab.early, lab.home)
    assert lab.verify().problems == []
    assert found(
        lab, "since", r"^roll-back: the ledger has \d+ leaves, the remembered", lab.present
    )
    assert lab.verify(lab.past).problems == []


def test_everything_set_back_and_continued_is_a_fork(lab: Lab) -> None:
    shutil.rmtree(lab.home)
    shutil.copytree(lab.early, lab.home)
    app = application(lab.root)
    size = SignedCheckpoint.from_note(lab.present).checkpoint.size
    version = app.backends.catalog.release("papers", "staging")
    while app.backends.ledger.size() < size:
        ask(app, str(version), "Where do visitors park?")
    assert lab.verify().problems == []
    assert found(lab, "since", r"^fork: the first \d+ leaves have another root", lab.present)


def test_the_database_alone_set_back_leaves_manifests_behind(lab: Lab) -> None:
    lab.restore("catalog.sqlite")
    assert found(lab, "objects", r"^manifest [0-9a-f]{64} is of no version that the ledger knows")
    assert found(lab, "since", r"^roll-back: ", lab.present)


def test_the_store_alone_set_back_lacks_what_came_after(lab: Lab) -> None:
    lab.restore("store")
    assert found(lab, "versions", r"^version papers@.*: object versions/.* is missing")


def test_rows_set_back_one_table_after_the_other(lab: Lab) -> None:
    """Every row of today's database replaced by those of the early copy: a roll-back like any other."""
    with lab.database() as connection:
        connection.execute("ATTACH ? AS early", (str(lab.early / "catalog.sqlite"),))
        for table in metadata.tables:
            connection.execute(f"DELETE FROM main.{table}")
            connection.execute(f"INSERT INTO main.{table} SELECT * FROM early.{table}")
        connection.commit()
        connection.execute("DETACH early")
    assert problems(lab, "checkpoints") == []
    assert found(lab, "since", r"^roll-back: ", lab.present)


def test_another_ledger_from_leaf_0_is_noticed_by_a_remembered_checkpoint_only(lab: Lab) -> None:
    """Everything built anew with a key of one's own: all right by itself, and no extension of ours."""
    lab.catalog.unlink()
    shutil.rmtree(lab.home / "keys")
    shutil.rmtree(lab.home / "derived")
    for file in (lab.store / "versions").iterdir():
        file.unlink()
    from tests.verification.lab import build

    app = application(lab.root)
    version = build(app, lab.root)
    size = SignedCheckpoint.from_note(lab.past).checkpoint.size
    while app.backends.ledger.size() < size:
        ask(app, version, "Where do visitors park?")
    report = lab.verify()
    assert [p for p in report.problems if not p.startswith("memo")] == []
    assert found(lab, "since", r"^fork: the first \d+ leaves have another root", lab.past)


def test_an_erasure_of_what_is_not_there_yet_covers_nothing(lab: Lab) -> None:
    """The holder of the key tells the ledger ahead of time that an answer is gone, then removes it."""
    ledger = lab.application().backends.ledger
    ahead = ledger.size()
    body = {"kind": "answer", "covers": [coverage(ahead + 1, ["*"])]}
    ledger.append([Event(ERASURE, body)])
    version = lab.application().backends.catalog.release("papers", "staging")
    answer = ask(lab.application(), str(version), "Where do visitors park?")
    assert answer == ahead + 1
    with lab.database() as connection:
        connection.execute("DELETE FROM fields WHERE leaf = ?", (answer,))
    assert found(lab, "records", rf"^leaf {ahead} erases leaf {answer}, which is not older")
    assert found(lab, "records", rf"^leaf {answer}: the field 'question' is MISSING")
    with pytest.raises(IntegrityError, match="no erasure covers it"):
        all_records(lab.application().backends.ledger, [answer])


@pytest.mark.parametrize(
    "part",
    [
        b'{"at":"x","body":{"n":1.5},"commitments":{},"format":"lexiane/ledger-entry/v1","type":"gate"}',
        b'{"at":"x","body":[],"commitments":{},"format":"lexiane/ledger-entry/v1","type":"gate"}',
        b'{"at":1,"body":{},"commitments":{},"format":"lexiane/ledger-entry/v1","type":"gate"}',
        b'{"at":"x","body":{},"commitments":{},"format":"lexiane/ledger-entry/v1","type":[]}',
        b'{"body":' + b"[" * 60_000 + b"]" * 60_000 + b"}",
        b"[]",
    ],
    ids=range(6),
)
def test_a_leaf_of_another_shape_is_a_damaged_one(lab: Lab, part: bytes) -> None:
    """Readers say so; none of them falls over what a leaf should not hold."""
    with pytest.raises(ValueError, match="not of the format"):
        Entry.from_bytes(part)
    answer = first_answer(lab)
    with lab.database() as connection:
        connection.execute("UPDATE ledger SET data = ? WHERE leaf = ?", (part, answer))
    with pytest.raises(IntegrityError, match="damaged"):
        all_records(lab.application().backends.ledger, [answer])
    assert found(lab, "entries", rf"^leaf {answer}: ")


def test_a_version_that_was_collected_and_put_back(lab: Lab) -> None:
    version = str(lab.application().backends.ledger.entry(first_answer(lab)).entry.version)
    lab.application().backends.ledger.append(
        [Event(ERASURE, {"kind": "retention", "versions": [version]})]
    )
    assert found(
        lab, "versions", rf"^version {version} was collected says the ledger, but it is in"
    )


@pytest.mark.parametrize("part", [{"covers": [{"entry": "x", "paths": 5}]}, {"tables": 5}])
def test_an_erasure_of_another_shape_is_named_and_erases_nothing(
    lab: Lab, part: dict[str, Any]
) -> None:
    ledger = lab.application().backends.ledger
    (leaf,) = ledger.append([Event(ERASURE, {"kind": "answer", **part})]).indexes
    report = lab.verify()
    assert {step.name for step in report.steps if not step.ok} == {"entries"}
    assert found(lab, "entries", rf"^leaf {leaf}: TypeError")
