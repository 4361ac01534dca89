"""What every ledger must do (ports/ledger.py), over the real database and real keys."""

import random
import sqlite3
import stat
from pathlib import Path

import pytest
from sqlalchemy.dialects import sqlite as sqlite_dialect

from lexiane_dagster.adapters.sql.appending import nodes_query
from lexiane_dagster.adapters.sql.ledger import SqlLedger
from lexiane_dagster.domain.errors import IntegrityError, NotFoundError, UnavailableError
from lexiane_dagster.domain.ledger.entry import KEY, Event
from tests.ledger import child
from tests.ledger.support import answer, check, erasure, keyring_in, ledger_in, note
from tests.pipeline.processes import Running


@pytest.fixture
def ledger(tmp_path: Path) -> SqlLedger:
    return ledger_in(tmp_path)


def private_keys(folder: Path) -> list[Path]:
    return sorted((folder / "keys").iterdir())


def raw(folder: Path) -> bytes:
    """Every byte of the database and of its log."""
    files = (folder / "catalog.sqlite", folder / "catalog.sqlite-wal")
    return b"".join(file.read_bytes() for file in files if file.exists())


def named_keys(ledger: SqlLedger) -> list[bytes]:
    found = ledger.keys()
    return [key.public_key for key in found]


def test_an_empty_ledger_holds_nothing(ledger: SqlLedger, tmp_path: Path) -> None:
    assert ledger.size() == 0
    assert [*ledger.entries(), *ledger.keys(), *ledger.checkpoints()] == []
    with pytest.raises(NotFoundError):
        ledger.checkpoint()
    with pytest.raises(NotFoundError):
        ledger.entry(0)
    assert not (tmp_path / "keys").exists()


def test_the_first_leaf_is_its_key(ledger: SqlLedger, tmp_path: Path) -> None:
    appended = ledger.append([answer("first")])
    assert appended.indexes == (1,)
    assert ledger.entry(0).type == KEY
    assert ledger.keys()[0].public_key == ledger.signer().public_key
    assert ledger.checkpoint() == appended.head
    check(ledger, tmp_path)


def test_a_signer_alone_makes_the_first_leaf(ledger: SqlLedger, tmp_path: Path) -> None:
    key = ledger.signer().public_key
    assert named_keys(ledger) == [key]
    assert ledger.signer().public_key == key
    assert ledger.size() == 1
    check(ledger, tmp_path)


