"""One database: its engine, its transactions, what every connection is set to."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError

from lexiane_dagster.adapters.sql.migrate import is_current, upgrade
from lexiane_dagster.adapters.sql.read_only import TIMEOUT_S, ReadOnlyFile
from lexiane_dagster.domain.errors import UnavailableError

WRITE = "lexiane_write"
# Numbers in the header of the file: how many transactions deleted something that is to be forgotten,
# and up to which of them it was. Two processes may delete at once, and each may die at any instant.
DELETIONS = "user_version"
FORGOTTEN = "application_id"
# How often a writer asks for its turn: a recording takes about twice as long.
TURN_S = 0.001
# Of an extended error code of SQLite, the bits that tell its kind.
PRIMARY_CODE = 0xFF


class Database:
    """SQLite in WAL mode, synced at every commit. Made, with its tables, on first use; a file that
    cannot be written is read all the same, where SQLite can do that safely."""

    def __init__(self, url: str) -> None:
        self._url = sa.make_url(url)
        file = Path(self._url.database) if self._url.database else None
        self._read_only = ReadOnlyFile.of(file) if file else None
        if self._read_only:
            # Each transaction opens the file anew: it may have got a log in between.
            self._engine = sa.create_engine(
                self._url, creator=self._read_only.connect, poolclass=sa.NullPool
            )
        else:
            if file:
                file.parent.mkdir(parents=True, exist_ok=True)
            self._engine = sa.create_engine(self._url, connect_args={"timeout": TIMEOUT_S})
        sa.event.listen(self._engine, "connect", _isolate if self._read_only else _configure)
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
        """Make sure that no file of the database holds bytes that `to_be_forgotten` spoke of.

        `secure_delete` overwrites a deleted row where it was, but not the copies of it that lie in
        the free space of pages since a tree was rebalanced. So the whole file is written anew, which
        takes time and room in proportion to it, and the log is emptied; that waits for readers.
        """
        with self._named_errors(), self._engine.connect() as connection:
            # Outside of any transaction, where SQLAlchemy would begin one.
            raw = connection.connection.dbapi_connection
            due = _first(raw, f"PRAGMA {DELETIONS}") if raw else 0
            if raw is None or _first(raw, f"PRAGMA {FORGOTTEN}") >= due:
                return
            raw.cursor().execute("VACUUM")
            self._empty_log(raw)
        with self.writing() as writer:
            done = writer.exec_driver_sql(f"PRAGMA {FORGOTTEN}").scalar_one()
            writer.exec_driver_sql(f"PRAGMA {FORGOTTEN} = {max(done, due)}")

    def _empty_log(self, connection: DBAPIConnection) -> None:
        given_up = time.monotonic() + TIMEOUT_S
        # SQLite waits for readers here, but not for another process that does the same.
        while _first(connection, "PRAGMA wal_checkpoint(TRUNCATE)"):
            if time.monotonic() > given_up:
                raise UnavailableError(
                    f"the catalog {self._url.database} is being read, so erased bytes are still in "
                    "its log",
                    remedy="run the same command again when nothing reads",
                )
            time.sleep(TURN_S)

    @contextmanager
    def _transaction(self, write: bool) -> Iterator[sa.Connection]:
        read_only = self._read_only
        if write and read_only:
            raise read_only.refusal()
        unchanged = read_only.unchanged() if read_only else nullcontext()
        with self._named_errors(), unchanged:
            self._prepare()
            with self._connect(write) as connection, connection.begin():
                yield connection

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error) as error:
            # The whole message would show the values that were being written.
            reason = getattr(error, "orig", None) or error
            raise UnavailableError(
                f"the catalog {self._url.render_as_string()} cannot be used: {reason}",
                remedy="check that the database can be reached and written and that the disk has space",
            ) from error

    def _prepare(self) -> None:
        if self._ready:
            return
        with self._connect(write=False) as connection, connection.begin():
            current = is_current(connection)
        if not current and self._read_only:
            raise self._read_only.refusal()
        if not current:
            with self._connect(write=True) as connection, connection.begin():
                upgrade(connection)
        self._ready = True

    def _connect(self, write: bool) -> sa.Connection:
        return self._engine.connect().execution_options(**{WRITE: write})


def _isolate(connection: DBAPIConnection, _: object) -> None:
    """Transactions begin where we say."""
    connection.isolation_level = None


def _configure(connection: DBAPIConnection, _: object) -> None:
    """Readers are never blocked, commits are on disk, what is deleted is overwritten."""
    _isolate(connection, _)
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
    raw = connection.connection.dbapi_connection
    if raw is None or not connection.get_execution_options().get(WRITE, False):
        connection.exec_driver_sql("BEGIN")
        return
    raw.cursor().execute("PRAGMA busy_timeout = 0")
    try:
        _take_turn(raw)
    finally:
        raw.cursor().execute(f"PRAGMA busy_timeout = {TIMEOUT_S * 1000}")


def _take_turn(connection: DBAPIConnection) -> None:
    """SQLite's own waiting asks ever less often, so of many writers some would wait for seconds."""
    given_up = time.monotonic() + TIMEOUT_S
    while True:
        try:
            connection.cursor().execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & PRIMARY_CODE == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > given_up:
                raise
            time.sleep(TURN_S)
        else:
            return


def to_be_forgotten(connection: sa.Connection) -> None:
    """Note, in the transaction that deletes, that `forget_deleted` is due: a crash may come first."""
    count = connection.exec_driver_sql(f"PRAGMA {DELETIONS}").scalar_one()
    connection.exec_driver_sql(f"PRAGMA {DELETIONS} = {count + 1}")


def unforgotten(connection: sa.Connection) -> bool:
    """True when the files may still hold bytes that were deleted to be forgotten."""
    deletions, forgotten = (
        connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in (DELETIONS, FORGOTTEN)
    )
    return bool(forgotten < deletions)


def _first(connection: DBAPIConnection, statement: str) -> int:
    """The first column of the first row; `wal_checkpoint` says there whether it was kept waiting."""
    cursor = connection.cursor()
    cursor.execute(statement)
    (found, *_) = cursor.fetchall()[0]
    cursor.close()
    return int(found)
