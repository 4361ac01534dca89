"""Builds engine and naive index over the same chunks."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lexiane_dagster.adapters.embedded import EmbeddedIndex
from lexiane_dagster.domain.retrieval import Candidates, fuse
from lexiane_dagster.domain.version import RetrievalSettings
from lexiane_dagster.ports.index import IndexedChunk, Searcher
from tests.retrieval.naive import NaiveChunk, NaiveIndex


def build(engine: EmbeddedIndex, folder: Path, chunks: Sequence[NaiveChunk]) -> Searcher:
    """The engine's index of the chunks, which must have at least one dimension."""
    statistics = engine.build(
        folder,
        (IndexedChunk(c.chunk_id, c.terms, tuple(sorted(c.groups))) for c in chunks),
        vectors_of(chunks),
    )
    searcher = engine.open(folder)
    assert searcher.statistics == statistics
    return searcher


def vectors_of(chunks: Sequence[NaiveChunk], dimension: int = 2) -> NDArray[np.int16]:
    if not chunks:
        return np.empty((0, dimension), np.int16)
    return np.array([c.vector for c in chunks], np.int16)


def assert_same(
    searcher: Searcher,
    naive: NaiveIndex,
    terms: Sequence[str],
    vector: Sequence[int],
    groups: frozenset[str],
    depth: int,
) -> Candidates:
    """Both must give the same lists, scores and fused ranking."""
    found = searcher.search(terms, np.array(vector, np.int16), groups, depth)
    expected = naive.search(terms, vector, groups, depth)
    assert [(e.chunk_id, e.score) for e in found.lexical] == expected.lexical
    assert [(e.chunk_id, e.score) for e in found.dense] == expected.dense
    assert dict(found.scores) == expected.scores
    fused = fuse(found, RetrievalSettings())
    assert [(r.chunk_id, r.score) for r in fused] == expected.fused
    return found
