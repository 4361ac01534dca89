"""The real catalog and ledger over a file."""

from pathlib import Path

from lexiane_dagster.adapters.ed25519 import FolderKeyring
from lexiane_dagster.adapters.sql.appending import Appender
from lexiane_dagster.adapters.sql.catalog import SqlCatalog
from lexiane_dagster.adapters.sql.database import Database
from lexiane_dagster.adapters.sql.ledger import SqlLedger
from lexiane_dagster.adapters.system.clock import SystemClock
from lexiane_dagster.adapters.system.entropy import SystemEntropy


def open_sql(file: Path, origin: str | None = None) -> tuple[SqlCatalog, SqlLedger]:
    """Catalog and ledger in one database; keys in a folder beside it."""
    keyring = FolderKeyring(file.parent / "keys")
    database = Database(f"sqlite:///{file}")
    appender = Appender(keyring, SystemClock(), SystemEntropy(), origin)
    return SqlCatalog(database, appender), SqlLedger(database, appender)
