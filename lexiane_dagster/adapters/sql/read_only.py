"""Reading a catalog that cannot be written: another owner's, a snapshot, a read-only medium."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import quote

from lexiane_dagster.domain.errors import UnavailableError

LOG = "-wal"
TIMEOUT_S = 60


@dataclass(frozen=True, slots=True)
class ReadOnlyFile:
    """A database file that this process may not write, or not beside which.

    Without a write-ahead log the file is everything, and is read as one that never changes, for
    SQLite would have to make files beside it otherwise. Whoever may write could begin to do so
    meanwhile: `unchanged` finds that out.
    """

    file: Path

    @classmethod
    def of(cls, file: Path) -> Self | None:
        """None where the file can be written, or is still to be made."""
        if not file.is_file() or (os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)):
            return None
        return cls(file)

    def connect(self) -> sqlite3.Connection:
        logged = "" if self._state()[2] else "&immutable=1"
        uri = f"file:{quote(str(self.file))}?mode=ro{logged}"
        return sqlite3.connect(uri, uri=True, timeout=TIMEOUT_S, check_same_thread=False)

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Raises UnavailableError where somebody wrote meanwhile, and SQLite could not know."""
        before = self._state()
        yield
        if not before[2] and self._state() != before:
            raise UnavailableError(
                f"the catalog {self.file} was written while it was read",
                remedy="run the same command again",
            )

    def refusal(self) -> UnavailableError:
        return UnavailableError(
            f"the catalog {self.file} is read-only here, so nothing can be recorded",
            remedy="make the file and its folder writable, or work on a copy of the project",
        )

    def _state(self) -> tuple[int, int, bool]:
        """Bytes, time of the last change, and whether a write-ahead log holds more."""
        found, log = self.file.stat(), Path(f"{self.file}{LOG}")
        return found.st_size, found.st_mtime_ns, log.is_file() and log.stat().st_size > 0
