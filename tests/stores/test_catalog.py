"""The catalog: versions, releases, migrations, several processes."""

import multiprocessing
import sqlite3
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory

from lexiane_dagster.adapters.sql.catalog import SqlCatalog
from lexiane_dagster.adapters.sql.migrate import HEAD, MIGRATIONS
from lexiane_dagster.adapters.sql.schema import metadata
from lexiane_dagster.domain.errors import NotFoundError, UnavailableError
from lexiane_dagster.domain.ledger.entry import PROMOTION, VERSION, Event
from lexiane_dagster.ports.catalog import NewVersion
from tests.stores.databases import open_sql


def entry(version: str, corpus: str = "handbook", run: str = "r") -> NewVersion:
    return NewVersion(version, corpus, 3, 9, {"run_id": run})


def made(version: str) -> Event:
    return Event(VERSION, {"version": f"handbook@{version}"})


def moved(version: str) -> Event:
    return Event(PROMOTION, {"version": f"handbook@{version}", "release": "production"})


def catalog_in(file: Path) -> SqlCatalog:
    return open_sql(file)[0]


@pytest.fixture
def catalog(tmp_path: Path) -> SqlCatalog:
    return catalog_in(tmp_path / "new" / "catalog.sqlite")


def test_the_first_run_that_made_a_version_stays_its_origin(catalog: SqlCatalog) -> None:
    assert catalog.add_version(entry("a" * 64, run="first"), made("a" * 64))
    created = catalog.version("a" * 64).created
    assert not catalog.add_version(entry("a" * 64, run="second"), made("a" * 64))
    assert catalog.version("a" * 64).created == created
    assert catalog.version("a" * 64).provenance == {"run_id": "first"}


def test_versions_are_listed_newest_first_by_corpus(catalog: SqlCatalog) -> None:
    catalog.add_version(entry("a" * 64), made("a" * 64))
    time.sleep(0.002)
    catalog.add_version(entry("b" * 64), made("b" * 64))
    catalog.add_version(entry("c" * 64, corpus="other"), made("c" * 64))
    assert [item.version[0] for item in catalog.versions("handbook")] == ["b", "a"]
    assert catalog.corpora() == ["handbook", "other"]


def test_prefixes_match_literally(catalog: SqlCatalog) -> None:
    catalog.add_version(entry("ab" + "0" * 62), made("ab" + "0" * 62))
    catalog.add_version(entry("ac" + "0" * 62), made("ac" + "0" * 62))
    assert catalog.matching("ab", None) == ["ab" + "0" * 62]
    assert len(catalog.matching("a", "handbook")) == 2
    assert catalog.matching("a", "other") == []
    assert catalog.matching("%", None) == []
    with pytest.raises(NotFoundError, match="ffff"):
        catalog.version("ffff")


def test_a_release_moves_once(catalog: SqlCatalog) -> None:
    catalog.add_version(entry("a" * 64), made("a" * 64))
    catalog.add_version(entry("b" * 64), made("b" * 64))
    assert catalog.release("handbook", "production") is None
    assert catalog.move_release("handbook", "production", "a" * 64, moved("a" * 64))
    assert not catalog.move_release("handbook", "production", "a" * 64, moved("a" * 64))
    assert catalog.move_release("handbook", "production", "b" * 64, moved("b" * 64))
    assert catalog.releases("handbook") == {"production": "b" * 64}


def test_a_release_cannot_point_at_nothing(catalog: SqlCatalog) -> None:
    with pytest.raises(UnavailableError, match="FOREIGN KEY"):
        catalog.move_release("handbook", "production", "a" * 64, moved("a" * 64))


def test_the_migrations_make_exactly_the_schema(tmp_path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    catalog_in(tmp_path / "c.sqlite").corpora()
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'c.sqlite'}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_a_catalog_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "c.sqlite"
    catalog_in(file).corpora()
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(UnavailableError, match="9999"):
        catalog_in(file).corpora()


def test_a_file_that_is_no_database_is_a_clear_error(tmp_path: Path) -> None:
    file = tmp_path / "c.sqlite"
    file.write_bytes(b"this is not a database" * 100)
    with pytest.raises(UnavailableError, match="cannot be used"):
        catalog_in(file).corpora()


def write(file: Path, number: int) -> None:
    catalog = catalog_in(file)
    for step in range(20):
        version = f"{number:02d}{step:02d}".ljust(64, "0")
        catalog.add_version(entry(version), made(version))
        catalog.move_release("handbook", "production", version, moved(version))


def test_writers_of_several_processes_lose_nothing(tmp_path: Path) -> None:
    file = tmp_path / "c.sqlite"
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=write, args=(file, n)) for n in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)
        assert writer.exitcode == 0
    catalog = catalog_in(file)
    assert len(catalog.versions("handbook")) == 80
    assert catalog.release("handbook", "production")
