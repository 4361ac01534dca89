"""Writes all arrays of an index from a stream of chunks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import repeat
from json.encoder import encode_basestring
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lexiane_dagster.adapters.embedded.dense import write_vectors
from lexiane_dagster.adapters.embedded.files import ArrayFolder
from lexiane_dagster.adapters.embedded.frequencies import write_frozen
from lexiane_dagster.adapters.embedded.inversion import (
    RUN_TERMS,
    SLICE_POSTINGS,
    Inversion,
    Postings,
)
from lexiane_dagster.adapters.embedded.postings import COLUMN_SHARE
from lexiane_dagster.adapters.embedded.terms import write_terms
from lexiane_dagster.adapters.embedded.visibility import GroupLists
from lexiane_dagster.domain.frozen import FrozenTerms
from lexiane_dagster.domain.merkle import merkle_root
from lexiane_dagster.domain.retrieval import IMPACT_SCALE, idf, impact
from lexiane_dagster.domain.version import LexicalStatistics
from lexiane_dagster.ports.index import IndexedChunk


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is held in memory at once. The files do not depend on it."""

    run_terms: int = RUN_TERMS
    slice_postings: int = SLICE_POSTINGS


def write_index(
    folder: ArrayFolder,
    scratch: Path,
    chunks: Iterable[IndexedChunk],
    vectors: NDArray[np.int16],
    limits: Limits,
    frozen: FrozenTerms | None = None,
) -> LexicalStatistics:
    """Write everything but the seal."""
    inversion = Inversion(scratch, limits.run_terms, limits.slice_postings)
    try:
        ids, groups = _read(chunks, inversion)
        if len(ids) != len(vectors):
            raise ValueError(f"{len(ids)} chunks and {len(vectors)} vectors")
        folder.write_strings("chunk_ids", ids)
        groups.write(folder)
        write_vectors(folder, vectors)
        return _write_lexical(folder, inversion, frozen)
    finally:
        inversion.close()


def _read(chunks: Iterable[IndexedChunk], inversion: Inversion) -> tuple[list[bytes], GroupLists]:
    ids: list[bytes] = []
    groups = GroupLists()
    for ordinal, chunk in enumerate(chunks):
        chunk_id = chunk.chunk_id.encode()
        if ids and chunk_id <= ids[-1]:
            raise ValueError(f"chunk ids must ascend: {chunk.chunk_id!r} does not")
        ids.append(chunk_id)
        groups.add(ordinal, chunk.groups)
        inversion.add(chunk.terms)
    return ids, groups


def _write_lexical(
    folder: ArrayFolder, inversion: Inversion, frozen: FrozenTerms | None
) -> LexicalStatistics:
    counts = inversion.finish()
    lengths = inversion.lengths.astype(np.int64)
    terms = inversion.terms
    frequencies = counts
    if frozen is not None and frozen.frequencies.keys() == set(terms):
        statistics = frozen.statistics
        known = frozen.frequencies
        frequencies = np.array([known[term] for term in terms], np.int64)
        write_frozen(folder, frequencies, frozen.hidden)
    else:
        statistics = LexicalStatistics(
            chunks=int(np.count_nonzero(lengths)),
            length=int(lengths.sum()),
            terms=len(terms),
            root=_root(terms, counts),
        )
    write_terms(folder, [term.encode() for term in terms])
    distinct, place = np.unique(frequencies, return_inverse=True)
    idfs = np.array([idf(statistics.chunks, df) for df in distinct.tolist()], np.int32)
    folder.write("term_idfs", "<i4", idfs[place])
    offsets = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    folder.write("posting_offsets", "<i8", offsets)
    _write_postings(folder, inversion.merged(counts), lengths, offsets, statistics)
    return statistics


def _write_postings(
    folder: ArrayFolder,
    slices: Iterable[Postings],
    lengths: NDArray[np.int64],
    offsets: NDArray[np.int64],
    statistics: LexicalStatistics,
) -> None:
    best = np.zeros(len(offsets) - 1, np.uint16)
    frequent = np.flatnonzero(np.diff(offsets) * COLUMN_SHARE > len(lengths))
    folder.write("column_terms", "<i4", frequent)
    shape = (int(offsets[-1]),)
    with (
        folder.writer("posting_chunks", "<i4", shape) as append_chunks,
        folder.writer("posting_impacts", "<u2", shape) as append_impacts,
        folder.writer("columns", "<u2", (len(frequent), len(lengths))) as append_column,
    ):
        for item in slices:
            impacts = _impacts(item.frequencies.astype(np.int64), lengths[item.chunks], statistics)
            starts = offsets[item.first : item.last + 1] - offsets[item.first]
            best[item.first : item.last] = np.maximum.reduceat(impacts, starts[:-1])
            append_chunks(item.chunks)
            append_impacts(impacts)
            for term in frequent[(frequent >= item.first) & (frequent < item.last)] - item.first:
                postings = slice(starts[term], starts[term + 1])
                column = np.zeros(len(lengths), np.uint16)
                column[item.chunks[postings]] = impacts[postings]
                append_column(column)
    folder.write("term_best_impacts", "<u2", best)


def _impacts(
    frequencies: NDArray[np.int64], lengths: NDArray[np.int64], statistics: LexicalStatistics
) -> NDArray[np.uint16]:
    """`domain.retrieval.impact` of many postings."""
    width = int(lengths.max()) + 1
    size = (int(frequencies.max()) + 1) * width
    if size > len(lengths):
        return _divided(frequencies, lengths, statistics)
    # Few different arguments: each pair is divided once.
    pairs = np.arange(size)
    table = _divided(pairs // width, pairs % width, statistics)
    return table.take(frequencies * width + lengths)


def _divided(
    frequencies: NDArray[np.int64], lengths: NDArray[np.int64], statistics: LexicalStatistics
) -> NDArray[np.uint16]:
    chunks, total = statistics.chunks, statistics.length
    largest = 88 * IMPACT_SCALE * int(frequencies.max()) + 9 * int(lengths.max())
    if largest * total >= 2**62:
        exact = map(impact, frequencies.tolist(), lengths.tolist(), repeat(chunks), repeat(total))
        return np.fromiter(exact, np.uint16, len(lengths))
    divisor = total * (10 * frequencies + 3) + (9 * chunks) * lengths
    numerator = (44 * IMPACT_SCALE * total) * frequencies + divisor
    impacts: NDArray[np.uint16] = (numerator // (2 * divisor)).astype(np.uint16)
    return impacts


def _root(terms: Sequence[str], counts: NDArray[np.int64]) -> str:
    """Merkle root over the canonical bytes of [term, document frequency], by term."""
    frequencies = dict(zip(terms, counts.tolist(), strict=True))
    # Strings compare by code point, which is the order of their UTF-8 bytes.
    leaves = (f"[{encode_basestring(t)},{frequencies[t]}]".encode() for t in sorted(terms))
    return merkle_root(leaves)
