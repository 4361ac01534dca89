"""Every table of the ledger, tampered with in every way: caught, and named.

Statements run without foreign keys, as whoever has the file can run them.
"""

import pytest

from tests.verification.lab import Case, Lab
from tests.verification.tampering import ANSWER, LAST, MIDDLE, NEWEST, restored, runs, swapped

LEDGER = [
    Case(
        "ledger: a bit of a leaf flipped",
        runs(f"UPDATE ledger SET data = flip(data) WHERE leaf = {ANSWER}", of=ANSWER),
        "tree",
        r"^node {} of level 0 is not the hash",
    ),
    Case(
        "ledger: a leaf's type column changed",
        runs(f"UPDATE ledger SET type = 'replay' WHERE leaf = {ANSWER}", of=ANSWER),
        "entries",
        r"^leaf {}: its column type says 'replay', its bytes 'answer'",
    ),
    Case(
        "ledger: a leaf's version column changed",
        runs(f"UPDATE ledger SET version = flip(version) WHERE leaf = {ANSWER}", of=ANSWER),
        "entries",
        r"^leaf {}: its column version",
    ),
    Case(
        "ledger: a leaf's corpus column emptied",
        runs(f"UPDATE ledger SET corpus = NULL WHERE leaf = {ANSWER}", of=ANSWER),
        "entries",
        r"^leaf {}: its column corpus",
    ),
    Case(
        "ledger: a leaf deleted",
        runs(f"DELETE FROM ledger WHERE leaf = {ANSWER}", of=ANSWER),
        "entries",
        r"^leaf {} is missing",
    ),
    Case(
        "ledger: the newest leaf deleted",
        runs(f"DELETE FROM ledger WHERE leaf = {LAST}", of=NEWEST),
        "checkpoints",
        r"^checkpoint {} is over more leaves",
    ),
    Case(
        "ledger: two leaves exchanged",
        swapped("ledger", "data", "leaf = 2", "leaf = 3"),
        "tree",
        r"^node 2 of level 0 is not the hash",
    ),
    Case(
        "ledger: a leaf duplicated at the end",
        runs(
            f"INSERT INTO ledger SELECT {LAST} + 1, type, corpus, version, data FROM ledger "
            f"WHERE leaf = {ANSWER}",
            of=f"{LAST} + 1",
        ),
        "checkpoints",
        r"^leaf {} has no checkpoint over it",
    ),
    Case(
        "ledger: a leaf cut off",
        runs(f"UPDATE ledger SET data = substr(data, 1, 40) WHERE leaf = {ANSWER}", of=ANSWER),
        "entries",
        r"^leaf {}: ",
    ),
    Case(
        "ledger: a leaf emptied",
        runs(f"UPDATE ledger SET data = x'' WHERE leaf = {ANSWER}", of=ANSWER),
        "entries",
        r"^leaf {}: ",
    ),
    Case(
        "ledger: a leaf with the same meaning, written otherwise",
        runs(f"UPDATE ledger SET data = data || x'20' WHERE leaf = {ANSWER}", of=ANSWER),
        "entries",
        r"^leaf {}: ValueError: not of the format",
    ),
    Case(
        "ledger: a leaf far beyond the others",
        runs(
            "INSERT INTO ledger SELECT 1000000000000, type, corpus, version, data FROM ledger "
            f"WHERE leaf = {ANSWER}"
        ),
        "entries",
        r"^leaf 1000000000000 is numbered out of order",
    ),
    Case(
        "ledger: a leaf below the first",
        runs(
            "INSERT INTO ledger SELECT -3, type, corpus, version, data FROM ledger "
            f"WHERE leaf = {ANSWER}"
        ),
        "entries",
        r"^leaf -3 is numbered out of order",
    ),
    Case(
        "ledger: old rows restored",
        restored("ledger"),
        "checkpoints",
        r"is over more leaves than the \d+ there are",
    ),
]

NODES = [
    Case(
        "nodes: a bit flipped",
        runs("UPDATE nodes SET hash = flip(hash) WHERE level = 2 AND position = 1"),
        "tree",
        r"^node 1 of level 2 is not the hash of what is below it",
    ),
    Case(
        "nodes: a row deleted",
        runs("DELETE FROM nodes WHERE level = 1 AND position = 3"),
        "tree",
        r"^node 3 of level 1 is missing",
    ),
    Case(
        "nodes: two exchanged",
        swapped("nodes", "hash", "level = 0 AND position = 4", "level = 0 AND position = 5"),
        "tree",
        r"^node 4 of level 0 is not the hash",
    ),
    Case(
        "nodes: one duplicated at another place",
        runs("INSERT INTO nodes SELECT 9, 7, hash FROM nodes WHERE level = 2 AND position = 1"),
        "tree",
        r"^node 7 of level 9 is too many",
    ),
    Case(
        "nodes: one below the tree",
        runs("INSERT INTO nodes SELECT -1, 0, hash FROM nodes WHERE level = 2 AND position = 1"),
        "tree",
        r"^node 0 of level -1 is too many",
    ),
    Case(
        "nodes: a hash cut off",
        runs("UPDATE nodes SET hash = substr(hash, 1, 20) WHERE level = 0 AND position = 0"),
        "tree",
        r"^node 0 of level 0 is not the hash",
    ),
    Case("nodes: old rows restored", restored("nodes"), "tree", r"^node \d+ of level 0 is missing"),
]


