"""Index versions: the manifest, and the name that is its digest (docs/formats/index-version-v1.md)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self, TypeVar

from lexiane_dagster.domain.canonical import Json, canonical_bytes
from lexiane_dagster.domain.digest import digest_of_json

MANIFEST_FORMAT = "lexiane/index-version/v1"
SHORT_DIGITS = 12
_REFERENCE = re.compile(r"(?P<corpus>[a-z0-9_]+)@(?P<prefix>[0-9a-f]{1,64})")


@dataclass(frozen=True, slots=True)
class AnalysisSettings:
    """How text becomes index terms. `stop_words` is the digest of the stop list."""

    language: str
    stop_words: str
    name: str = "lexiane/analysis/v1"

    def to_json(self) -> dict[str, Json]:
        return {"name": self.name, "language": self.language, "stop_words": self.stop_words}


@dataclass(frozen=True, slots=True)
class EmbedderIdentity:
    """Everything a vector depends on, besides the processor.

    `files` maps the path of each weight, tokenizer and configuration file to its SHA-256.
    `capacity` is the longest input in tokens; the rest of a longer one would be cut off.
    """

    files: Mapping[str, str]
    dimension: int
    capacity: int
    passage_prompt: str = ""
    question_prompt: str = ""

    def to_json(self) -> dict[str, Json]:
        return {
            "format": "lexiane/embedder/v1",
            "files": dict(self.files),
            "dimension": self.dimension,
            "capacity": self.capacity,
            "passage_prompt": self.passage_prompt,
            "question_prompt": self.question_prompt,
            "normalisation": "l2",
            "grid": 4000,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Raises ValueError for another format, normalisation or grid than this release computes."""
        made = cls(
            **{key: value[key] for key in value if key not in ("format", "normalisation", "grid")}
        )
        return _round_trip(made, value)

    @property
    def digest(self) -> str:
        return digest_of_json(self.to_json())


@dataclass(frozen=True, slots=True)
class RetrievalSettings:
    """The constants of docs/formats/retrieval-v1.md that a version is ranked with."""

    depth: int = 100
    dense_weight: int = 6
    lexical_weight: int = 4

    def to_json(self) -> dict[str, Json]:
        return {
            "name": "lexiane/retrieval/v1",
            "depth": self.depth,
            "dense_weight": self.dense_weight,
            "lexical_weight": self.lexical_weight,
        }


@dataclass(frozen=True, slots=True)
class LexicalStatistics:
    """What BM25 needs to know of a whole version.

    `chunks` counts those with at least one term, `length` is their total length in terms, `terms`
    the number of distinct terms, `root` the Merkle root over (term, document frequency) by term.
    """

    chunks: int
    length: int
    terms: int
    root: str

    def to_json(self) -> dict[str, Json]:
        return {
            "chunks": self.chunks,
            "length": self.length,
            "terms": self.terms,
            "root": self.root,
        }


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a version's name is the digest of: everything that answers depend on, and only that."""

    corpus: str
    documents: str
    document_count: int
    waived: str
    waived_count: int
    chunks: str
    chunk_count: int
    vectors: str
    analysis: AnalysisSettings
    embedder: EmbedderIdentity
    retrieval: RetrievalSettings
    lexical: LexicalStatistics

    def to_json(self) -> dict[str, Json]:
        return {
            "format": MANIFEST_FORMAT,
            "corpus": self.corpus,
            "counts": {
                "documents": self.document_count,
                "chunks": self.chunk_count,
                "waived": self.waived_count,
            },
            "documents": self.documents,
            "waived": self.waived,
            "chunks": self.chunks,
            "vectors": self.vectors,
            "analysis": self.analysis.to_json(),
            "embedder": self.embedder.to_json(),
            "retrieval": self.retrieval.to_json(),
            "lexical": self.lexical.to_json(),
        }

    @property
    def digest(self) -> str:
        return digest_of_json(self.to_json())

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Raises ValueError for a manifest that this release would not write in the same way."""
        made = cls(
            corpus=value["corpus"],
            documents=value["documents"],
            document_count=value["counts"]["documents"],
            waived=value["waived"],
            waived_count=value["counts"]["waived"],
            chunks=value["chunks"],
            chunk_count=value["counts"]["chunks"],
            vectors=value["vectors"],
            analysis=AnalysisSettings(**value["analysis"]),
            embedder=EmbedderIdentity.from_json(value["embedder"]),
            retrieval=RetrievalSettings(
                **{key: value["retrieval"][key] for key in value["retrieval"] if key != "name"}
            ),
            lexical=LexicalStatistics(**value["lexical"]),
        )
        return _round_trip(made, value)


class _Serialisable(Protocol):
    def to_json(self) -> dict[str, Json]: ...


Made = TypeVar("Made", bound=_Serialisable)


def _round_trip(made: Made, value: Mapping[str, Any]) -> Made:
    if canonical_bytes(made.to_json()) != canonical_bytes(value):
        raise ValueError(f"not of the format {MANIFEST_FORMAT} as this release writes it")
    return made


def full_name(corpus: str, digest: str) -> str:
    """The exact name of a version, as machines get it."""
    return f"{corpus}@{digest}"


def short_name(corpus: str, digest: str) -> str:
    """The name of a version as people see it."""
    return f"{corpus}@{digest[:SHORT_DIGITS]}"


def parse_reference(text: str) -> tuple[str | None, str] | None:
    """Corpus (None if not said) and digest prefix of `handbook@3f9c…` or `3f9c…`; None for other text."""
    if named := _REFERENCE.fullmatch(text):
        return named["corpus"], named["prefix"]
    if re.fullmatch(r"[0-9a-f]{4,64}", text):
        return None, text
    return None


def vector_leaf(chunk_id: str, vector: bytes) -> bytes:
    """Merkle leaf of one vector: 32 bytes of chunk id, then int16 little-endian grid values."""
    return bytes.fromhex(chunk_id) + vector
