"""Fusion, merging, order, the limit on query terms, and searches from several threads."""

from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lexiane_dagster.adapters.embedded import EmbeddedIndex
from lexiane_dagster.domain.retrieval import (
    QUERY_TERM_LIMIT,
    Candidates,
    Scored,
    fuse,
    idf,
    impact,
    list_order,
    merge_lists,
    query_terms,
)
from lexiane_dagster.domain.version import RetrievalSettings
from tests.retrieval.builds import build
from tests.retrieval.naive import NaiveChunk, naive_idf, naive_impact
from tests.retrieval.test_engine import many_chunks

counts = st.integers(1, 10**9)


@given(tf=st.integers(1, 10**6), more=st.integers(0, 10**6), chunks=counts, rest=counts)
def test_impacts_fit_16_bits(tf: int, more: int, chunks: int, rest: int) -> None:
    length = tf + more
    value = impact(tf, length, chunks, length + rest)
    assert value == naive_impact(tf, length, chunks, length + rest)
    assert 0 <= value <= 36_045


@given(chunks=counts, data=st.data())
def test_idf(chunks: int, data: st.DataObject) -> None:
    frequency = data.draw(st.integers(0, chunks))
    assert idf(chunks, frequency) == naive_idf(chunks, frequency) >= 0


def test_fusion_by_hand() -> None:
    candidates = Candidates(
        lexical=(Scored("b", 30), Scored("a", 10)),
        dense=(Scored("c", 8), Scored("a", 4), Scored("d", -2)),
        scores={"a": (10, 4), "b": (30, -7), "c": (0, 8), "d": (0, -2)},
    )
    one = 2**30
    found = [
        (r.chunk_id, r.score, r.lexical_rank, r.dense_rank) for r in fuse(candidates, SETTINGS)
    ]
    assert found == [
        ("c", 6 * one, None, 1),
        ("a", 6 * (one // 2) + 4 * (10 * one // 30), 2, 2),
        ("b", 4 * one, 1, None),
        ("d", 0, None, 3),
    ]


SETTINGS = RetrievalSettings()


@pytest.mark.parametrize("order", [*permutations("abc")])
def test_fusion_does_not_depend_on_the_order_of_candidates(order: tuple[str, ...]) -> None:
    tied = Candidates((), (Scored("a", -1),), dict.fromkeys(order, (0, -1)))
    assert [ranked.chunk_id for ranked in fuse(tied, SETTINGS)] == ["a", "b", "c"]


@given(st.lists(st.lists(st.integers(-3, 3), max_size=9), max_size=5), st.integers(1, 20))
def test_merged_shards_are_one_list(shards: list[list[int]], depth: int) -> None:
    lists = [
        sorted((Scored(f"{s}-{i}", score) for i, score in enumerate(scores)), key=list_order)
        for s, scores in enumerate(shards)
    ]
    every = sorted((entry for entries in lists for entry in entries), key=list_order)
    assert merge_lists(lists, depth) == tuple(every[:depth])


def test_only_the_first_thousand_terms_count(tmp_path: Path) -> None:
    terms = [f"t{number}" for number in range(QUERY_TERM_LIMIT + 1)]
    assert query_terms([*terms[:5], *terms]) == tuple(terms[:QUERY_TERM_LIMIT])
    chunks = [NaiveChunk("a", terms[:1], (1, 1)), NaiveChunk("b", terms[-1:], (1, 1))]
    searcher = build(EmbeddedIndex(), tmp_path / "index", chunks)
    found = searcher.search(terms, np.array([1, 1], np.int16), frozenset(), 10)
    assert [entry.chunk_id for entry in found.lexical] == ["a"]
    assert found.scores["b"] == (0, 2)


def test_many_threads_get_the_same(tmp_path: Path) -> None:
    searcher = build(EmbeddedIndex(3), tmp_path / "index", many_chunks(500))
    vector = np.arange(8, dtype=np.int16)

    def search(number: int) -> Candidates:
        terms = [f"t{number % 7}", f"t{number % 11}", "t1", "t2"]
        return searcher.search(terms, vector, frozenset({f"g{number % 3}"}), 20)

    expected = [search(number) for number in range(60)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(search, range(60))) == expected