def erased_record(lab: Lab) -> str:
    """The fields of the erased answer from the early copy."""
    with lab.database() as connection:
        connection.execute("ATTACH ? AS early", (str(lab.early / "catalog.sqlite"),))
        (leaf,) = connection.execute(
            "SELECT max(leaf) FROM early.fields WHERE path = 'question'"
        ).fetchone()
        connection.execute(
            "INSERT INTO main.fields SELECT * FROM early.fields WHERE leaf = ?", (leaf,)
        )
        connection.commit()
        connection.execute("DETACH early")
    return str(leaf)


QUESTION = f"leaf = {ANSWER} AND path = 'question'"
FIELDS = [
    Case(
        "fields: a bit of a value flipped",
        runs(f"UPDATE fields SET value = flip(value) WHERE {QUESTION}", of=ANSWER),
        "records",
        r"^leaf {}: the field 'question' is not what the leaf commits to",
    ),
    Case(
        "fields: a bit of an opening flipped",
        runs(f"UPDATE fields SET opening = flip(opening) WHERE {QUESTION}", of=ANSWER),
        "records",
        r"^leaf {}: the field 'question' is not what",
    ),
    Case(
        "fields: a field deleted",
        runs(f"DELETE FROM fields WHERE {QUESTION}", of=ANSWER),
        "records",
        r"^leaf {}: the field 'question' is MISSING, and no erasure covers it",
    ),
    Case(
        "fields: a whole record deleted",
        runs(f"DELETE FROM fields WHERE leaf = {ANSWER}", of=ANSWER),
        "records",
        r"^leaf {}: the field 'answer' is MISSING",
    ),
    Case(
        "fields: two ranked chunks exchanged",
        runs(
            f"UPDATE fields SET path = 'x' WHERE leaf = {ANSWER} AND path = 'ranking/000'",
            f"UPDATE fields SET path = 'ranking/000' WHERE leaf = {ANSWER} AND path = 'ranking/001'",
            f"UPDATE fields SET path = 'ranking/001' WHERE leaf = {ANSWER} AND path = 'x'",
            of=ANSWER,
        ),
        "records",
        r"^leaf {}: the field 'ranking/00[01]' is not what",
    ),
    Case(
        "fields: a field of another answer",
        swapped(
            "fields",
            "value",
            QUESTION,
            f"path = 'question' AND leaf = {LAST}",
            of=LAST,
        ),
        "records",
        r"^leaf {}: the field 'question' is not what",
    ),
    Case(
        "fields: a field duplicated under another name",
        runs(
            f"INSERT INTO fields SELECT leaf, 'remark', opening, value FROM fields WHERE {QUESTION}",
            of=ANSWER,
        ),
        "records",
        r"^leaf {}: the field 'remark' has no commitment",
    ),
    Case(
        "fields: a field of a leaf that does not exist",
        runs(f"INSERT INTO fields SELECT 9999, path, opening, value FROM fields WHERE {QUESTION}"),
        "records",
        r"^leaf 9999 does not exist, but 1 fields of it do",
    ),
    Case(
        "fields: a value cut off",
        runs(f"UPDATE fields SET value = substr(value, 1, 3) WHERE {QUESTION}", of=ANSWER),
        "records",
        r"^leaf {}: the field 'question' is not what",
    ),
    Case(
        "fields: an erased record put back",
        erased_record,
        "records",
        r"^leaf {}: the field 'question' was erased by the ledger, but is still there",
    ),
    Case(
        "fields: old rows restored",
        restored("fields"),
        "records",
        r"is MISSING, and no erasure covers it",
    ),
]

