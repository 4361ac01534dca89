"""Writing the ledger into a folder that software of others can check and serve (C2SP tlog-tiles)."""

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from lexiane_dagster.application.checkpoints import require_extension
from lexiane_dagster.application.ledger_files import File, key_files, tile_files
from lexiane_dagster.domain.canonical import Json
from lexiane_dagster.domain.errors import ConfigurationError, IntegrityError
from lexiane_dagster.domain.ledger.checkpoint import SignedCheckpoint, Verify
from lexiane_dagster.domain.ledger.tiles import CHECKPOINT, TILES
from lexiane_dagster.ports.ledger import Ledger

STAGED = ".staged"


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export holds now. `written` counts the tiles and bundles that this run wrote."""

    folder: Path
    head: SignedCheckpoint
    written: int
    keys: tuple[Path, ...]

    def to_json(self) -> dict[str, Json]:
        checkpoint = self.head.checkpoint
        return {
            "folder": str(self.folder),
            "origin": checkpoint.origin,
            "size": checkpoint.size,
            "root": checkpoint.root.hex(),
            "written": self.written,
            "keys": [str(file) for file in self.keys],
        }


def export_ledger(ledger: Ledger, folder: Path, verify: Verify) -> Exported:
    """Write the ledger at its newest checkpoint into `folder`, or bring an older export up to date.

    The folder is a whole export of one checkpoint at any instant: a new one gets its name when it is
    complete, an older one its new checkpoint when all tiles are there.

    Raises:
        ConfigurationError: the folder holds something else.
        IntegrityError: the ledger is damaged, or the export is not of an earlier state of it.
    """
    head, keys = ledger.checkpoint(), ledger.keys()
    files = key_files([key for key in keys if key.index < head.checkpoint.size])
    if folder.is_dir() and any(folder.iterdir()):
        written = _update(ledger, folder, head, files, verify)
    else:
        written = _create(ledger, folder, head, files)
    return Exported(folder, head, written, tuple(folder / path for path, _ in files))


def _create(ledger: Ledger, folder: Path, head: SignedCheckpoint, files: list[File]) -> int:
    staged = folder.with_name(f"{folder.name}{STAGED}-{os.getpid()}")
    shutil.rmtree(staged, ignore_errors=True)
    try:
        written = _write(staged, tile_files(ledger, head.checkpoint))
        _write(staged, [*files, _checkpoint_file(head)])
        staged.replace(folder)
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        raise
    return written


def _update(
    ledger: Ledger, folder: Path, head: SignedCheckpoint, files: list[File], verify: Verify
) -> int:
    before = _exported(folder)
    require_extension(ledger, head, before, verify, f"the export in {folder}")
    since = before.checkpoint.size
    # With as many leaves the proof above has shown that nothing is new.
    new = tile_files(ledger, head.checkpoint, since) if since < head.checkpoint.size else ()
    written = _write(folder, new)
    _write(folder, [*files, _checkpoint_file(head)])
    _remove_outgrown(folder)
    return written


def _exported(folder: Path) -> SignedCheckpoint:
    file = folder / CHECKPOINT
    if not file.is_file() or not (folder / TILES).is_dir():
        raise ConfigurationError(
            f"{folder} is not empty and holds no exported ledger",
            remedy="name a folder that is new, empty, or an earlier export",
        )
    try:
        return SignedCheckpoint.from_note(file.read_text("utf-8"))
    except ValueError as error:
        raise IntegrityError(
            f"{file} is damaged: {error}", remedy="export into a new folder"
        ) from error


def _checkpoint_file(head: SignedCheckpoint) -> File:
    return CHECKPOINT, head.note().encode()


def _write(folder: Path, files: Iterable[File]) -> int:
    """Each file has its name only when all of its bytes are there."""
    written = 0
    for path, data in files:
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        staged = file.with_name(f"{file.name}{STAGED}")
        staged.write_bytes(data)
        staged.replace(file)
        written += 1
    return written


def _remove_outgrown(folder: Path) -> None:
    """Partial tiles may go when the full one is there; until then an older checkpoint needs them."""
    for partial in (folder / TILES).rglob("*.p"):
        if partial.with_suffix("").is_file():
            shutil.rmtree(partial)
