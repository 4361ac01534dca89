"""The ledger over SQLAlchemy Core."""

from collections.abc import Iterator, Mapping, Sequence

import sqlalchemy as sa

from lexiane_dagster.adapters.sql.appending import Appender, ledger_size
from lexiane_dagster.adapters.sql.database import Database, to_be_forgotten
from lexiane_dagster.adapters.sql.schema import checkpoints, fields, keys, ledger, nodes
from lexiane_dagster.domain.errors import IntegrityError, NotFoundError
from lexiane_dagster.domain.ledger.checkpoint import SignedCheckpoint
from lexiane_dagster.domain.ledger.entry import Event
from lexiane_dagster.ports.keyring import Signer
from lexiane_dagster.ports.ledger import Appended, Field, LedgerKey, StoredEntry

BATCH = 1000
# Bound parameters of one statement.
IN_LIMIT = 500


class SqlLedger:
    """The `Ledger` port."""

    def __init__(self, database: Database, appender: Appender) -> None:
        self._database = database
        self._appender = appender

    def append(self, events: Sequence[Event]) -> Appended:
        with self._database.writing() as connection:
            return self._appender.append(connection, events)

    def erase(self, events: Sequence[Event], covered: Mapping[int, Sequence[str]]) -> Appended:
        with self._database.writing() as connection:
            appended = self._appender.append(connection, events)
            for index, paths in covered.items():
                connection.execute(
                    fields.delete().where(fields.c.leaf == index, fields.c.path.in_(paths))
                )
            to_be_forgotten(connection)
        self._database.forget_deleted()
        return appended

    def forget_erased(self) -> None:
        self._database.forget_deleted()

    def rotate(self) -> Appended:
        with self._database.writing() as connection:
            appended = self._appender.rotate(connection)
        self.retire_keys()
        return appended

    def retire_keys(self) -> None:
        # Under the writer's lock nobody is about to sign with the key that goes.
        with self._database.writing() as connection:
            named = connection.execute(sa.select(keys.c.public_key).order_by(keys.c.leaf))
            for public_key in list(named.scalars())[:-1]:
                self._appender.keyring.remove(public_key)

    def signer(self) -> Signer:
        # Under the writer's lock no rotation takes the key away before it is loaded.
        with self._database.writing() as connection:
            return self._appender.signer(connection)

    def keys(self) -> Sequence[LedgerKey]:
        with self._database.reading() as connection:
            found = connection.execute(sa.select(keys).order_by(keys.c.leaf))
            return [LedgerKey(row.leaf, row.origin, row.public_key) for row in found]

    def size(self) -> int:
        with self._database.reading() as connection:
            return ledger_size(connection)

    def entry(self, index: int) -> StoredEntry:
        found = next(self.entries(index, index + 1), None)
        if found is None:
            raise NotFoundError(
                f"the ledger has no leaf {index}", remedy="`lexiane answers` lists the answers"
            )
        return found

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[StoredEntry]:
        while True:
            query = sa.select(ledger).where(ledger.c.leaf >= start)
            if stop is not None:
                query = query.where(ledger.c.leaf < stop)
            with self._database.reading() as connection:
                rows = connection.execute(query.order_by(ledger.c.leaf).limit(BATCH)).all()
            for row in rows:
                yield StoredEntry(row.leaf, row.data, row.type, row.corpus, row.version)
            if len(rows) < BATCH:
                return
            start = rows[-1].leaf + 1

    def find(
        self, kind: str, corpus: str | None = None, version: str | None = None
    ) -> Sequence[int]:
        query = sa.select(ledger.c.leaf).where(ledger.c.type == kind)
        if corpus is not None:
            query = query.where(ledger.c.corpus == corpus)
        if version is not None:
            query = query.where(ledger.c.version == version)
        with self._database.reading() as connection:
            return list(connection.execute(query.order_by(ledger.c.leaf)).scalars())

    def fields(self, indexes: Sequence[int]) -> Mapping[int, Mapping[str, Field]]:
        found: dict[int, dict[str, Field]] = {index: {} for index in indexes}
        with self._database.reading() as connection:
            for start in range(0, len(indexes), IN_LIMIT):
                query = (
                    sa.select(fields)
                    .where(fields.c.leaf.in_(indexes[start : start + IN_LIMIT]))
                    .order_by(fields.c.leaf, fields.c.path)
                )
                for row in connection.execute(query):
                    found[row.leaf][row.path] = Field(row.opening, row.value)
        return found

    def fields_at(self, path: str) -> Iterator[tuple[int, str, Field]]:
        # "0" is the code point after "/": a range that an index can answer.
        below = (fields.c.path > f"{path}/") & (fields.c.path < f"{path}0")
        query = (
            sa.select(fields)
            .where((fields.c.path == path) | below)
            .order_by(fields.c.leaf, fields.c.path)
        )
        with self._database.reading() as connection:
            for row in connection.execute(query).yield_per(BATCH):
                yield row.leaf, row.path, Field(row.opening, row.value)

    def node(self, level: int, index: int) -> bytes:
        query = sa.select(nodes.c.hash).where(nodes.c.level == level, nodes.c.position == index)
        with self._database.reading() as connection:
            found: bytes | None = connection.execute(query).scalar()
        if found is None:
            raise IntegrityError(
                f"node {index} of level {level} of the ledger's tree is missing",
                remedy="run `lexiane verify`, and restore the catalog from its back-up",
            )
        return found

    def checkpoint(self, size: int | None = None) -> SignedCheckpoint:
        query = sa.select(checkpoints.c.note).order_by(checkpoints.c.size.desc()).limit(1)
        if size is not None:
            query = query.where(checkpoints.c.size == size)
        with self._database.reading() as connection:
            note: str | None = connection.execute(query).scalar()
        if note is None:
            raise NotFoundError(
                "the ledger has no such checkpoint",
                remedy="build a corpus or ask a question first: every event is covered by one",
            )
        try:
            return SignedCheckpoint.from_note(note)
        except ValueError as error:
            raise IntegrityError(
                f"the checkpoint over {size or 'all'} leaves is damaged: {error}",
                remedy="run `lexiane verify`, and restore the catalog from its back-up",
            ) from error

    def checkpoints(self, start: int = 0) -> Iterator[tuple[int, str]]:
        query = (
            sa.select(checkpoints).where(checkpoints.c.size >= start).order_by(checkpoints.c.size)
        )
        with self._database.reading() as connection:
            for row in connection.execute(query).yield_per(BATCH):
                yield row.size, row.note
