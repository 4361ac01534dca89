"""How an answer came about, stage by stage: what is recorded, and what a replay compares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from lexiane_dagster.domain.answer import Answer, EvidenceChunk, RankedChunk
from lexiane_dagster.domain.canonical import Json
from lexiane_dagster.domain.digest import digest_of_json
from lexiane_dagster.domain.retrieval import Scored


@dataclass(frozen=True, slots=True)
class ListSummary:
    """One of the two lists of a question: its length, its best score (0: empty), its digest."""

    length: int
    best: int
    digest: str

    def to_json(self) -> dict[str, Json]:
        return {"length": self.length, "best": self.best, "digest": self.digest}

    @classmethod
    def of(cls, entries: Sequence[Scored]) -> Self:
        listed: Json = [[entry.chunk_id, entry.score] for entry in entries]
        digest = digest_of_json({"format": "lexiane/ranked-list/v1", "entries": listed})
        return cls(len(entries), entries[0].score if entries else 0, digest)


@dataclass(frozen=True, slots=True)
class Derivation:
    """An answer with the result of each stage that led to it.

    `terms` are the question's distinct index terms in order, `weights` the idf of those that count.
    `query_vector` is the grid vector as int16 little-endian. `prompt` is the digest of what the
    generator was given. `timings` are microseconds by stage.
    """

    answer: Answer
    top: int
    terms: tuple[str, ...]
    weights: Mapping[str, int]
    query_vector: bytes
    lexical: ListSummary
    dense: ListSummary
    parameters: Json
    prompt: str
    selection: Json
    timings: Mapping[str, int]

    @property
    def ranking(self) -> tuple[RankedChunk, ...]:
        return self.answer.search.ranking


def prompt_digest(
    question: str, weights: Mapping[str, int], evidence: Sequence[EvidenceChunk]
) -> str:
    """Digest of everything that a generator is given: the question and the evidence, in order."""
    return digest_of_json(
        {
            "format": "lexiane/prompt/v1",
            "question": question,
            "weights": weights,
            "evidence": [
                {
                    "chunk_id": item.ranked.chunk_id,
                    "score": item.ranked.score,
                    "document_id": item.document_id,
                    "heading": item.heading,
                    "text": item.text,
                }
                for item in evidence
            ],
        }
    )
