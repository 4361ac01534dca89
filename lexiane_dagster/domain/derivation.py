"""How an answer came about, stage by stage: what is recorded, and what a replay compares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

from lexiane_dagster.domain.answer import AnalyzedQuestion, Answer, EvidenceChunk
from lexiane_dagster.domain.canonical import Json
from lexiane_dagster.domain.digest import digest_of_json
from lexiane_dagster.domain.retrieval import Candidates, Ranked, Scored

# What is timed.
STAGES: Final = ("analysis", "embedding", "retrieval", "generation")


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
class Retrieval:
    """What was found for a question, up to the `top` best chunks.

    `terms` are the question's distinct index terms in order. `query_vector` is its grid vector as
    int16 little-endian. `candidates` are both whole lists, `ranking` is the head of the fused one.
    """

    question: AnalyzedQuestion
    top: int
    terms: tuple[str, ...]
    query_vector: bytes
    candidates: Candidates
    ranking: tuple[Ranked, ...]

    @property
    def lexical(self) -> ListSummary:
        return ListSummary.of(self.candidates.lexical)

    @property
    def dense(self) -> ListSummary:
        return ListSummary.of(self.candidates.dense)


@dataclass(frozen=True, slots=True)
class Derivation:
    """An answer with the result of each stage that led to it.

    `parameters` are the generator's, `prompt` is the digest of what it was given, `selection` how it
    chose. `timings` are microseconds by stage.
    """

    retrieval: Retrieval
    answer: Answer
    parameters: Json
    prompt: str
    selection: Json
    timings: Mapping[str, int]


def prompt_digest(question: AnalyzedQuestion, evidence: Sequence[EvidenceChunk]) -> str:
    """Digest of everything that a generator is given: the question and the evidence, in order."""
    return digest_of_json(
        {
            "format": "lexiane/prompt/v1",
            "question": question.text,
            "weights": question.weights,
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
