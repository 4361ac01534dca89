"""The archive of computed vectors: append-only Parquet segments in an object store.

One segment is written for each batch that was embedded; when there are many they are merged. A
segment is named by the digest of its bytes, so that a damaged one is found when it is read.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from lexiane_dagster.adapters.parquet.reading import read_parquet
from lexiane_dagster.domain.digest import digest_of_bytes
from lexiane_dagster.domain.errors import IntegrityError, NotFoundError
from lexiane_dagster.ports.object_store import ObjectStore

MANY_SEGMENTS = 64


class ParquetEmbeddingArchive:
    """The `EmbeddingArchive` port over any object store."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def find(self, embedder: str, texts: Sequence[str]) -> Mapping[str, NDArray[np.int16]]:
        table = self._table(embedder)
        if table is None or not texts:
            return {}
        wanted = pa.array([bytes.fromhex(text) for text in texts], pa.binary(32))
        table = _one_each(table.filter(pc.is_in(table["text"], value_set=wanted)))
        pairs = zip(table["text"].to_pylist(), table["vector"].to_pylist(), strict=True)
        return {
            text.hex(): np.frombuffer(vector, dtype="<i2")
            for text, vector in pairs
            if text is not None and vector is not None
        }

    def add(self, embedder: str, texts: Sequence[str], vectors: NDArray[np.int16]) -> None:
        rows = np.ascontiguousarray(vectors, dtype="<i2")
        self._write(
            embedder,
            pa.table(
                {
                    "text": pa.array([bytes.fromhex(text) for text in texts], pa.binary(32)),
                    "vector": pa.array([row.tobytes() for row in rows], pa.binary()),
                }
            ),
        )
        self._merge_if_many(embedder)

    def remove(self, texts: Collection[str]) -> int:
        """Write the segments that hold any of `texts` anew without them, until no segment does: a
        merge by another process may bring some back once."""
        removed = 0
        wanted = pa.array([bytes.fromhex(text) for text in sorted(texts)], pa.binary(32))
        for embedder in self.embedders():
            while found := self._holding(embedder, wanted):
                for key, table, hits in found:
                    rest = table.filter(pc.invert(hits))
                    if len(rest):
                        self._write(embedder, rest)
                    self._store.delete(key)
                    removed += len(table) - len(rest)
        return removed

    def _holding(
        self, embedder: str, wanted: "pa.Array[Any]"
    ) -> list[tuple[str, pa.Table, "pa.Array[Any]"]]:
        """(key, rows, which of them are wanted) of the segments that hold a wanted text."""
        found: list[tuple[str, pa.Table, pa.Array[Any]]] = []
        for key in self._segments(embedder):
            try:
                table = self._read(key)
            except NotFoundError:
                continue
            hits = pc.is_in(table["text"], value_set=wanted)
            if pc.any(hits).as_py():
                found.append((key, table, hits))
        return found

    def embedders(self) -> Iterator[str]:
        yield from sorted({key.split("/")[1] for key in self._store.keys("embeddings/")})

    def _segments(self, embedder: str) -> list[str]:
        return list(self._store.keys(f"embeddings/{embedder}/"))

    def _table(self, embedder: str) -> pa.Table | None:
        while True:
            segments = self._segments(embedder)
            try:
                parts = [self._read(key) for key in segments]
            except NotFoundError:
                # A merge by another process removed it after writing the merged one: list again.
                continue
            return pa.concat_tables(parts) if parts else None

    def _read(self, key: str) -> pa.Table:
        data = self._store.get(key)
        if digest_of_bytes(data) != key.rsplit("/", 1)[1].removesuffix(".parquet"):
            raise IntegrityError(
                f"stored embeddings {key} are damaged",
                remedy="restore this file from the store's back-up; deleting it costs embedding anew",
            )
        return read_parquet(data)

    def _write(self, embedder: str, table: pa.Table) -> str:
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, compression="zstd")
        data = sink.getvalue().to_pybytes()
        key = f"embeddings/{embedder}/{digest_of_bytes(data)}.parquet"
        self._store.put(key, data)
        return key

    def _merge_if_many(self, embedder: str) -> None:
        segments = self._segments(embedder)
        if len(segments) < MANY_SEGMENTS:
            return
        try:
            parts = [self._read(key) for key in segments]
        except NotFoundError:
            return
        merged = self._write(embedder, _one_each(pa.concat_tables(parts)))
        for key in segments:
            if key != merged:
                self._store.delete(key)


def _one_each(table: pa.Table) -> pa.Table:
    """One row a text. Of different vectors the one with the smallest bytes stays: the same choice
    in every process and after every merge."""
    return (
        table.group_by("text")
        .aggregate([("vector", "min")])
        .select(["text", "vector_min"])
        .rename_columns(["text", "vector"])
        .sort_by("text")
    )
