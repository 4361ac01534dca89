"""Ledgers for the tests, and what must hold of every one of them at any time."""

import shutil
from pathlib import Path

import pytest

from lexiane_dagster.adapters.ed25519 import FolderKeyring
from lexiane_dagster.adapters.sql.ledger import SqlLedger
from lexiane_dagster.domain.ledger.checkpoint import SignedCheckpoint, verifier_key
from lexiane_dagster.domain.ledger.commitment import opens
from lexiane_dagster.domain.ledger.entry import ANSWER, ERASURE, KEY, REPLAY, Event
from lexiane_dagster.domain.ledger.erasures import Erasures
from lexiane_dagster.domain.merkle import leaf_hash
from lexiane_dagster.domain.proofs import Tree, tree_root
from lexiane_dagster.ports.ledger import Ledger
from tests.stores.databases import open_sql

VERSION = f"papers@{'a' * 64}"
TOOLS = Path(__file__).parents[3] / "shared" / "tools"


def ledger_in(folder: Path) -> SqlLedger:
    return open_sql(folder / "catalog.sqlite")[1]


def keyring_in(folder: Path) -> FolderKeyring:
    return FolderKeyring(folder / "keys")


def answer(text: str, **fields: str) -> Event:
    values = {"question": text, **fields}
    return Event(ANSWER, {"version": VERSION}, {k: v.encode() for k, v in values.items()})


def note(number: int) -> Event:
    """An event without fields."""
    return Event(REPLAY, {"number": number})


def erasure(entry: int, *paths: str) -> Event:
    return Event(ERASURE, {"kind": "answer", "covers": [{"entry": entry, "paths": list(paths)}]})


def filled(folder: Path, leaves: int) -> SqlLedger:
    """A ledger of `leaves` leaves, the first being its key's."""
    ledger = ledger_in(folder)
    ledger.signer()
    for number in range(1, leaves, 100):
        ledger.append([note(each) for each in range(number, min(number + 100, leaves))])
    return ledger


def check(ledger: Ledger, folder: Path) -> None:
    """Leaves are dense, entries are entries, commitments open, the tree and each checkpoint hold."""
    stored = list(ledger.entries())
    assert [each.index for each in stored] == list(range(len(stored)))
    entries = [each.entry for each in stored]
    erasures = Erasures(enumerate(entries))
    fields = ledger.fields(range(len(stored)))
    for index, (entry, row) in enumerate(zip(entries, stored, strict=True)):
        assert (entry.type, entry.corpus, entry.version) == (row.type, row.corpus, row.version)
        for path, commitment in entry.commitments.items():
            if field := fields[index].get(path):
                assert opens(commitment, field.opening, path, field.value)
            else:
                assert erasures.covers(index, path), (index, path)
        assert fields[index].keys() <= entry.commitments.keys()
    tree = Tree(leaf_hash(each.data) for each in stored)
    for level in range(max(1, tree.size.bit_length())):
        for at in range(tree.size >> level):
            assert ledger.node(level, at) == tree.node(level, at)
    check_checkpoints(ledger, tree, folder)


def check_checkpoints(ledger: Ledger, tree: Tree, folder: Path) -> None:
    keys, verify = list(ledger.keys()), keyring_in(folder).verify
    assert [key.index for key in keys] == list(ledger.find(KEY))
    sizes = []
    for size, text in ledger.checkpoints():
        head = SignedCheckpoint.from_note(text)
        in_force = [key for key in keys if key.index < size]
        signers = [in_force[-1]]
        if in_force[-1].index == size - 1 and size > 1:
            signers = in_force[-2:]  # a new key is introduced by the one before it
        assert head.checkpoint.size == size
        assert head.checkpoint.root == tree_root(tree.node, size)
        for key in signers:
            assert head.checkpoint.origin == key.origin
            assert head.signed_by([key.public_key], verify) == key.public_key
        assert len(head.signatures) == len(signers)
        sizes.append(size)
    assert not tree.size or sizes[-1] == tree.size


def current_verifier(ledger: Ledger) -> str:
    key = ledger.keys()[-1]
    return verifier_key(key.origin, key.public_key)


def needs_go() -> str:
    """Path of the Go tool; skips where there is none."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("the Go tool is not on the PATH")
    return go
