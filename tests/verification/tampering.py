"""Ways to tamper with rows and with files."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from lexiane_dagster.application.build_index import load_manifest
from tests.pipeline.support import CORPUS
from tests.verification.lab import Lab, Tamper, flipped

# Leaves and sizes, as SQL says them.
ANSWER = "(SELECT min(leaf) FROM ledger WHERE type = 'answer')"
LAST = "(SELECT max(leaf) FROM ledger)"
NEWEST = "(SELECT max(size) FROM checkpoints)"
MIDDLE = f"(SELECT max(size) FROM checkpoints WHERE size < {NEWEST})"


def runs(*statements: str, of: str = "") -> Tamper:
    """Run SQL; what the query `of` gave before stands for `{}` in the expected problem."""

    def tamper(lab: Lab) -> str:
        named = str(lab.value(f"SELECT {of}")) if of else ""
        lab.sql(*statements)
        return named

    return tamper


def swapped(table: str, column: str, first: str, second: str, of: str = "") -> Tamper:
    """Exchange what a column holds in two rows."""

    def tamper(lab: Lab) -> str:
        named = str(lab.value(f"SELECT {of}")) if of else ""
        with lab.database() as connection:
            rows = [
                connection.execute(f"SELECT rowid, {column} FROM {table} WHERE {where}").fetchone()
                for where in (first, second)
            ]
            (one, a), (two, b) = rows
            assert a != b
            for row, value in ((one, b), (two, a)):
                connection.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (value, row))
        return named

    return tamper


def restored(table: str) -> Tamper:
    """The rows of the early copy in place of today's."""

    def tamper(lab: Lab) -> None:
        with lab.database() as connection:
            connection.execute("ATTACH ? AS early", (str(lab.early / "catalog.sqlite"),))
            connection.execute(f"DELETE FROM main.{table}")
            connection.execute(f"INSERT INTO main.{table} SELECT * FROM early.{table}")
            connection.commit()
            connection.execute("DETACH early")

    return tamper


Find = Callable[[Lab], Sequence[Path]]


def tables(kind: str) -> Find:
    """The tables of the oldest and of the newest version, where there are two."""

    def find(lab: Lab) -> list[Path]:
        return sorted((lab.store / kind).rglob("*-*"))

    return find


def of_documents(digest: str) -> Find:
    """Objects of documents: `raw_digest` or `text_digest`."""

    def find(lab: Lab) -> list[Path]:
        backends = lab.application().backends
        found = set()
        for version in backends.catalog.versions(CORPUS):
            root = load_manifest(backends.objects, version.version).documents
            found |= {getattr(row, digest) for row in backends.tables.documents(root)}
        return [lab.store / "objects" / name[:2] / name for name in sorted(found)]

    return find


def manifests(lab: Lab) -> list[Path]:
    return sorted((lab.store / "versions").iterdir())


def segments(lab: Lab) -> list[Path]:
    return sorted((lab.store / "embeddings").rglob("*.parquet"))


def question_sets(lab: Lab) -> list[Path]:
    return sorted((lab.store / "question_sets").rglob("*.json"))


def redactions(lab: Lab) -> list[Path]:
    return sorted((lab.store / "redactions").rglob("*.json"))


def statistics(lab: Lab) -> list[Path]:
    return sorted((lab.store / "statistics").rglob("*.json"))


def arrays(lab: Lab) -> list[Path]:
    return [
        next((lab.home / "derived").iterdir()) / name
        for name in ("posting_impacts.npy", "vectors.npy")
    ]


def seals(lab: Lab) -> list[Path]:
    return sorted((lab.home / "derived").rglob("seal.json"))


def changed(find: Find, change: Callable[[bytes], bytes]) -> Tamper:
    def tamper(lab: Lab) -> str:
        file = find(lab)[0]
        file.write_bytes(change(file.read_bytes()))
        return file.name

    return tamper


def deleted(find: Find) -> Tamper:
    def tamper(lab: Lab) -> str:
        file = find(lab)[0]
        file.unlink()
        return file.name

    return tamper


def exchanged(find: Find) -> Tamper:
    def tamper(lab: Lab) -> str:
        one, two, *_ = find(lab)
        a, b = one.read_bytes(), two.read_bytes()
        assert a != b
        one.write_bytes(b)
        two.write_bytes(a)
        return one.name

    return tamper


def duplicated(find: Find) -> Tamper:
    def tamper(lab: Lab) -> str:
        file = find(lab)[0]
        copy = file.with_name(f"{file.name[:-1]}{'0' if file.name[-1] != '0' else '1'}")
        shutil.copy(file, copy)
        return copy.name

    return tamper


def halved(data: bytes) -> bytes:
    return data[: len(data) // 2]


def flip(data: bytes) -> bytes:
    turned = flipped(data)
    assert isinstance(turned, bytes)
    return turned


def stray(name: str) -> Tamper:
    def tamper(lab: Lab) -> str:
        file = lab.home / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"stray")
        return file.name

    return tamper
