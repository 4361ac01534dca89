"""One database: its engine, its transactions, what every connection is set to."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError

from lexiane_dagster.adapters.sql.migrate import is_current, upgrade
from lexiane_dagster.domain.errors import UnavailableError

WRITE = "lexiane_write"


class Database:
    """SQLite in WAL mode, synced at every commit. Made, with its tables, on first use."""

    def __init__(self, url: str) -> None:
        self._url = sa.make_url(url)
        if self._url.database:
            Path(self._url.database).parent.mkdir(parents=True, exist_ok=True)
        self._engine = sa.create_engine(self._url, connect_args={"timeout": 60})
        sa.event.listen(self._engine, "connect", _configure)
        sa.event.listen(self._engine, "begin", _begin)
        self._ready = False

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A transaction that sees one state of the database."""
        with self._transaction(write=False) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """The only writer; committed when the block ends, undone when it raises."""
        with self._transaction(write=True) as connection:
            yield connection

    def forget_deleted(self) -> None:
        """Make sure that no file of the database holds deleted bytes any more.

        Deleted rows are overwritten at once (`secure_delete`), in the write-ahead log first; folding
        it back leaves nothing behind. Waits for readers of older states.
        """
        with self._named_errors(), self._engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            if raw is not None:
                cursor = raw.cursor()
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                found = cursor.fetchone()
                cursor.close()
                if found and found[0]:
                    raise UnavailableError(
                        "the catalog is being read, so erased bytes are still in its log",
                        remedy="run the same command again when nothing reads",
                    )

    @contextmanager
    def _transaction(self, write: bool) -> Iterator[sa.Connection]:
        with self._named_errors():
            self._prepare()
            with self._connect(write) as connection, connection.begin():
                yield connection

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise UnavailableError(
                f"the catalog {self._url.render_as_string()} cannot be used: {error}",
                remedy="check that the database can be reached and written and that the disk has space",
            ) from error

    def _prepare(self) -> None:
        if self._ready:
            return
        with self._connect(write=False) as connection, connection.begin():
            current = is_current(connection)
        if not current:
            with self._connect(write=True) as connection, connection.begin():
                upgrade(connection)
        self._ready = True

    def _connect(self, write: bool) -> sa.Connection:
        return self._engine.connect().execution_options(**{WRITE: write})


def _configure(connection: DBAPIConnection, _: object) -> None:
    """Readers are never blocked, commits are on disk, and transactions begin where we say."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: sa.Connection) -> None:
    """A writer takes its lock at once: two that read first and write later would fail."""
    write = connection.get_execution_options().get(WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
