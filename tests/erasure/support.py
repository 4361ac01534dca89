"""A project as the tests of erasure see it: opened in this process, and every byte below its state."""

import io
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from lexiane_dagster.application.answer import Asker
from lexiane_dagster.application.backends import Backends
from lexiane_dagster.application.erasure.erase import erase
from lexiane_dagster.application.erasure.plan import Wanted, plan_erasure
from lexiane_dagster.bootstrap import Application, analyzer, application
from lexiane_dagster.domain.version import full_name
from lexiane_dagster.entrypoints.cli.output import NoProgress
from lexiane_dagster.ports.object_store import ObjectStore

QUIET = NoProgress()


@dataclass(frozen=True)
class At:
    """A clock that stands still."""

    moment: str

    def now(self) -> str:
        return self.moment

    def elapsed(self) -> int:
        return 0


class CrashError(Exception):
    """What a store raises where a process would have been killed."""


@dataclass
class Failing:
    """An object store that dies at the change number `at`, before or after it was made."""

    inner: ObjectStore
    at: int
    after: bool = False
    changes: int = 0

    def put(self, key: str, data: bytes) -> bool:
        return bool(self._change(lambda: self.inner.put(key, data)))

    def put_file(self, key: str, path: Path) -> bool:
        return bool(self._change(lambda: self.inner.put_file(key, path)))

    def delete(self, key: str) -> None:
        self._change(lambda: self.inner.delete(key))

    def get(self, key: str) -> bytes:
        return self.inner.get(key)

    def exists(self, key: str) -> bool:
        return self.inner.exists(key)

    def written(self, key: str) -> str:
        return self.inner.written(key)

    def keys(self, prefix: str) -> Iterator[str]:
        return self.inner.keys(prefix)

    def _change(self, make: Callable[[], Any]) -> Any:
        self.changes += 1
        if self.changes == self.at and not self.after:
            raise CrashError
        made = make()
        if self.changes == self.at:
            raise CrashError
        return made


def opened(root: Path) -> Application:
    return application(root)


def through(app: Application, objects: ObjectStore) -> Backends:
    """The backends of a project with another object store below all of them."""
    from lexiane_dagster.adapters.parquet.embeddings import ParquetEmbeddingArchive
    from lexiane_dagster.adapters.parquet.tables import ParquetTables

    return replace(
        app.backends,
        objects=objects,
        tables=ParquetTables(objects),
        archive=ParquetEmbeddingArchive(objects),
    )


def erase_document(backends: Backends, *documents: str, corpus: str = "notes") -> tuple[int, ...]:
    wanted = Wanted(documents=documents, corpora=(corpus,))
    return erase(plan_erasure(wanted, analyzer, backends, QUIET), backends)


def versions(app: Application, corpus: str = "notes") -> list[str]:
    """Digests, newest first."""
    return [entry.version for entry in app.backends.catalog.versions(corpus)]


def names(app: Application, corpus: str = "notes") -> list[str]:
    return [full_name(corpus, digest) for digest in versions(app, corpus)]


def asker(app: Application, version: str) -> Asker:
    return app.asker(version, QUIET)


def scores(asked: Asker, question: str, groups: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Both exact scores of every candidate, and the frequency of each term of the question."""
    terms = asked.analyzer.terms(question)
    found = asked.version.searcher.search(terms, asked.question_vector(question), groups, 100)
    return {**found.scores, **asked.version.searcher.frequencies(terms)}


def held(root: Path, *needles: bytes) -> list[str]:
    """Files below .lexiane that hold one of `needles`: as they are, or inside Parquet or a ZIP."""
    found = []
    for file in sorted((root / ".lexiane").rglob("*")):
        if not file.is_file():
            continue
        data = file.read_bytes()
        if any(needle in text for text in _readings(data) for needle in needles):
            found.append(str(file.relative_to(root)))
    return found


def _readings(data: bytes) -> Iterator[bytes]:
    yield data
    if data[:4] == b"PAR1":
        table = pq.read_table(io.BytesIO(data), use_threads=False)
        yield repr(table.to_pylist()).encode()
        yield b"".join(
            bytes(value) for column in table.columns for value in column.to_pylist()
            if isinstance(value, bytes)
        )  # fmt: skip
    elif data[:6] == b"\x93NUMPY":
        yield np.load(io.BytesIO(data), allow_pickle=False).tobytes()
    else:
        try:
            yield zlib.decompress(data)
        except zlib.error:
            return
