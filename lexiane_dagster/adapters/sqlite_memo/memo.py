"""The memo as one SQLite file."""

import os
import sqlite3
import weakref
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from threading import Lock

from lexiane_dagster.domain.errors import UnavailableError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS memo (
    namespace TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL,
    PRIMARY KEY (namespace, key)
) WITHOUT ROWID
"""
_BATCH = 500


class SqliteMemo:
    """The `Memo` port. Losing the last batches in a power cut is harmless, so writes are not synced.

    All threads share one connection, opened on first use: a lookup takes microseconds, opening a
    database a millisecond.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._opened: sqlite3.Connection | None = None

    def get_many(self, namespace: str, keys: Iterable[str]) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        with self._connection() as connection:
            for batch in _batches(keys):
                marks = ",".join("?" * len(batch))
                found.update(
                    connection.execute(
                        # Only question marks are put into the text.
                        f"SELECT key, value FROM memo WHERE namespace = ? AND key IN ({marks})",  # noqa: S608
                        (namespace, *batch),
                    )
                )
        return found

    def put_many(self, namespace: str, values: Mapping[str, bytes]) -> None:
        if not values:
            return
        with self._connection() as connection, connection:
            connection.executemany(
                "INSERT OR IGNORE INTO memo VALUES (?, ?, ?)",
                ((namespace, key, value) for key, value in values.items()),
            )

    def clear(self) -> None:
        """Overwrite every row, give the pages back, and fold the write-ahead log into the file."""
        if not self._path.exists():
            return
        with self._connection() as connection:
            connection.execute("PRAGMA secure_delete = ON")
            with connection:
                connection.execute("DELETE FROM memo")
            connection.execute("VACUUM")
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise UnavailableError(
                f"the memo {self._path} is being read, so erased bytes are still in its log",
                remedy="run the same command again when no build runs",
            )

    def items(self, namespace: str) -> Iterator[tuple[str, bytes]]:
        """Read without writing anything, so that a read-only medium will do. There, what lies in the
        log only is left out."""
        if not self._path.is_file():
            return
        unwritable = not os.access(self._path.parent, os.W_OK)
        mode = "mode=ro&immutable=1" if unwritable else "mode=ro"
        query = "SELECT key, value FROM memo WHERE namespace = ? ORDER BY key"
        try:
            with closing(sqlite3.connect(f"{self._path.as_uri()}?{mode}", uri=True)) as connection:
                yield from connection.execute(query, (namespace,))
        except sqlite3.Error as error:
            raise self._unavailable(error) from error

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._lock:
                self._opened = self._opened or self._open()
                yield self._opened
        except (sqlite3.Error, OSError) as error:
            raise self._unavailable(error) from error

    def _unavailable(self, error: Exception) -> UnavailableError:
        return UnavailableError(
            f"the memo {self._path} cannot be used: {error}",
            remedy="check disk space and permissions; the file may be deleted at any time",
        )

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=60, check_same_thread=False)
        weakref.finalize(self, connection.close)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(_SCHEMA)
        return connection


def _batches(keys: Iterable[str]) -> Iterator[tuple[str, ...]]:
    iterator = iter(keys)
    while batch := tuple(islice(iterator, _BATCH)):
        yield batch
