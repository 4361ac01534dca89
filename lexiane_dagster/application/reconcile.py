"""Rules that hold for every snapshot: nothing lost between stages, every offset honest."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from lexiane_dagster.application.backends import Backends
from lexiane_dagster.application.grid import GRID
from lexiane_dagster.application.preserve import load_snapshot, preserved
from lexiane_dagster.domain.snapshot import ChunksSnapshot, DocumentsSnapshot, EmbeddingsSnapshot

# Rounding each of n coordinates moves the norm by at most sqrt(n)/2 grid units.
SQUARED_NORM_LIMIT = 2**24


@dataclass(frozen=True, slots=True)
class Finding:
    """`checked` items were looked at; `failing` names those that break the rule (ids, never text)."""

    checked: int
    failing: tuple[str, ...]


def documents_are_chunked(handle: str, backends: Backends) -> Finding:
    """Every document has at least one chunk, and every chunk belongs to a document."""
    snapshot = load_snapshot(backends.objects, handle, ChunksSnapshot)
    source = load_snapshot(backends.objects, snapshot.source, DocumentsSnapshot)
    documents = {row.document_id for row in backends.tables.documents(source.documents)}
    chunked = {row.document_id for row in backends.tables.chunks(snapshot.chunks)}
    return Finding(len(documents), tuple(sorted(documents ^ chunked)))


def offsets_hold(handle: str, backends: Backends) -> Finding:
    """`document_text[start:end] == chunk text`, for every chunk."""
    snapshot = load_snapshot(backends.objects, handle, ChunksSnapshot)
    source = load_snapshot(backends.objects, snapshot.source, DocumentsSnapshot)
    digests = {
        row.document_id: row.text_digest for row in backends.tables.documents(source.documents)
    }
    chunks = sorted(backends.tables.chunks(snapshot.chunks), key=lambda row: row.document_id)
    failing: list[str] = []
    current, text = "", ""
    for row in chunks:
        if row.document_id != current:
            current = row.document_id
            text = preserved(backends.objects, digests[current]).decode()
        if text[row.start : row.end] != row.text:
            failing.append(row.chunk_id)
    return Finding(len(chunks), tuple(failing))


def texts_are_readable(handle: str, backends: Backends) -> Finding:
    """At most one character in a hundred of a document is a replacement or control character."""
    snapshot = load_snapshot(backends.objects, handle, DocumentsSnapshot)
    documents = backends.tables.documents(snapshot.documents)
    failing = tuple(
        row.document_id
        for row in documents
        if _garbled(preserved(backends.objects, row.text_digest).decode())
    )
    return Finding(len(documents), failing)


def vectors_are_unit(handle: str, backends: Backends) -> Finding:
    """There is one vector a chunk, its norm is that of a unit vector on the grid, and its square stays
    below 2^24, so that a float32 dot product is exact."""
    snapshot = load_snapshot(backends.objects, handle, EmbeddingsSnapshot)
    source = load_snapshot(backends.objects, snapshot.source, ChunksSnapshot)
    ids = [row.chunk_id for row in backends.tables.chunks(source.chunks)]
    vectors = backends.tables.vectors(snapshot.vectors, ids).astype(np.int64)
    squared = (vectors * vectors).sum(axis=1)
    slack = np.sqrt(vectors.shape[1]) / 2
    wrong = (squared >= SQUARED_NORM_LIMIT) | (np.abs(np.sqrt(squared) - GRID) > slack)
    return Finding(len(ids), tuple(ids[row] for row in np.flatnonzero(wrong)))


def _garbled(text: str) -> bool:
    counts = Counter(text)
    bad = sum(
        count
        for character, count in counts.items()
        if character == "\ufffd" or (character < " " and character not in "\t\n\f")
    )
    return bad * 100 > len(text)
