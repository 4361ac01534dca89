"""`checkpoints/<leaves, 12 digits>` for each pushed note; `checkpoint` is a copy of the newest."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lexiane_dagster.domain.errors import IntegrityError, UnavailableError

NOTES = "checkpoints"
NEWEST = "checkpoint"


class FolderPlace:
    """The `CheckpointPlace` port."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.name = str(folder)

    def newest(self) -> str | None:
        with self._named_errors():
            file = self._newest()
            return file.read_text("utf-8") if file else None

    def push(self, size: int, note: str) -> None:
        with self._named_errors():
            notes = self._folder / NOTES
            notes.mkdir(parents=True, exist_ok=True)
            with self._locked():
                file = notes / f"{size:012}"
                if not file.exists():
                    _write(file, note)
                elif file.read_text("utf-8") != note:
                    raise IntegrityError(
                        f"{file} is another checkpoint over {size} leaves: the ledger was rewritten",
                        remedy="find out which of the two histories is the true one",
                    )
                newest = self._newest() or file
                _write(self._folder / NEWEST, newest.read_text("utf-8"))

    def _newest(self) -> Path | None:
        notes = self._folder / NOTES
        if not notes.is_dir():
            return None
        return max((file for file in notes.iterdir() if file.name.isdigit()), default=None)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Two that push at once must not make an older note the newest."""
        with (self._folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        try:
            yield
        except (OSError, UnicodeDecodeError) as error:
            raise UnavailableError(
                f"checkpoints cannot be kept in {self._folder}: {error}",
                remedy="check that the folder can be reached and written and that the disk has space",
            ) from error


def _write(file: Path, note: str) -> None:
    """Synced before it has its name."""
    staged = file.with_name(f"{file.name}.new")
    with staged.open("w", encoding="utf-8") as stream:
        stream.write(note)
        stream.flush()
        os.fsync(stream.fileno())
    staged.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
