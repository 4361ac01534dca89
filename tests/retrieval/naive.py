"""Retrieval v1 once more, without any idea of speed and without a line of the package.

Written from docs/formats/retrieval-v1.md alone: Python integers, fractions and full scans.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cache
from math import floor

Entry = tuple[str, int]


@dataclass(frozen=True)
class NaiveChunk:
    chunk_id: str
    terms: Sequence[str]
    vector: Sequence[int]
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True)
class NaiveResult:
    lexical: list[Entry]
    dense: list[Entry]
    scores: dict[str, tuple[int, int]]
    fused: list[Entry]


class NaiveIndex:
    """A corpus in a list."""

    def __init__(self, chunks: Sequence[NaiveChunk]) -> None:
        self.chunks = list(chunks)
        self.count = sum(1 for chunk in chunks if chunk.terms)
        self.length = sum(len(chunk.terms) for chunk in chunks)
        self.bags: list[dict[str, int]] = []
        self.frequencies: dict[str, int] = {}
        for chunk in chunks:
            bag: dict[str, int] = {}
            for term in chunk.terms:
                bag[term] = bag.get(term, 0) + 1
            self.bags.append(bag)
            for term in bag:
                self.frequencies[term] = self.frequencies.get(term, 0) + 1

    def search(
        self, terms: Sequence[str], vector: Sequence[int], groups: frozenset[str], depth: int
    ) -> NaiveResult:
        asked = list(dict.fromkeys(terms))[:1000]
        lexical_of, dense_of = {}, {}
        for chunk, bag in zip(self.chunks, self.bags, strict=True):
            if chunk.groups and not chunk.groups & groups:
                continue
            lexical_of[chunk.chunk_id] = self.lexical_score(asked, bag)
            dense_of[chunk.chunk_id] = sum(a * b for a, b in zip(chunk.vector, vector, strict=True))
        lexical = best({i: s for i, s in lexical_of.items() if s > 0}, depth)
        dense = best(dense_of, depth)
        union = [chunk_id for chunk_id, _ in [*lexical, *dense]]
        scores = {chunk_id: (lexical_of[chunk_id], dense_of[chunk_id]) for chunk_id in union}
        top_lexical = max((s for _, s in lexical), default=0)
        top_dense = max((s for _, s in dense), default=0)
        fused = {
            chunk_id: 6 * share(d, top_dense) + 4 * share(b, top_lexical)
            for chunk_id, (b, d) in scores.items()
        }
        return NaiveResult(lexical, dense, scores, best(fused, len(fused)))

    def lexical_score(self, asked: Sequence[str], bag: dict[str, int]) -> int:
        length = sum(bag.values())
        return sum(
            naive_idf(self.count, self.frequencies[term])
            * naive_impact(bag[term], length, self.count, self.length)
            for term in asked
            if term in bag
        )


def best(scores: dict[str, int], depth: int) -> list[Entry]:
    return sorted(scores.items(), key=lambda item: (-item[1], item[0].encode()))[:depth]


def share(score: int, top: int) -> int:
    return floor(Fraction(max(score, 0) * 2**30, top)) if top > 0 else 0


def half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))


@cache
def naive_impact(tf: int, length: int, chunks: int, total: int) -> int:
    k1, b = Fraction(12, 10), Fraction(75, 100)
    mean = Fraction(total, chunks)
    return half_up(16384 * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / mean)))


@cache
def naive_idf(chunks: int, frequency: int) -> int:
    with localcontext(prec=80):
        inside = 1 + (Decimal(chunks) - frequency + Decimal("0.5")) / (frequency + Decimal("0.5"))
        return half_up(Fraction(inside.ln() * 4096))
