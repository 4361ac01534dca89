"""Why a chunk was ranked where it was: every number from the definition of retrieval v1."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lexiane_dagster.domain.answer import RankedChunk
from lexiane_dagster.domain.canonical import Json
from lexiane_dagster.domain.retrieval import fused_score, impact, share
from lexiane_dagster.domain.version import LexicalStatistics, RetrievalSettings


@dataclass(frozen=True, slots=True)
class TermPart:
    """What one term of the question brings: `impact * idf`, for `tf` occurrences in the chunk."""

    term: str
    tf: int
    impact: int
    idf: int

    @property
    def product(self) -> int:
        return self.impact * self.idf

    def to_json(self) -> dict[str, Json]:
        return {
            "term": self.term,
            "tf": self.tf,
            "impact": self.impact,
            "idf": self.idf,
            "product": self.product,
        }


@dataclass(frozen=True, slots=True)
class ChunkExplanation:
    """One ranked chunk: its terms, its dot product, its share of each best score, and their sum.

    `recorded` is what the answer's record says; everything else is computed again from the version.
    """

    recorded: RankedChunk
    heading: tuple[str, ...]
    terms: tuple[TermPart, ...]
    length: int
    dot: int
    lexical_share: int
    dense_share: int
    score: int

    @property
    def lexical(self) -> int:
        return sum(part.product for part in self.terms)

    @property
    def adds_up(self) -> bool:
        """True when the numbers computed again are those recorded."""
        ranked = self.recorded.ranked
        return (self.lexical, self.dot, self.score) == (
            ranked.lexical_score,
            ranked.dense_score,
            ranked.score,
        )

    def to_json(self) -> dict[str, Json]:
        return {
            "chunk_id": self.recorded.ranked.chunk_id,
            "document_id": self.recorded.document_id,
            "heading": self.heading,
            "length": self.length,
            "terms": [part.to_json() for part in self.terms],
            "lexical": self.lexical,
            "dense": self.dot,
            "lexical_share": self.lexical_share,
            "dense_share": self.dense_share,
            "score": self.score,
            "adds_up": self.adds_up,
        }


def explained(
    recorded: RankedChunk,
    heading: tuple[str, ...],
    terms: Sequence[str],
    weights: Mapping[str, int],
    dot: int,
    bests: tuple[int, int],
    statistics: LexicalStatistics,
    settings: RetrievalSettings,
) -> ChunkExplanation:
    """`terms` are all index terms of the chunk, `weights` the idf of the question's, in order.

    `bests` are the best scores of the lexical and the dense list.
    """
    occurrences = Counter(terms)
    parts = tuple(
        TermPart(
            term,
            occurrences[term],
            impact(occurrences[term], len(terms), statistics.chunks, statistics.length),
            idf,
        )
        for term, idf in weights.items()
        if occurrences[term]
    )
    lexical = sum(part.product for part in parts)
    return ChunkExplanation(
        recorded=recorded,
        heading=heading,
        terms=parts,
        length=len(terms),
        dot=dot,
        lexical_share=share(lexical, bests[0]),
        dense_share=share(dot, bests[1]),
        score=fused_score(lexical, dot, *bests, settings),
    )
