"""Sealed tables as Parquet files and .npy arrays in an object store.

Parquet bytes differ between pyarrow releases, so a table is named by the Merkle root over its rows;
the digest of the file stands behind it in the key and enters nothing else. Both are checked at every
read.
"""

import io
from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from lexiane_dagster.adapters.parquet.reading import read_parquet
from lexiane_dagster.adapters.parquet.schemas import CHUNKS, DOCUMENTS, WAIVED, Row, TableKind
from lexiane_dagster.domain.corpus import Chunk, Document, WaivedDocument
from lexiane_dagster.domain.digest import digest_of_bytes
from lexiane_dagster.domain.errors import IntegrityError, NotFoundError
from lexiane_dagster.domain.merkle import leaf_hash, merkle_root
from lexiane_dagster.domain.version import vector_leaf
from lexiane_dagster.ports.object_store import ObjectStore

ROW_GROUP = 250


class ParquetTables:
    """The `Tables` port over any object store."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def put_documents(self, root: str, rows: Iterable[Document]) -> None:
        self._put(DOCUMENTS, root, rows)

    def documents(self, root: str) -> Sequence[Document]:
        return self._read(DOCUMENTS, root)

    def put_waived(self, root: str, rows: Iterable[WaivedDocument]) -> None:
        self._put(WAIVED, root, rows)

    def waived(self, root: str) -> Sequence[WaivedDocument]:
        return self._read(WAIVED, root)

    def put_chunks(self, root: str, rows: Iterable[Chunk]) -> None:
        self._put(CHUNKS, root, rows)

    def chunks(self, root: str) -> Sequence[Chunk]:
        return self._read(CHUNKS, root)

    def put_vectors(self, root: str, chunk_ids: Sequence[str], vectors: NDArray[np.int16]) -> None:
        if vectors.shape[0] != len(chunk_ids):
            raise ValueError(f"{len(chunk_ids)} chunks but {vectors.shape[0]} vectors")
        buffer = io.BytesIO()
        np.save(buffer, vectors.astype("<i2", copy=False), allow_pickle=False)
        self._put_bytes("vectors", root, buffer.getvalue())

    def vectors(self, root: str, chunk_ids: Sequence[str]) -> NDArray[np.int16]:
        key, data = self._get_bytes("vectors", root)
        vectors: NDArray[np.int16] = np.load(io.BytesIO(data), allow_pickle=False)
        if vectors.dtype != np.dtype("<i2") or vectors.shape[:1] != (len(chunk_ids),):
            raise _damaged(key, f"has shape {vectors.shape} for {len(chunk_ids)} chunks")
        _check(key, root, vectors_root(chunk_ids, vectors))
        return vectors

    def holds(self, kind: str, root: str) -> bool:
        return self._key(kind, root) is not None

    def leaf_hashes(self, kind: str, root: str) -> Sequence[bytes]:
        if kind == "documents":
            return [leaf_hash(row.leaf()) for row in self.documents(root)]
        if kind == "waived":
            return [leaf_hash(row.leaf()) for row in self.waived(root)]
        return [leaf_hash(row.leaf()) for row in self.chunks(root)]

    def _put(self, kind: TableKind[Row], root: str, rows: Iterable[Row]) -> None:
        sink = pa.BufferOutputStream()
        pq.write_table(kind.table(rows), sink, compression="zstd", row_group_size=ROW_GROUP)
        self._put_bytes(kind.name, root, sink.getvalue().to_pybytes())

    def _read(self, kind: TableKind[Row], root: str) -> Sequence[Row]:
        key, data = self._get_bytes(kind.name, root)
        table = read_parquet(data).cast(kind.schema)
        rows = [kind.from_record(record) for record in table.to_pylist()]
        _check(key, root, merkle_root(kind.leaf(row) for row in rows))
        return rows

    def _put_bytes(self, kind: str, root: str, data: bytes) -> None:
        if not self.holds(kind, root):
            self._store.put(f"{_prefix(kind, root)}{digest_of_bytes(data)}", data)

    def _get_bytes(self, kind: str, root: str) -> tuple[str, bytes]:
        key = self._key(kind, root)
        if key is None:
            raise NotFoundError(
                f"table {_prefix(kind, root)}… is missing from the store",
                remedy="restore the store from its back-up; everything below it must be kept",
            )
        data = self._store.get(key)
        if digest_of_bytes(data) != key.rsplit("-", 1)[1]:
            raise _damaged(key, "its bytes have another digest")
        return key, data

    def _key(self, kind: str, root: str) -> str | None:
        prefix = _prefix(kind, root)
        folder = prefix.rsplit("/", 1)[0] + "/"
        return next((key for key in self._store.keys(folder) if key.startswith(prefix)), None)


def vectors_root(chunk_ids: Sequence[str], vectors: NDArray[np.int16]) -> str:
    """Merkle root over the vectors of `chunk_ids`: int16 array, one row a chunk, same order."""
    data = np.ascontiguousarray(vectors, dtype="<i2")
    return merkle_root(
        vector_leaf(chunk_id, row.tobytes()) for chunk_id, row in zip(chunk_ids, data, strict=True)
    )


def _prefix(kind: str, root: str) -> str:
    """Keys are the root of the rows, then the digest of the file: the root binds what answers depend
    on, the digest also the columns beside it."""
    return f"{kind}/{root[:2]}/{root}-"


def _check(key: str, expected: str, actual: str) -> None:
    if actual != expected:
        raise _damaged(key, f"has the root {actual}")


def _damaged(key: str, detail: str) -> IntegrityError:
    return IntegrityError(
        f"stored table {key} is not what its name promises: {detail}",
        remedy="restore this file from the store's back-up, or delete it and build the corpus again",
    )
