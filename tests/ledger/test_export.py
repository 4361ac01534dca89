"""Exports, checked by a program that this project did not write."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from lexiane_dagster.adapters.sql.ledger import SqlLedger
from lexiane_dagster.application.export_ledger import Exported, export_ledger
from lexiane_dagster.domain.errors import ConfigurationError, IntegrityError, NotFoundError
from tests.ledger.support import (
    TOOLS,
    current_verifier,
    filled,
    keyring_in,
    ledger_in,
    needs_go,
    note,
)

FSCK = TOOLS / "ledger" / "fsck"
LEAVES = 600


def export(ledger: SqlLedger, folder: Path) -> Exported:
    return export_ledger(ledger, folder, keyring_in(folder).verify)


def accepts(folder: Path, key: Path) -> bool:
    """What tessera's fsck says; it waits for ever where a tile is missing, so it gets little time."""
    needs_go()
    if not FSCK.is_file():
        pytest.skip("no fsck script (shared/tools/ledger/fsck)")
    done = subprocess.run(
        [str(FSCK), str(folder), str(key)],
        env=os.environ | {"FSCK_S": "5"},
        capture_output=True,
        text=True,
    )
    return done.returncode == 0


def files(folder: Path) -> dict[str, bytes]:
    found = [file for file in folder.rglob("*") if file.is_file()]
    return {str(file.relative_to(folder)): file.read_bytes() for file in found}


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> SqlLedger:
    return filled(tmp_path_factory.mktemp("ledger"), LEAVES)


@pytest.fixture(scope="module")
def exported(ledger: SqlLedger, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return export(ledger, tmp_path_factory.mktemp("export") / "out")


def test_the_layout_is_that_of_the_page(exported: Exported) -> None:
    assert set(files(exported.folder)) == {
        "checkpoint",
        "keys/000000000",
        "tile/0/000",
        "tile/0/001",
        "tile/0/002.p/88",
        "tile/1/000.p/2",
        "tile/entries/000",
        "tile/entries/001",
        "tile/entries/002.p/88",
    }
    assert len((exported.folder / "tile/0/000").read_bytes()) == 8_192


def test_tesseras_fsck_accepts_it(exported: Exported) -> None:
    assert accepts(exported.folder, exported.keys[-1])


@pytest.mark.parametrize("place", [0.0, 0.5, 1.0], ids=["first", "middle", "last"])
@pytest.mark.parametrize(
    "name",
    [
        "checkpoint",
        "tile/0/000",
        "tile/0/002.p/88",
        "tile/1/000.p/2",
        "tile/entries/001",
        "tile/entries/002.p/88",
    ],
)
def test_tesseras_fsck_rejects_any_changed_byte(
    exported: Exported, name: str, place: float, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(exported.folder, tmp_path / "out"))
    file = folder / name
    data = bytearray(file.read_bytes())
    data[round((len(data) - 1) * place)] ^= 1
    file.write_bytes(data)
    assert not accepts(folder, exported.keys[-1])


def test_no_other_key_will_do(exported: Exported, tmp_path: Path) -> None:
    other = filled(tmp_path, 2)
    key = tmp_path / "key"
    key.write_text(current_verifier(other))
    assert not accepts(exported.folder, key)


@pytest.mark.parametrize("first", [1, 200, 256, 300])
def test_an_older_export_is_brought_up_to_date(tmp_path: Path, first: int) -> None:
    ledger = filled(tmp_path, first)
    export(ledger, tmp_path / "old")
    kept = files(tmp_path / "old")
    ledger.append([note(number) for number in range(300)])
    ledger.rotate()
    updated = export(ledger, tmp_path / "old")
    new = export(ledger, tmp_path / "new")
    assert updated.written <= new.written
    # A checkpoint that was given out goes on being served until the full tile is there.
    partial = {
        name for name in kept if ".p/" in name and name.partition(".p/")[0] not in new_names(new)
    }
    both = {name: data for name, data in kept.items() if name in partial} | files(new.folder)
    assert files(updated.folder) == both
    assert accepts(updated.folder, updated.keys[-1])
    assert export(ledger, tmp_path / "old").written == 0


def new_names(exported: Exported) -> set[str]:
    return set(files(exported.folder))


def test_a_folder_with_something_else_is_left_alone(ledger: SqlLedger, tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"not ours")
    with pytest.raises(ConfigurationError, match="holds no exported ledger"):
        export(ledger, tmp_path)
    assert set(files(tmp_path)) == {"photo.jpg"}


def test_an_empty_folder_will_do(ledger: SqlLedger, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert export(ledger, tmp_path / "out").head == ledger.checkpoint()
    assert {file.name for file in tmp_path.iterdir()} == {"out"}


def test_an_empty_ledger_has_nothing_to_export(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        export(ledger_in(tmp_path), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_export_of_another_history_is_not_updated(tmp_path: Path) -> None:
    """The export remembers: a ledger that was rolled back and went on is found out."""
    ledger = filled(tmp_path, 5)
    ledger.checkpoint()
    shutil.copytree(tmp_path, tmp_path / "back-up")
    ledger.append([note(5)])
    export(ledger, tmp_path / "out")
    restored = ledger_in(tmp_path / "back-up")
    with pytest.raises(IntegrityError, match="rolled back"):
        export(restored, tmp_path / "out")
    restored.append([note(6), note(7)])
    with pytest.raises(IntegrityError, match="rolled back or rewritten"):
        export(restored, tmp_path / "out")


def test_a_failed_export_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = filled(tmp_path / "ledger", 300)
    monkeypatch.setattr(SqlLedger, "node", lambda *_: bytes(32))
    with pytest.raises(IntegrityError, match="do not lead to the signed checkpoint"):
        export(ledger, tmp_path / "out")
    assert {file.name for file in tmp_path.iterdir()} == {"ledger"}
