"""Brings a catalog to the newest revision, and refuses one that a newer release has written."""

from pathlib import Path

import sqlalchemy as sa

from lexiane_dagster.domain.errors import UnavailableError

HEAD = "0002"
MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(connection: sa.Connection) -> None:
    """Run the missing migrations inside the caller's transaction.

    Raises:
        UnavailableError: the catalog has a revision that this release does not know.
    """
    if is_current(connection):
        return
    current = _revision(connection)
    # Alembic takes a third of a second to import, which `ask` need not pay.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise UnavailableError(
            f"the catalog has the unknown revision {current!r}: {error}",
            remedy="use the release of lexiane-dagster that wrote it, or a newer one",
        ) from error


def is_current(connection: sa.Connection) -> bool:
    """True when there is nothing to migrate."""
    return _revision(connection) == HEAD


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
