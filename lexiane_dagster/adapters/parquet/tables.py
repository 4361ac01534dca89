"""Sealed tables as Parquet files and .npy arrays in an object store.

Parquet bytes differ between pyarrow releases, so a table is named by the Merkle root over its rows;
the digest of the file stands behind it in the key and enters nothing else. Both are checked at every
read, and erased rows are taken into account by their leaf hashes.
"""

import io
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from lexiane_dagster.adapters.parquet.reading import read_parquet
from lexiane_dagster.adapters.parquet.redactions import Redactions
from lexiane_dagster.adapters.parquet.schemas import CHUNKS, DOCUMENTS, WAIVED, Row, TableKind
from lexiane_dagster.domain.corpus import Chunk, Document, WaivedDocument
from lexiane_dagster.domain.digest import digest_of_bytes
from lexiane_dagster.domain.errors import IntegrityError, NotFoundError
from lexiane_dagster.domain.merkle import leaf_hash, merkle_root, root_of_hashes
from lexiane_dagster.domain.redaction import Redaction
from lexiane_dagster.domain.version import vector_leaf
from lexiane_dagster.ports.object_store import ObjectStore

ROW_GROUP = 250
# A table is read again when a file that was listed is gone: an erasure replaced it meanwhile.
ATTEMPTS = 5

Read = TypeVar("Read")