def test_private_keys_are_their_owners_alone(ledger: SqlLedger, tmp_path: Path) -> None:
    ledger.signer()
    (file,) = private_keys(tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    file.chmod(0o640)
    with pytest.raises(UnavailableError, match="can be read by others"):
        ledger_in(tmp_path).append([note(1)])


def test_a_missing_private_key_stops_writing_and_not_reading(
    ledger: SqlLedger, tmp_path: Path
) -> None:
    ledger.append([answer("first")])
    private_keys(tmp_path)[0].unlink()
    other = ledger_in(tmp_path)
    with pytest.raises(UnavailableError, match="is missing"):
        other.append([answer("second")])
    assert other.size() == 2
    check(other, tmp_path)


def test_the_head_verifies_after_each_append(ledger: SqlLedger, tmp_path: Path) -> None:
    for size in range(1, 40):
        ledger.append([answer(f"question {number}") for number in range(size % 4 + 1)])
    check(ledger, tmp_path)


def test_an_append_is_all_or_nothing(ledger: SqlLedger, tmp_path: Path) -> None:
    ledger.append([answer("kept")])
    before = raw(tmp_path), ledger.size()
    with pytest.raises(ValueError, match="at most 65535 bytes"):
        ledger.append([answer("lost"), Event("replay", {"too": "l" * 65_536})])
    assert (raw(tmp_path), ledger.size()) == before
    check(ledger, tmp_path)


def test_an_append_reads_no_table_from_end_to_end(ledger: SqlLedger, tmp_path: Path) -> None:
    """Else recording slows down with every answer."""
    ledger.append([answer("first")])
    query = nodes_query(3).compile(dialect=sqlite_dialect.dialect(paramstyle="named"))
    with sqlite3.connect(tmp_path / "catalog.sqlite") as database:
        values = dict.fromkeys(query.params, 0)
        plan = database.execute(f"EXPLAIN QUERY PLAN {query}", values).fetchall()
        newest = database.execute("EXPLAIN QUERY PLAN SELECT max(leaf) FROM ledger").fetchall()
    assert [row[3] for row in (*plan, *newest) if row[3].startswith("SCAN")] == []


def test_nothing_is_appended_to_a_tree_that_lost_nodes(ledger: SqlLedger, tmp_path: Path) -> None:
    ledger.append([answer("first")])
    with sqlite3.connect(tmp_path / "catalog.sqlite") as database:
        database.execute("DELETE FROM nodes")
    with pytest.raises(IntegrityError, match="nodes of the ledger's tree are missing"):
        ledger.append([answer("second")])
    assert ledger.size() == 2


def test_entries_are_read_in_batches_without_gaps(ledger: SqlLedger) -> None:
    ledger.append([note(number) for number in range(2_500)])
    assert [each.index for each in ledger.entries()] == list(range(2_501))
    assert [each.index for each in ledger.entries(998, 1_003)] == list(range(998, 1_003))
    assert list(ledger.entries(5, 5)) == []


def test_fields_are_found_by_path(ledger: SqlLedger) -> None:
    one = Event(
        "answer", {}, {"a": b"1", "ranking/000": b"2", "ranking/001": b"3", "ranking0": b"4"}
    )
    ledger.append([one])
    found = [(index, path, field.value) for index, path, field in ledger.fields_at("ranking")]
    assert found == [(1, "ranking/000", b"2"), (1, "ranking/001", b"3")]


def test_an_erasure_leaves_no_byte_behind(ledger: SqlLedger, tmp_path: Path) -> None:
    """Also not in the free space of pages, where rebalancing trees leaves copies."""
    chosen = random.Random(5)
    words: dict[tuple[int, str], str] = {}
    for index in range(1, 81):
        fields = {}
        for number in range(chosen.randint(1, 12)):
            word = words[index, f"f{number:02}"] = chosen.randbytes(8).hex()
            fields[f"f{number:02}"] = word + "x" * chosen.choice([0, 20, 200, 900, 3_000, 9_000])
        ledger.append([answer("q", **fields)])
    gone: set[tuple[int, str]] = set()
    for count in (1, 5, 40, 1, 40, 120, 5, 40):
        picked = chosen.sample(sorted(words.keys() - gone), count)
        covered: dict[int, list[str]] = {}
        for index, path in picked:
            covered.setdefault(index, []).append(path)
        ledger.erase([erasure(index, *paths) for index, paths in covered.items()], covered)
        gone.update(picked)
        left = raw(tmp_path)
        assert not [place for place in gone if words[place].encode() in left]
        assert all(words[place].encode() in left for place in words.keys() - gone)
    check(ledger, tmp_path)


def test_an_erasure_that_a_reader_holds_up_is_finished_later(
    ledger: SqlLedger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a crash between the commit and the forgetting."""
    ledger.append([answer("the secret word")])
    monkeypatch.setattr(type(ledger._database), "forget_deleted", lambda _: None)
    ledger.erase([erasure(1, "*")], {1: ["question"]})
    monkeypatch.undo()
    assert b"the secret word" in raw(tmp_path)
    ledger_in(tmp_path).forget_erased()
    assert b"the secret word" not in raw(tmp_path)
    before = raw(tmp_path)
    ledger.forget_erased()
    assert raw(tmp_path) == before
    check(ledger, tmp_path)


def test_erasures_at_once_wait_for_each_other(ledger: SqlLedger, tmp_path: Path) -> None:
    ledger.append([answer(f"secret {number} " + "x" * number * 50) for number in range(12)])
    started = [
        Running(child.erase_each, (tmp_path, range(first, first + 4)), tmp_path / f"out{first}")
        for first in (1, 5, 9)
    ]
    (tmp_path / "gate").touch()
    assert [process.wait().code for process in started] == [0, 0, 0]
    assert b"secret" not in raw(tmp_path)
    check(ledger, tmp_path)


def test_a_rotation_is_signed_by_both_keys(ledger: SqlLedger, tmp_path: Path) -> None:
    ledger.append([answer("first")])
    old = ledger.signer().public_key
    ledger.rotate()
    new = ledger.signer().public_key
    head, verify = ledger.checkpoint(), keyring_in(tmp_path).verify
    assert head.signed_by([old], verify) == old
    assert head.signed_by([new], verify) == new
    assert list(ledger.find(KEY)) == [0, 2]
    assert len(private_keys(tmp_path)) == 1
    ledger.append([answer("second")])
    assert ledger.checkpoint().signed_by([old], verify) is None
    check(ledger, tmp_path)


def test_a_process_that_knew_the_old_key_signs_with_the_new(
    ledger: SqlLedger, tmp_path: Path
) -> None:
    ledger.append([answer("first")])
    ledger_in(tmp_path).rotate()
    ledger.append([answer("second")])
    assert ledger.signer().public_key == ledger.keys()[-1].public_key
    check(ledger, tmp_path)


@pytest.mark.parametrize(
    ("instant", "rotated"),
    [("key on disk", False), ("before the commit", False), ("before the old key goes", True)],
)
def test_a_rotation_may_die_at_any_instant(
    ledger: SqlLedger, tmp_path: Path, instant: str, rotated: bool
) -> None:
    ledger.append([answer("first")])
    died = Running(child.rotate_and_die, (tmp_path, instant), tmp_path / "of").wait()
    assert died.code == 9, died.err
    assert len(ledger.keys()) == (2 if rotated else 1)
    assert len(private_keys(tmp_path)) == 2
    again = ledger_in(tmp_path)
    again.append([answer("second")])
    check(again, tmp_path)
    again.retire_keys()
    *retired, current = named_keys(again)
    here = set(keyring_in(tmp_path).public_keys())
    assert current in here
    assert not here & set(retired)
    again.rotate()
    check(again, tmp_path)


def test_two_processes_make_one_first_key(tmp_path: Path) -> None:
    started = [
        Running(child.first_key, (tmp_path,), tmp_path / f"out{number}") for number in range(3)
    ]
    (tmp_path / "gate").touch()
    found = {process.wait().out for process in started}
    assert found == {ledger_in(tmp_path).signer().public_key.hex()}
    assert len(private_keys(tmp_path)) == 1
    assert ledger_in(tmp_path).size() == 1
    check(ledger_in(tmp_path), tmp_path)


def concurrent(folder: Path, writers: int, count: int) -> None:
    started = [
        Running(child.append_many, (folder, writer, count), folder / f"out{writer}")
        for writer in range(writers)
    ]
    (folder / "gate").touch()
    reported = [process.wait().json for process in started]
    ledger = ledger_in(folder)
    assert ledger.size() == 1 + writers * count * 2
    asked = {
        index: fields["question"].value.decode()
        for index, fields in ledger.fields(range(1, ledger.size())).items()
    }
    for writer, indexes in enumerate(reported):
        assert indexes == sorted(indexes)
        expected = [f"{writer}:{number}:{part}" for number in range(count) for part in "ab"]
        assert [asked[index] for index in indexes] == expected
    check(ledger, folder)


def test_concurrent_writers_lose_and_reorder_nothing(tmp_path: Path) -> None:
    concurrent(tmp_path, writers=4, count=12)


@pytest.mark.long
def test_many_concurrent_writers_lose_and_reorder_nothing(tmp_path: Path) -> None:
    concurrent(tmp_path, writers=8, count=250)
