"""Retrieval v1 (docs/formats/retrieval-v1.md): every score is an integer, every order is total."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from heapq import merge
from itertools import islice
from typing import Final

from lexiane_dagster.domain.version import RetrievalSettings

# Squared norms below this keep every partial sum of a dot product exact in float32.
SQUARED_NORM_LIMIT: Final = 2**24
# BM25 with k1 = 1.2 and b = 0.75. An impact is below 2.2 · 16384, so it fits 16 bits.
IMPACT_SCALE: Final = 16384
IDF_SCALE: Final = 4096
QUERY_TERM_LIMIT: Final = 1000
FUSION_SCALE: Final = 2**30
# Far more digits than any idf needs to be rounded correctly.
_DECIMAL: Final = Context(prec=60, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Scored:
    """One entry of a list: a chunk and its exact score there."""

    chunk_id: str
    score: int


@dataclass(frozen=True, slots=True)
class Candidates:
    """What an engine returns for one question.

    `lexical` and `dense` are the two lists, best first, ties by chunk id. `scores` gives every chunk
    of either list both exact scores, as (lexical, dense). Only positive lexical scores are listed;
    a dense list may hold any score.
    """

    lexical: tuple[Scored, ...]
    dense: tuple[Scored, ...]
    scores: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Ranked:
    """One entry of the fused list; list ranks start at 1 and are None outside that list."""

    chunk_id: str
    score: int
    lexical_score: int
    dense_score: int
    lexical_rank: int | None
    dense_rank: int | None


def impact(tf: int, length: int, chunks: int, total_length: int) -> int:
    """What one posting weighs: `16384 · 2.2 tf / (tf + 1.2 (0.25 + 0.75 length / mean length))`.

    `tf` occurrences in a chunk of `length` terms; `chunks` chunks have `total_length` terms. Rounded
    half up. Source: Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009, eq. 3.15.
    """
    divisor = total_length * (10 * tf + 3) + 9 * length * chunks
    return (2 * IMPACT_SCALE * 22 * tf * total_length + divisor) // (2 * divisor)


@lru_cache(maxsize=65536)
def idf(chunks: int, frequency: int) -> int:
    """`4096 · ln(1 + (N - df + 1/2) / (df + 1/2))`, rounded half up, for a term in df of N chunks."""
    ratio = _DECIMAL.divide(Decimal(2 * chunks + 2), Decimal(2 * frequency + 1))
    scaled = _DECIMAL.multiply(_DECIMAL.ln(ratio), Decimal(IDF_SCALE))
    return int(scaled.to_integral_value(rounding=ROUND_HALF_UP))


def query_terms(terms: Iterable[str]) -> tuple[str, ...]:
    """The terms of a question that count: distinct ones, the first 1,000, in order."""
    return tuple(islice(dict.fromkeys(terms), QUERY_TERM_LIMIT))


def list_order(entry: Scored | Ranked) -> tuple[int, bytes]:
    """Sort key of every list: higher score first, equal scores by the UTF-8 bytes of the id."""
    return -entry.score, entry.chunk_id.encode()


def merge_lists(lists: Iterable[Sequence[Scored]], depth: int) -> tuple[Scored, ...]:
    """The best `depth` entries of ordered lists over disjoint sets of chunks."""
    return tuple(islice(merge(*lists, key=list_order), depth))


def fuse(candidates: Candidates, settings: RetrievalSettings) -> list[Ranked]:
    """Every candidate by the weighted sum of its scores, each divided by the best of its list.

    Source of the idea: Bruch, Gai, Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval".
    """
    lexical_ranks = _ranks(candidates.lexical)
    dense_ranks = _ranks(candidates.dense)
    best_lexical = candidates.lexical[0].score if candidates.lexical else 0
    best_dense = candidates.dense[0].score if candidates.dense else 0
    ranked = [
        Ranked(
            chunk_id=chunk_id,
            score=fused_score(lexical, dense, best_lexical, best_dense, settings),
            lexical_score=lexical,
            dense_score=dense,
            lexical_rank=lexical_ranks.get(chunk_id),
            dense_rank=dense_ranks.get(chunk_id),
        )
        for chunk_id, (lexical, dense) in candidates.scores.items()
    ]
    return sorted(ranked, key=list_order)


def fused_score(
    lexical: int, dense: int, best_lexical: int, best_dense: int, settings: RetrievalSettings
) -> int:
    """The fused score of a candidate from its exact scores and the best ones of the two lists."""
    return settings.dense_weight * share(dense, best_dense) + settings.lexical_weight * share(
        lexical, best_lexical
    )


def share(score: int, best: int) -> int:
    """`score / best` in units of 2^-30, rounded down; 0 for a list without a positive score."""
    return max(score, 0) * FUSION_SCALE // best if best > 0 else 0


def _ranks(entries: Sequence[Scored]) -> dict[str, int]:
    return {entry.chunk_id: rank for rank, entry in enumerate(entries, start=1)}