class ParquetTables:
    """The `Tables` port over any object store."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._redactions = Redactions(store)

    def put_documents(self, root: str, rows: Iterable[Document]) -> None:
        self._put(DOCUMENTS, root, rows)

    def documents(self, root: str) -> Sequence[Document]:
        return self._rows(DOCUMENTS, root)

    def put_waived(self, root: str, rows: Iterable[WaivedDocument]) -> None:
        self._put(WAIVED, root, rows)

    def waived(self, root: str) -> Sequence[WaivedDocument]:
        return self._rows(WAIVED, root)

    def put_chunks(self, root: str, rows: Iterable[Chunk]) -> None:
        self._put(CHUNKS, root, rows)

    def chunks(self, root: str) -> Sequence[Chunk]:
        return self._rows(CHUNKS, root)

    def put_vectors(self, root: str, chunk_ids: Sequence[str], vectors: NDArray[np.int16]) -> None:
        if vectors.shape[0] != len(chunk_ids):
            raise ValueError(f"{len(chunk_ids)} chunks but {vectors.shape[0]} vectors")
        self._put_bytes("vectors", root, _array_bytes(vectors))

    def vectors(self, root: str, chunk_ids: Sequence[str]) -> NDArray[np.int16]:
        return self._again(lambda: self._vectors(root, chunk_ids)[0])

    def holds(self, kind: str, root: str) -> bool:
        return bool(self._files(kind, root))

    def leaf_hashes(self, kind: str, root: str, chunk_ids: Sequence[str] = ()) -> Sequence[bytes]:
        if kind == "vectors":
            return self._again(lambda: self._vectors(root, chunk_ids)[1])
        if kind == "documents":
            return self._again(lambda: self._read(DOCUMENTS, root)[1])
        if kind == "waived":
            return self._again(lambda: self._read(WAIVED, root)[1])
        return self._again(lambda: self._read(CHUNKS, root)[1])

    def roots(self, kind: str) -> Sequence[str]:
        return self._names(f"{kind}/")

    def redacted(self, kind: str) -> Sequence[str]:
        return self._names(f"redactions/{kind}/")

    def _names(self, folder: str) -> list[str]:
        names = (key.rpartition("/")[2] for key in self._store.keys(folder))
        return sorted({name.partition("-")[0] for name in names})

    def redaction(self, kind: str, root: str) -> Redaction | None:
        return self._redactions.whole(kind, root)

    def redactions(self, kind: str, root: str) -> Sequence[Redaction]:
        return self._redactions.of(kind, root)

    def hide(self, redaction: Redaction) -> None:
        self._redactions.put(redaction)

    def rewrite(self, kind: str, root: str) -> None:
        """Replace the files of a table by one without the erased rows, then the redactions by one."""
        redaction = self.redaction(kind, root)
        if redaction is None:
            return
        self._redactions.put(redaction)
        files = self._files(kind, root)
        key, data = self._get_bytes(kind, root)
        data = self._without(kind, key, data, redaction)
        kept = _prefix(kind, root) + digest_of_bytes(data)
        self._store.put(kept, data)
        for file in {key, *files} - {kept}:
            self._store.delete(file)
        self._redactions.keep_only(redaction)

    def doomed_documents(self, root: str) -> Sequence[Document]:
        return self._doomed(DOCUMENTS, root)

    def doomed_chunks(self, root: str) -> Sequence[Chunk]:
        return self._doomed(CHUNKS, root)

    def doomed_vectors(self, root: str) -> int:
        def hidden_rows() -> int:
            redaction = self.redaction("vectors", root)
            if redaction is None:
                return 0
            _, data = self._get_bytes("vectors", root)
            rows = len(np.load(io.BytesIO(data), allow_pickle=False))
            return rows - (redaction.leaves - len(redaction.erased))

        return self._again(hidden_rows)

    def keys(self, kind: str, root: str) -> Sequence[str]:
        return [*self._files(kind, root), *self._redactions.keys(kind, root)]

    def _put(self, kind: TableKind[Row], root: str, rows: Iterable[Row]) -> None:
        self._put_bytes(kind.name, root, _table_bytes(kind.table(rows)))

    def _rows(self, kind: TableKind[Row], root: str) -> Sequence[Row]:
        def visible() -> Sequence[Row]:
            rows, _, hidden = self._read(kind, root)
            return [row for at, row in rows if at not in hidden]

        return self._again(visible)

    def _doomed(self, kind: TableKind[Row], root: str) -> Sequence[Row]:
        def hidden_rows() -> Sequence[Row]:
            rows, _, hidden = self._read(kind, root)
            return [row for at, row in rows if at in hidden]

        return self._again(hidden_rows)

    def _read(
        self, kind: TableKind[Row], root: str
    ) -> tuple[list[tuple[int, Row]], list[bytes], frozenset[int]]:
        """(position, row) of every row in the file, all leaf hashes, and the positions to hide."""
        key, data = self._get_bytes(kind.name, root)
        table = read_parquet(data).cast(kind.schema)
        rows = [kind.from_record(record) for record in table.to_pylist()]
        hashes = [leaf_hash(kind.leaf(row)) for row in rows]
        redaction = self.redaction(kind.name, root)
        if redaction is None:
            _check(key, root, root_of_hashes(hashes))
            return list(enumerate(rows)), hashes, frozenset()
        positions, hashes = self._placed(key, redaction, hashes)
        _check(key, root, root_of_hashes(hashes))
        return list(zip(positions, rows, strict=True)), hashes, redaction.positions

    def _placed(
        self, key: str, redaction: Redaction, hashes: list[bytes]
    ) -> tuple[list[int], list[bytes]]:
        """Where the rows of a file stand, and the hashes of all leaves: the file lacks all erased rows
        or, while an erasure is under way, only those of an earlier one."""
        for each in self._fitting(redaction, len(hashes)):
            found = each.hashes(hashes)
            if root_of_hashes(found) == redaction.root:
                return _left_by(each), found
        raise _damaged(key, f"its {len(hashes)} rows are not those that its redactions leave")

    def _fitting(self, redaction: Redaction, rows: int) -> Sequence[Redaction]:
        """The redactions that leave so many rows."""
        stored = self._redactions.of(redaction.kind, redaction.root)
        nothing = Redaction(redaction.kind, redaction.root, redaction.leaves, ())
        known = dict.fromkeys((redaction, *stored, nothing))
        return [each for each in known if each.leaves - len(each.erased) == rows]

    def _without(self, kind: str, key: str, data: bytes, redaction: Redaction) -> bytes:
        """The bytes of a file without the erased rows; a file that lacks them already stays."""
        if kind == "vectors":
            vectors: NDArray[np.int16] = np.load(io.BytesIO(data), allow_pickle=False)
            keep = self._kept_rows(key, redaction, len(vectors))
            return (
                data
                if len(keep) == len(vectors)
                else _array_bytes(vectors[np.array(keep, np.intp)])
            )
        table = read_parquet(data)
        keep = self._kept_rows(key, redaction, len(table))
        return (
            data
            if len(keep) == len(table)
            else _table_bytes(table.take(pa.array(keep, pa.int64())))
        )

    def _kept_rows(self, key: str, redaction: Redaction, rows: int) -> list[int]:
        fitting = self._fitting(redaction, rows)
        if len(fitting) != 1:
            raise _damaged(key, f"its {rows} rows are not those that its redactions leave")
        return _rows_left(fitting[0], redaction)

    def _vectors(
        self, root: str, chunk_ids: Sequence[str]
    ) -> tuple[NDArray[np.int16], list[bytes]]:
        """The rows of `chunk_ids` and all leaf hashes, by the first redaction that they fit."""
        key, data = self._get_bytes("vectors", root)
        stored: NDArray[np.int16] = np.load(io.BytesIO(data), allow_pickle=False)
        if stored.dtype != np.dtype("<i2") or stored.ndim != 2:
            raise _damaged(key, f"has shape {stored.shape}")
        redaction = self.redaction("vectors", root)
        if redaction is None:
            hashes = _vector_hashes(key, chunk_ids, stored)
            _check(key, root, root_of_hashes(hashes))
            return stored, hashes
        for each in self._fitting(redaction, len(chunk_ids)):
            for written in self._fitting(redaction, len(stored)):
                rows = stored[np.array(_rows_left(written, each), np.intp)]
                if len(rows) != len(chunk_ids):
                    continue
                hashes = each.hashes(_vector_hashes(key, chunk_ids, rows))
                if root_of_hashes(hashes) == root:
                    return rows, hashes
        raise _damaged(key, f"has shape {stored.shape} for {len(chunk_ids)} chunks that are left")

    def _again(self, read: Callable[[], Read]) -> Read:
        for _ in range(ATTEMPTS - 1):
            try:
                return read()
            except _ReplacedError:
                continue
        return read()

    def _put_bytes(self, kind: str, root: str, data: bytes) -> None:
        if not self.holds(kind, root):
            self._store.put(f"{_prefix(kind, root)}{digest_of_bytes(data)}", data)

    def _get_bytes(self, kind: str, root: str) -> tuple[str, bytes]:
        files = self._files(kind, root)
        if not files:
            raise NotFoundError(
                f"table {_prefix(kind, root)}… is missing from the store",
                remedy="restore the store from its back-up; everything below it must be kept",
            )
        key = files[0]
        try:
            data = self._store.get(key)
        except NotFoundError as error:
            raise _ReplacedError(error.detail, remedy=error.remedy) from error
        if digest_of_bytes(data) != key.rsplit("-", 1)[1]:
            raise _damaged(key, "its bytes have another digest")
        return key, data

    def _files(self, kind: str, root: str) -> list[str]:
        prefix = _prefix(kind, root)
        folder = prefix.rsplit("/", 1)[0] + "/"
        return [key for key in self._store.keys(folder) if key.startswith(prefix)]


class _ReplacedError(NotFoundError):
    """A file went away between listing and reading."""


def vectors_root(chunk_ids: Sequence[str], vectors: NDArray[np.int16]) -> str:
    """Merkle root over the vectors of `chunk_ids`: int16 array, one row a chunk, same order."""
    data = np.ascontiguousarray(vectors, dtype="<i2")
    return merkle_root(
        vector_leaf(chunk_id, row.tobytes()) for chunk_id, row in zip(chunk_ids, data, strict=True)
    )


def _vector_hashes(key: str, chunk_ids: Sequence[str], vectors: NDArray[np.int16]) -> list[bytes]:
    if len(vectors) != len(chunk_ids):
        raise _damaged(key, f"has shape {vectors.shape} for {len(chunk_ids)} chunks")
    data = np.ascontiguousarray(vectors, dtype="<i2")
    return [
        leaf_hash(vector_leaf(chunk_id, row.tobytes()))
        for chunk_id, row in zip(chunk_ids, data, strict=True)
    ]


def _table_bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", row_group_size=ROW_GROUP)
    return sink.getvalue().to_pybytes()


def _array_bytes(vectors: NDArray[np.int16]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, vectors.astype("<i2", copy=False), allow_pickle=False)
    return buffer.getvalue()


def _rows_left(written: Redaction, wanted: Redaction) -> list[int]:
    """Of the rows of a file that `written` left, the numbers of those that `wanted` leaves."""
    erased = wanted.positions
    return [number for number, at in enumerate(_left_by(written)) if at not in erased]


def _left_by(redaction: Redaction) -> list[int]:
    """The positions of the rows that are left."""
    erased = redaction.positions
    return [at for at in range(redaction.leaves) if at not in erased]


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
