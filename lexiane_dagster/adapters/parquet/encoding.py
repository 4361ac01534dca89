"""Rows and vectors as bytes, and which of them an erasure leaves."""

import io
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from lexiane_dagster.adapters.parquet.files import damaged
from lexiane_dagster.domain.merkle import leaf_hash
from lexiane_dagster.domain.redaction import Redaction
from lexiane_dagster.domain.version import vector_leaf

ROW_GROUP = 250


def vector_hashes(key: str, chunk_ids: Sequence[str], vectors: NDArray[np.int16]) -> list[bytes]:
    if len(vectors) != len(chunk_ids):
        raise damaged(key, f"has shape {vectors.shape} for {len(chunk_ids)} chunks")
    data = np.ascontiguousarray(vectors, dtype="<i2")
    return [
        leaf_hash(vector_leaf(chunk_id, row.tobytes()))
        for chunk_id, row in zip(chunk_ids, data, strict=True)
    ]


def table_bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", row_group_size=ROW_GROUP)
    return sink.getvalue().to_pybytes()


def array_bytes(vectors: NDArray[np.int16]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, vectors.astype("<i2", copy=False), allow_pickle=False)
    return buffer.getvalue()


def rows_left(written: Redaction, wanted: Redaction) -> list[int]:
    """Of the rows of a file that `written` left, the numbers of those that `wanted` leaves."""
    erased = wanted.positions
    return [number for number, at in enumerate(left_by(written)) if at not in erased]


def left_by(redaction: Redaction) -> list[int]:
    """The positions of the rows that are left."""
    erased = redaction.positions
    return [at for at in range(redaction.leaves) if at not in erased]
