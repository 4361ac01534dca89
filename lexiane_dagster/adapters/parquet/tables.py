"""Sealed tables as Parquet files and .npy arrays in an object store.

Parquet bytes differ between pyarrow releases, so a table is named by the Merkle root over its rows;
the digest of the file stands behind it in the key and enters nothing else. Both are checked at every
read, and erased rows are taken into account by their leaf hashes.
"""

import io
from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lexiane_dagster.adapters.parquet.encoding import (
    array_bytes,
    left_by,
    rows_left,
    table_bytes,
    vector_hashes,
)
from lexiane_dagster.adapters.parquet.files import TableFiles, again, damaged, require_root
from lexiane_dagster.adapters.parquet.reading import read_parquet
from lexiane_dagster.adapters.parquet.redactions import Redactions
from lexiane_dagster.adapters.parquet.schemas import CHUNKS, DOCUMENTS, WAIVED, Row, TableKind
from lexiane_dagster.domain.corpus import Chunk, Document, WaivedDocument
from lexiane_dagster.domain.merkle import leaf_hash, root_of_hashes
from lexiane_dagster.domain.redaction import Redaction
from lexiane_dagster.ports.object_store import ObjectStore


class ParquetTables:
    """The `Tables` port over any object store."""

    def __init__(self, store: ObjectStore) -> None:
        self._files = TableFiles(store)
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
        if not self.holds("vectors", root):
            self._files.put("vectors", root, array_bytes(vectors))

    def vectors(self, root: str, chunk_ids: Sequence[str]) -> NDArray[np.int16]:
        return again(lambda: self._vectors(root, chunk_ids)[0])

    def holds(self, kind: str, root: str) -> bool:
        return bool(self._files.of(kind, root))

    def leaf_hashes(self, kind: str, root: str, chunk_ids: Sequence[str] = ()) -> Sequence[bytes]:
        if kind == "vectors":
            return again(lambda: self._vectors(root, chunk_ids)[1])
        if kind == "documents":
            return again(lambda: self._read(DOCUMENTS, root)[1])
        if kind == "waived":
            return again(lambda: self._read(WAIVED, root)[1])
        return again(lambda: self._read(CHUNKS, root)[1])

    def roots(self, kind: str) -> Sequence[str]:
        return self._files.roots(f"{kind}/")

    def redacted(self, kind: str) -> Sequence[str]:
        return self._files.roots(f"redactions/{kind}/")

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
        files = self._files.of(kind, root)
        key, data = self._files.get(kind, root)
        data = self._without(kind, key, data, redaction)
        kept = self._files.put(kind, root, data)
        for file in {key, *files} - {kept}:
            self._files.delete(file)
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
            _, data = self._files.get("vectors", root)
            rows = len(np.load(io.BytesIO(data), allow_pickle=False))
            return rows - (redaction.leaves - len(redaction.erased))

        return again(hidden_rows)

    def keys(self, kind: str, root: str) -> Sequence[str]:
        return [*self._files.of(kind, root), *self._redactions.keys(kind, root)]

    def _put(self, kind: TableKind[Row], root: str, rows: Iterable[Row]) -> None:
        if not self.holds(kind.name, root):
            self._files.put(kind.name, root, table_bytes(kind.table(rows)))

    def _rows(self, kind: TableKind[Row], root: str) -> Sequence[Row]:
        def visible() -> Sequence[Row]:
            rows, _, hidden = self._read(kind, root)
            return [row for at, row in rows if at not in hidden]

        return again(visible)

    def _doomed(self, kind: TableKind[Row], root: str) -> Sequence[Row]:
        def hidden_rows() -> Sequence[Row]:
            rows, _, hidden = self._read(kind, root)
            return [row for at, row in rows if at in hidden]

        return again(hidden_rows)

    def _read(
        self, kind: TableKind[Row], root: str
    ) -> tuple[list[tuple[int, Row]], list[bytes], frozenset[int]]:
        """(position, row) of every row in the file, all leaf hashes, and the positions to hide."""
        key, data = self._files.get(kind.name, root)
        table = read_parquet(data).cast(kind.schema)
        rows = [kind.from_record(record) for record in table.to_pylist()]
        hashes = [leaf_hash(kind.leaf(row)) for row in rows]
        redaction = self.redaction(kind.name, root)
        if redaction is None:
            require_root(key, root, root_of_hashes(hashes))
            return list(enumerate(rows)), hashes, frozenset()
        positions, hashes = self._placed(key, redaction, hashes)
        require_root(key, root, root_of_hashes(hashes))
        return list(zip(positions, rows, strict=True)), hashes, redaction.positions

    def _placed(
        self, key: str, redaction: Redaction, hashes: list[bytes]
    ) -> tuple[list[int], list[bytes]]:
        """Where the rows of a file stand, and the hashes of all leaves: the file lacks all erased rows
        or, while an erasure is under way, only those of an earlier one."""
        for each in self._fitting(redaction, len(hashes)):
            found = each.hashes(hashes)
            if root_of_hashes(found) == redaction.root:
                return left_by(each), found
        raise damaged(key, f"its {len(hashes)} rows are not those that its redactions leave")

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
                data if len(keep) == len(vectors) else array_bytes(vectors[np.array(keep, np.intp)])
            )
        table = read_parquet(data)
        keep = self._kept_rows(key, redaction, len(table))
        return (
            data if len(keep) == len(table) else table_bytes(table.take(pa.array(keep, pa.int64())))
        )

    def _kept_rows(self, key: str, redaction: Redaction, rows: int) -> list[int]:
        fitting = self._fitting(redaction, rows)
        if len(fitting) != 1:
            raise damaged(key, f"its {rows} rows are not those that its redactions leave")
        return rows_left(fitting[0], redaction)

    def _vectors(
        self, root: str, chunk_ids: Sequence[str]
    ) -> tuple[NDArray[np.int16], list[bytes]]:
        """The rows of `chunk_ids` and all leaf hashes, by the first redaction that they fit."""
        key, data = self._files.get("vectors", root)
        stored: NDArray[np.int16] = np.load(io.BytesIO(data), allow_pickle=False)
        if stored.dtype != np.dtype("<i2") or stored.ndim != 2:
            raise damaged(key, f"has shape {stored.shape}")
        redaction = self.redaction("vectors", root)
        if redaction is None:
            hashes = vector_hashes(key, chunk_ids, stored)
            require_root(key, root, root_of_hashes(hashes))
            return stored, hashes
        for each in self._fitting(redaction, len(chunk_ids)):
            for written in self._fitting(redaction, len(stored)):
                rows = stored[np.array(rows_left(written, each), np.intp)]
                if len(rows) != len(chunk_ids):
                    continue
                hashes = each.hashes(vector_hashes(key, chunk_ids, rows))
                if root_of_hashes(hashes) == root:
                    return rows, hashes
        raise damaged(key, f"has shape {stored.shape} for {len(chunk_ids)} chunks that are left")
