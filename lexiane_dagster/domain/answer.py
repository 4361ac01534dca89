"""Answers and their citations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from lexiane_dagster.domain.canonical import Json
from lexiane_dagster.domain.retrieval import Ranked


@dataclass(frozen=True, slots=True)
class AnalyzedQuestion:
    """A question and the weight (idf in the pinned version) of each of its index terms."""

    text: str
    weights: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class EvidenceChunk:
    """A ranked chunk as a generator sees it."""

    ranked: Ranked
    document_id: str
    heading: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    """Code points `start` to `end` of the text of one evidence chunk."""

    chunk_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Draft:
    """What a generator returns: the text of an answer and what it quotes; no quotes: it abstains.

    `selection` explains how it came to that, in the generator's own terms and without document text.
    """

    text: str
    quotes: Sequence[Quote]
    selection: Json = None


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote: `document_text[start:end] == quote` in the preserved text of the document."""

    document_id: str
    document_digest: str
    chunk_id: str
    start: int
    end: int
    quote: str
    page: int | None
    heading: tuple[str, ...]

    def to_json(self) -> dict[str, Json]:
        return {
            "document_id": self.document_id,
            "document_digest": self.document_digest,
            "chunk_id": self.chunk_id,
            "start": self.start,
            "end": self.end,
            "quote": self.quote,
            "page": self.page,
            "heading": list(self.heading),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        return cls(**{**value, "heading": tuple(value["heading"])})


@dataclass(frozen=True, slots=True)
class RankedChunk:
    """One entry of a ranking, with the document it belongs to."""

    document_id: str
    ranked: Ranked

    def to_json(self) -> dict[str, Json]:
        return {
            "chunk_id": self.ranked.chunk_id,
            "document_id": self.document_id,
            "score": self.ranked.score,
            "lexical_score": self.ranked.lexical_score,
            "dense_score": self.ranked.dense_score,
            "lexical_rank": self.ranked.lexical_rank,
            "dense_rank": self.ranked.dense_rank,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        scores = {key: item for key, item in value.items() if key != "document_id"}
        return cls(value["document_id"], Ranked(**scores))


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The ranking of one question on one version."""

    version: str
    question: str
    groups: tuple[str, ...]
    ranking: tuple[RankedChunk, ...]

    def to_json(self) -> dict[str, Json]:
        return {
            "version": self.version,
            "question": self.question,
            "groups": list(self.groups),
            "ranking": [entry.to_json() for entry in self.ranking],
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer pinned to a version. `abstained` means "not in this corpus"."""

    search: SearchResult
    text: str
    citations: tuple[Citation, ...]
    generator: str

    @property
    def abstained(self) -> bool:
        return not self.citations

    def to_json(self) -> dict[str, Json]:
        return {
            **self.search.to_json(),
            "answer": self.text,
            "abstained": self.abstained,
            "citations": [citation.to_json() for citation in self.citations],
            "generator": self.generator,
        }
