"""The catalog over SQLAlchemy Core: versions and releases, each with its leaf in the ledger."""

from collections.abc import Sequence

import sqlalchemy as sa

from lexiane_dagster.adapters.sql.appending import Appender
from lexiane_dagster.adapters.sql.database import Database
from lexiane_dagster.adapters.sql.schema import fields, ledger, releases, versions
from lexiane_dagster.domain.errors import NotFoundError, UnavailableError
from lexiane_dagster.domain.ledger.entry import ANSWER, Event
from lexiane_dagster.ports.catalog import NewVersion, VersionEntry
from lexiane_dagster.ports.ledger import Appended


class SqlCatalog:
    """The `Catalog` port."""

    def __init__(self, database: Database, appender: Appender) -> None:
        self._database = database
        self._appender = appender

    def add_version(self, new: NewVersion, event: Event) -> bool:
        with self._database.writing() as connection:
            appended = self._appender.append(connection, [event])
            known = connection.execute(
                sa.select(versions.c.version).where(versions.c.version == new.version)
            ).first()
            if known:
                return False
            connection.execute(
                versions.insert().values(
                    version=new.version,
                    corpus=new.corpus,
                    created=appended.at,
                    documents=new.documents,
                    chunks=new.chunks,
                    provenance=new.provenance,
                )
            )
            return True

    def version(self, version: str) -> VersionEntry:
        with self._database.reading() as connection:
            row = connection.execute(
                sa.select(versions).where(versions.c.version == version)
            ).first()
        if row is None:
            raise NotFoundError(
                f"there is no index version {version}",
                remedy="`lexiane versions CORPUS` lists the versions that exist",
            )
        return VersionEntry(**row._mapping)

    def versions(self, corpus: str) -> Sequence[VersionEntry]:
        query = (
            sa.select(versions)
            .where(versions.c.corpus == corpus)
            .order_by(versions.c.created.desc(), versions.c.version)
        )
        with self._database.reading() as connection:
            return [VersionEntry(**row._mapping) for row in connection.execute(query)]

    def corpora(self) -> Sequence[str]:
        query = sa.select(versions.c.corpus).distinct().order_by(versions.c.corpus)
        with self._database.reading() as connection:
            return list(connection.execute(query).scalars())

    def matching(self, prefix: str, corpus: str | None) -> Sequence[str]:
        query = sa.select(versions.c.version).where(
            versions.c.version.startswith(prefix, autoescape=True)
        )
        if corpus is not None:
            query = query.where(versions.c.corpus == corpus)
        with self._database.reading() as connection:
            return list(connection.execute(query.order_by(versions.c.version)).scalars())

    def release(self, corpus: str, name: str) -> str | None:
        return self.releases(corpus).get(name)

    def releases(self, corpus: str) -> dict[str, str]:
        query = sa.select(releases.c.name, releases.c.version).where(releases.c.corpus == corpus)
        with self._database.reading() as connection:
            return {row.name: row.version for row in connection.execute(query)}

    def remove_versions(self, names: Sequence[str], events: Sequence[Event]) -> Appended:
        with self._database.writing() as connection:
            for name in names:
                digest = name.partition("@")[2]
                _require_unpinned(connection, name, digest)
                connection.execute(versions.delete().where(versions.c.version == digest))
            return self._appender.append(connection, events)

    def move_release(self, corpus: str, name: str, version: str, event: Event) -> bool:
        here = (releases.c.corpus == corpus) & (releases.c.name == name)
        with self._database.writing() as connection:
            current = connection.execute(
                sa.select(releases.c.version).where(here)
            ).scalar_one_or_none()
            if current == version:
                return False
            appended = self._appender.append(connection, [event])
            values = {"version": version, "moved": appended.at}
            if current is None:
                connection.execute(releases.insert().values(corpus=corpus, name=name, **values))
            else:
                connection.execute(releases.update().where(here).values(**values))
            return True


def _require_unpinned(connection: sa.Connection, name: str, digest: str) -> None:
    """Nothing that a release or an answer needs may go: looked at in the transaction that removes it."""
    released = sa.select(releases.c.name).where(releases.c.version == digest)
    answered = (
        sa.select(fields.c.leaf)
        .join(ledger, ledger.c.leaf == fields.c.leaf)
        .where(ledger.c.type == ANSWER, ledger.c.version == name)
    )
    for pinning in (released, answered):
        if connection.execute(pinning.limit(1)).first() is not None:
            raise UnavailableError(
                f"the version {name} was released or asked meanwhile, so nothing was collected",
                remedy="run the same command again",
            )
