"""Versions, releases, the schema and the database's file, tampered with: caught, and named."""

from collections.abc import Callable

import pytest

from tests.verification.lab import Case, Lab, Tamper
from tests.verification.tampering import restored, runs, swapped

ONE = "version = (SELECT min(version) FROM versions)"
VERSIONS = [
    Case(
        "versions: provenance changed",
        runs(
            "UPDATE versions SET provenance = replace(provenance, 'machine', 'nachine') "
            f"WHERE {ONE}",
            of=f"version FROM versions WHERE {ONE}",
        ),
        "versions",
        r"^version papers@{} has another provenance in the catalog than its leaf",
    ),
    Case(
        "versions: the time changed",
        runs(f"UPDATE versions SET created = '2020-01-01T00:00:00.000Z' WHERE {ONE}"),
        "versions",
        r"was created 2020-01-01T00:00:00.000Z says the catalog",
    ),
    Case(
        "versions: a count changed",
        runs(f"UPDATE versions SET chunks = chunks + 1 WHERE {ONE}"),
        "versions",
        r"^version papers@[0-9a-f]+ has \d+ documents and \d+ chunks in the catalog",
    ),
    Case(
        "versions: the corpus changed",
        runs(f"UPDATE versions SET corpus = 'other' WHERE {ONE}"),
        "versions",
        r"^version other@[0-9a-f]+ is in the catalog, but no leaf made it",
    ),
    Case(
        "versions: a row deleted",
        runs(f"DELETE FROM versions WHERE {ONE}", of=f"version FROM versions WHERE {ONE}"),
        "versions",
        r"^version papers@{} of leaf \d+ is not in the catalog",
    ),
    Case(
        "versions: two times exchanged",
        swapped("versions", "created", ONE, "version = (SELECT max(version) FROM versions)"),
        "versions",
        r"was created .* says the catalog",
    ),
    Case(
        "versions: a row duplicated under another name",
        runs(
            "INSERT INTO versions SELECT flip(version), corpus, created, documents, chunks, provenance "
            f"FROM versions WHERE {ONE}",
        ),
        "versions",
        r"is in the catalog, but no leaf made it",
    ),
    Case(
        "versions: provenance cut off",
        runs(f"UPDATE versions SET provenance = substr(provenance, 1, 20) WHERE {ONE}"),
        "versions",
        r"provenance in the catalog: JSONDecodeError",
    ),
    Case(
        "versions: old rows restored",
        restored("versions"),
        "versions",
        r"of leaf \d+ is not in the catalog",
    ),
]

OTHER = "(SELECT max(version) FROM versions WHERE version NOT IN (SELECT version FROM releases))"
RELEASES = [
    Case(
        "releases: pointed at another version",
        runs(f"UPDATE releases SET version = {OTHER} WHERE name = 'production'", of=OTHER),
        "versions",
        r"^release 'production' of papers points at papers@{} since .*, the promotions lead to",
    ),
    Case(
        "releases: the time changed",
        runs("UPDATE releases SET moved = flip(moved) WHERE name = 'production'"),
        "versions",
        r"^release 'production' of papers points at",
    ),
    Case(
        "releases: a row deleted",
        runs("DELETE FROM releases WHERE name = 'staging'"),
        "versions",
        r"^release 'staging' of papers is not in the catalog",
    ),
    Case(
        "releases: two exchanged",
        swapped("releases", "version", "name = 'production'", "name = 'staging'"),
        "versions",
        r"^release 'staging' of papers points at",
    ),
    Case(
        "releases: a row duplicated under another name",
        runs(
            "INSERT INTO releases SELECT corpus, 'best', version, moved FROM releases "
            "WHERE name = 'production'"
        ),
        "versions",
        r"^release 'best' of papers is in the catalog, but no leaf moved it",
    ),
    Case(
        "releases: the version cut off",
        runs("UPDATE releases SET version = substr(version, 1, 12) WHERE name = 'staging'"),
        "versions",
        r"^release 'staging' of papers points at",
    ),
    Case(
        "releases: old rows restored",
        restored("releases"),
        "versions",
        r"^release 'production' of papers points at",
    ),
]

SCHEMA = [
    Case(
        "alembic_version: another revision",
        runs("UPDATE alembic_version SET version_num = '9999'"),
        "database",
        r"unknown revision '9999'",
    ),
    Case(
        "alembic_version: the row deleted",
        runs("DELETE FROM alembic_version"),
        "database",
        r"^the catalog: the catalog .* cannot be used",
    ),
    Case(
        "schema: a trigger that changes answers",
        runs(
            "CREATE TRIGGER quiet AFTER INSERT ON fields BEGIN "
            "UPDATE fields SET value = x'00' WHERE leaf = new.leaf; END"
        ),
        "database",
        r"^unknown trigger quiet",
    ),
    Case(
        "schema: a table added", runs("CREATE TABLE notes (x)"), "database", r"^unknown table notes"
    ),
    Case(
        "schema: an index dropped",
        runs("DROP INDEX ix_fields_path"),
        "database",
        r"^table or index ix_fields_path is missing",
    ),
    Case("schema: a table dropped", runs("DROP TABLE nodes"), "database", r"nodes"),
    Case(
        "schema: bytes stored as text",
        runs("UPDATE nodes SET hash = hex(hash) WHERE level = 0 AND position = 1"),
        "database",
        r"^1 values of nodes.hash are not of the type blob",
    ),
]


def overwritten(change: Callable[[bytes], bytes]) -> Tamper:
    """The database file itself changed."""

    def tamper(lab: Lab) -> None:
        with lab.database() as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
        lab.catalog.write_bytes(change(lab.catalog.read_bytes()))

    return tamper


def removed(lab: Lab) -> None:
    lab.catalog.unlink()


FILE = [
    Case(
        "catalog.sqlite: pages overwritten",
        overwritten(lambda data: data[:4096] + bytes(4096) + data[8192:]),
        "database",
        r"^the catalog: ",
    ),
    Case(
        "catalog.sqlite: truncated",
        overwritten(lambda data: data[: len(data) // 2]),
        "database",
        r"malformed|Tree|out of range|damaged|page",
    ),
    Case("catalog.sqlite: not a database", overwritten(lambda _: b"x" * 9000), "database", "not a"),
    Case(
        "catalog.sqlite: emptied",
        overwritten(lambda _: b""),
        "objects",
        r"^manifest .* of no version",
    ),
    Case("catalog.sqlite: deleted", removed, "objects", r"^manifest .* of no version"),
]

CASES = [*VERSIONS, *RELEASES, *SCHEMA, *FILE]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_tampering_with_the_catalog_is_caught_and_named(lab: Lab, case: Case) -> None:
    returned = case.tamper(lab)
    case.check(lab.verify(), returned)