CHECKPOINTS = [
    Case(
        "checkpoints: a bit of a note flipped",
        runs(f"UPDATE checkpoints SET note = flip(note) WHERE size = {MIDDLE}", of=MIDDLE),
        "checkpoints",
        r"^checkpoint {}\b",
    ),
    Case(
        "checkpoints: one deleted",
        runs(f"DELETE FROM checkpoints WHERE size = {MIDDLE}", of=MIDDLE),
        "checkpoints",
        r"^checkpoint {} is missing",
    ),
    Case(
        "checkpoints: the newest deleted",
        runs(f"DELETE FROM checkpoints WHERE size = {NEWEST}", of=LAST),
        "checkpoints",
        r"^leaf {} has no checkpoint over it",
    ),
    Case(
        "checkpoints: all deleted",
        runs("DELETE FROM checkpoints", of=LAST),
        "checkpoints",
        r"^leaf {} has no checkpoint over it: the newest covers 0",
    ),
    Case(
        "checkpoints: two exchanged",
        swapped("checkpoints", "note", f"size = {MIDDLE}", f"size = {NEWEST}", of=NEWEST),
        "checkpoints",
        r"^checkpoint {} says that it is over \d+ leaves",
    ),
    Case(
        "checkpoints: one duplicated at another size",
        runs(
            f"INSERT INTO checkpoints SELECT 5, note FROM checkpoints WHERE size = {NEWEST}",
        ),
        "checkpoints",
        r"^checkpoint 5 says that it is over",
    ),
    Case(
        "checkpoints: one over nothing",
        runs(f"INSERT INTO checkpoints SELECT 0, note FROM checkpoints WHERE size = {NEWEST}"),
        "checkpoints",
        r"^checkpoint 0 is over no leaves",
    ),
    Case(
        "checkpoints: one beyond the ledger",
        runs(
            f"INSERT INTO checkpoints SELECT size + 7, note FROM checkpoints WHERE size = {NEWEST}",
            of=f"{NEWEST} + 7",
        ),
        "checkpoints",
        r"^checkpoint {} is over more leaves",
    ),
    Case(
        "checkpoints: a signature cut off",
        runs(
            "UPDATE checkpoints SET note = substr(note, 1, instr(note, char(10) || char(10)) + 1) "
            f"WHERE size = {MIDDLE}",
            of=MIDDLE,
        ),
        "checkpoints",
        r"^checkpoint {}: ValueError: not a signed note",
    ),
    Case(
        "checkpoints: a signature twice",
        runs(
            "UPDATE checkpoints SET note = note || substr(note, instr(note, char(10) || char(10)) + 2) "
            f"WHERE size = {MIDDLE}",
            of=MIDDLE,
        ),
        "checkpoints",
        r"^checkpoint {} has a signature of nobody known",
    ),
    Case(
        "checkpoints: old rows restored",
        restored("checkpoints"),
        "checkpoints",
        r"^leaf \d+ has no checkpoint over it",
    ),
]

ROTATED = "(SELECT max(leaf) FROM keys)"
KEYS = [
    Case(
        "keys: a bit flipped",
        runs("UPDATE keys SET public_key = flip(public_key) WHERE leaf = 0"),
        "keys",
        r"^the table of keys has another key than leaf 0 introduces",
    ),
    Case(
        "keys: the origin changed",
        runs(f"UPDATE keys SET origin = 'elsewhere' WHERE leaf = {ROTATED}", of=ROTATED),
        "keys",
        r"^the table of keys has another key than leaf {} introduces",
    ),
    Case(
        "keys: a row deleted",
        runs(f"DELETE FROM keys WHERE leaf = {ROTATED}", of=ROTATED),
        "keys",
        r"^the table of keys lacks the key of leaf {}",
    ),
    Case(
        "keys: two exchanged",
        swapped("keys", "public_key", "leaf = 0", f"leaf = {ROTATED}"),
        "keys",
        r"^the table of keys has another key than leaf 0",
    ),
    Case(
        "keys: a row duplicated",
        runs("INSERT INTO keys SELECT 1, origin, public_key FROM keys WHERE leaf = 0"),
        "keys",
        r"^the table of keys has a key of leaf 1, which introduces none",
    ),
    Case(
        "keys: a key cut off",
        runs("UPDATE keys SET public_key = substr(public_key, 1, 31) WHERE leaf = 0"),
        "keys",
        r"^the table of keys has another key than leaf 0",
    ),
    Case(
        "keys: the rotation's checkpoint deleted",
        runs(f"DELETE FROM checkpoints WHERE size = {ROTATED} + 1", of=f"{ROTATED} + 1"),
        "checkpoints",
        r"^checkpoint {}, in which one key hands over to the next, is missing",
    ),
    Case(
        "keys: the rotation's checkpoint signed by one key only",
        runs(
            # The first of two signature lines goes.
            "UPDATE checkpoints SET note = substr(note, 1, instr(note, char(10) || char(10)) + 1) || "
            "substr(substr(note, instr(note, char(10) || char(10)) + 2), "
            "instr(substr(note, instr(note, char(10) || char(10)) + 2), char(10)) + 1) "
            f"WHERE size = {ROTATED} + 1",
            of=f"{ROTATED} + 1",
        ),
        "checkpoints",
        r"^checkpoint {} is not signed by the key [0-9a-f]{16}",
    ),
]

CASES = [*LEDGER, *NODES, *FIELDS, *CHECKPOINTS, *KEYS]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_tampering_with_the_ledger_is_caught_and_named(lab: Lab, case: Case) -> None:
    returned = case.tamper(lab)
    case.check(lab.verify(), returned)
