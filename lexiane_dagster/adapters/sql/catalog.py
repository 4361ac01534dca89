"""The catalog over SQLAlchemy Core: SQLite in WAL mode, synced at every commit."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError

from lexiane_dagster.adapters.sql.migrate import upgrade
from lexiane_dagster.adapters.sql.schema import releases, versions
from lexiane_dagster.domain.errors import NotFoundError, UnavailableError
from lexiane_dagster.ports.catalog import VersionEntry


class SqlCatalog:
    """The `Catalog` port. The database and its tables are made on first use."""

    def __init__(self, url: str) -> None:
        self._url = sa.make_url(url)
        if self._url.database:
            Path(self._url.database).parent.mkdir(parents=True, exist_ok=True)
        self._engine = sa.create_engine(self._url, connect_args={"timeout": 60})
        sa.event.listen(self._engine, "connect", _configure)
        sa.event.listen(self._engine, "begin", _begin)
        self._ready = False

    def add_version(self, entry: VersionEntry) -> bool:
        with self._transaction(write=True) as connection:
            known = connection.execute(
                sa.select(versions.c.version).where(versions.c.version == entry.version)
            ).first()
            if known:
                return False
            connection.execute(
                versions.insert().values(
                    version=entry.version,
                    corpus=entry.corpus,
                    created=entry.created,
                    documents=entry.documents,
                    chunks=entry.chunks,
                    provenance=entry.provenance,
                )
            )
            return True

    def version(self, version: str) -> VersionEntry:
        with self._transaction() as connection:
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
        with self._transaction() as connection:
            return [VersionEntry(**row._mapping) for row in connection.execute(query)]

    def corpora(self) -> Sequence[str]:
        query = sa.select(versions.c.corpus).distinct().order_by(versions.c.corpus)
        with self._transaction() as connection:
            return list(connection.execute(query).scalars())

    def matching(self, prefix: str, corpus: str | None) -> Sequence[str]:
        query = sa.select(versions.c.version).where(
            versions.c.version.startswith(prefix, autoescape=True)
        )
        if corpus is not None:
            query = query.where(versions.c.corpus == corpus)
        with self._transaction() as connection:
            return list(connection.execute(query.order_by(versions.c.version)).scalars())

    def release(self, corpus: str, name: str) -> str | None:
        return self.releases(corpus).get(name)

    def releases(self, corpus: str) -> dict[str, str]:
        query = sa.select(releases.c.name, releases.c.version).where(releases.c.corpus == corpus)
        with self._transaction() as connection:
            return {row.name: row.version for row in connection.execute(query)}

    def move_release(self, corpus: str, name: str, version: str, at: str) -> bool:
        here = (releases.c.corpus == corpus) & (releases.c.name == name)
        with self._transaction(write=True) as connection:
            current = connection.execute(
                sa.select(releases.c.version).where(here)
            ).scalar_one_or_none()
            if current == version:
                return False
            values = {"version": version, "moved": at}
            if current is None:
                connection.execute(releases.insert().values(corpus=corpus, name=name, **values))
            else:
                connection.execute(releases.update().where(here).values(**values))
            return True

    @contextmanager
    def _transaction(self, write: bool = False) -> Iterator[sa.Connection]:
        try:
            self._prepare()
            with self._connect(write) as connection, connection.begin():
                yield connection
        except SQLAlchemyError as error:
            raise UnavailableError(
                f"the catalog {self._url.render_as_string()} cannot be used: {error}",
                remedy="check that the database can be reached and written and that the disk has space",
            ) from error

    def _prepare(self) -> None:
        if self._ready:
            return
        with self._connect(write=True) as connection, connection.begin():
            upgrade(connection)
        self._ready = True

    def _connect(self, write: bool) -> sa.Connection:
        return self._engine.connect().execution_options(lexiane_write=write)


def _configure(connection: DBAPIConnection, _: object) -> None:
    """Readers are never blocked, commits are on disk, and transactions begin where we say."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: sa.Connection) -> None:
    """A writer takes its lock at once: two that read first and write later would fail."""
    write = connection.get_execution_options().get("lexiane_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
