"""The `Audit` port over SQLAlchemy Core.

Everything is read as bytes: a damaged row must arrive, and no type of a column may refuse it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from lexiane_dagster.adapters.sql.database import Database, unforgotten
from lexiane_dagster.adapters.sql.schema import Octets, metadata
from lexiane_dagster.domain.errors import UnavailableError
from lexiane_dagster.ports.audit import StoredRelease, StoredVersion
from lexiane_dagster.ports.ledger import Field, LedgerKey, StoredEntry

BATCH: Final = 1000
# Made by Alembic and by SQLite itself.
FOREIGN_TABLES: Final = ("alembic_version",)
_LEAF: Final = (
    "SELECT leaf, CAST(data AS BLOB), CAST(type AS BLOB), CAST(corpus AS BLOB), "
    "CAST(version AS BLOB) FROM ledger"
)
_FIELD: Final = (
    "SELECT leaf, CAST(path AS BLOB), CAST(opening AS BLOB), CAST(value AS BLOB) FROM fields"
)


class SqlAudit:
    """The `Audit` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def snapshot(self) -> Iterator["SqlRows"]:
        with self._database.reading() as connection:
            yield SqlRows(connection)


class SqlRows:
    """The `Rows` port over one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def damage(self) -> Sequence[str]:
        found = [str(row[0]) for row in self._rows("PRAGMA integrity_check(20)")]
        lines = [line for line in found if line != "ok"]
        lines += [
            f"row {row[1]} of table {row[0]} points at a missing row of {row[2]}"
            for row in self._rows("PRAGMA foreign_key_check")
        ]
        if unforgotten(self._connection):
            lines.append("an erasure did not come to its end: erased bytes may be left in the file")
        return [*lines, *self._strange_tables(), *self._strange_values()]

    def size(self) -> int:
        newest = next(self._rows("SELECT max(leaf) FROM ledger"))[0]
        return 0 if newest is None else int(newest) + 1

    def leaves(self, start: int = 0) -> Iterator[StoredEntry]:
        for row in self._rows(f"{_LEAF} WHERE leaf >= :start ORDER BY leaf", start=start):
            yield _entry(row)

    def leaves_of(self, kind: str, stop: int) -> Iterator[StoredEntry]:
        query = f"{_LEAF} WHERE type = :kind AND leaf < :stop ORDER BY leaf"
        for row in self._rows(query, kind=kind, stop=stop):
            yield _entry(row)

    def nodes(self, level: int, start: int, stop: int) -> Iterator[tuple[int, bytes]]:
        query = (
            "SELECT position, CAST(hash AS BLOB) FROM nodes WHERE level = :level "
            "AND position >= :start AND position < :stop ORDER BY position"
        )
        yield from self._rows(query, level=level, start=start, stop=stop)

    def stray_nodes(self, size: int) -> Iterator[tuple[int, int]]:
        query = (
            "SELECT level, position FROM nodes WHERE level < 0 OR position < 0 "
            "OR position >= (:size >> level) ORDER BY level, position"
        )
        yield from self._rows(query, size=size)

    def fields(self, start: int = 0) -> Iterator[tuple[int, str, Field]]:
        query = f"{_FIELD} WHERE leaf >= :start ORDER BY leaf, path"
        for leaf, path, opening, value in self._rows(query, start=start):
            yield leaf, _text(path), Field(opening, value)

    def fields_of(self, leaf: int) -> dict[str, Field]:
        found = self._rows(f"{_FIELD} WHERE leaf = :leaf", leaf=leaf)
        return {_text(path): Field(opening, value) for _, path, opening, value in found}

    def checkpoints(self, start: int = 0) -> Iterator[tuple[int, str]]:
        query = (
            "SELECT size, CAST(note AS BLOB) FROM checkpoints WHERE size >= :start ORDER BY size"
        )
        for size, note in self._rows(query, start=start):
            yield size, _text(note)

    def ledger_keys(self) -> Iterator[LedgerKey]:
        query = (
            "SELECT leaf, CAST(origin AS BLOB), CAST(public_key AS BLOB) FROM keys ORDER BY leaf"
        )
        for leaf, origin, public_key in self._rows(query):
            yield LedgerKey(leaf, _text(origin), public_key)

    def versions(self) -> Iterator[StoredVersion]:
        query = (
            "SELECT CAST(version AS BLOB), CAST(corpus AS BLOB), CAST(created AS BLOB), documents, "
            "chunks, CAST(provenance AS BLOB) FROM versions ORDER BY version"
        )
        for version, corpus, created, documents, chunks, provenance in self._rows(query):
            names = (_text(version), _text(corpus), _text(created))
            yield StoredVersion(*names, documents, chunks, provenance)

    def releases(self) -> Iterator[StoredRelease]:
        query = (
            "SELECT CAST(corpus AS BLOB), CAST(name AS BLOB), CAST(version AS BLOB), "
            "CAST(moved AS BLOB) FROM releases ORDER BY corpus, name"
        )
        for row in self._rows(query):
            yield StoredRelease(*map(_text, row))

    def _rows(self, query: str, **values: object) -> Iterator[Any]:
        try:
            yield from self._connection.execute(sa.text(query), values).yield_per(BATCH)
        except SQLAlchemyError as error:
            raise UnavailableError(
                f"the catalog cannot be read: {error}",
                remedy="restore the catalog from its back-up",
            ) from error

    def _strange_tables(self) -> Iterator[str]:
        """Tables, indexes, triggers and views: a trigger could change rows behind our back."""
        known = set(FOREIGN_TABLES)
        for table in metadata.tables.values():
            known |= {table.name, *(str(index.name) for index in table.indexes)}
        query = "SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name"
        found = {name: kind for kind, name in self._rows(query)}
        yield from (f"unknown {found[name]} {name}" for name in sorted(found.keys() - known))
        yield from (f"table or index {name} is missing" for name in sorted(known - found.keys()))

    def _strange_values(self) -> Iterator[str]:
        """SQLite keeps any type in any column."""
        for table in metadata.tables.values():
            kinds = {column.name: _storage(column) for column in table.columns}
            counted = ", ".join(
                f"total({name} IS NOT NULL AND typeof({name}) <> '{kind}')"
                for name, kind in kinds.items()
            )
            counts = next(self._rows(f"SELECT {counted} FROM {table.name}"))  # noqa: S608
            for (name, kind), count in zip(kinds.items(), counts, strict=True):
                if count:
                    yield f"{count:.0f} values of {table.name}.{name} are not of the type {kind}"


def _storage(column: "sa.Column[Any]") -> str:
    if isinstance(column.type, Octets):
        return "blob"
    return "integer" if isinstance(column.type, sa.Integer) else "text"


def _entry(row: Any) -> StoredEntry:
    index, data, kind, corpus, version = row
    return StoredEntry(
        index,
        data if data is not None else b"",
        _text(kind),
        None if corpus is None else _text(corpus),
        None if version is None else _text(version),
    )


def _text(value: bytes | None) -> str:
    return "" if value is None else value.decode("utf-8", errors="backslashreplace")
