"""Handles that travel between assets: the digest of what a stage produced, never its rows.

A snapshot is kept as canonical JSON in the object store under its digest; Dagster carries the digest
as the asset's DataVersion. How a stage got there (libraries, options, time) is no part of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from lexiane_dagster.domain.canonical import Json
from lexiane_dagster.domain.digest import digest_of_json


@dataclass(frozen=True, slots=True)
class DocumentsSnapshot:
    """All documents of a corpus at one moment: Merkle roots and counts."""

    corpus: str
    documents: str
    document_count: int
    waived: str
    waived_count: int

    def to_json(self) -> dict[str, Json]:
        return {
            "format": "lexiane/documents/v1",
            "corpus": self.corpus,
            "documents": self.documents,
            "document_count": self.document_count,
            "waived": self.waived,
            "waived_count": self.waived_count,
        }

    @property
    def digest(self) -> str:
        return digest_of_json(self.to_json())

    @classmethod
    def from_json(cls, value: Mapping[str, Json]) -> Self:
        return cls(**_fields(value, "lexiane/documents/v1"))


@dataclass(frozen=True, slots=True)
class ChunksSnapshot:
    """The chunks of one `DocumentsSnapshot` (its digest) under some chunker."""

    source: str
    chunks: str
    chunk_count: int

    def to_json(self) -> dict[str, Json]:
        return {
            "format": "lexiane/chunks/v1",
            "source": self.source,
            "chunks": self.chunks,
            "chunk_count": self.chunk_count,
        }

    @property
    def digest(self) -> str:
        return digest_of_json(self.to_json())

    @classmethod
    def from_json(cls, value: Mapping[str, Json]) -> Self:
        return cls(**_fields(value, "lexiane/chunks/v1"))


@dataclass(frozen=True, slots=True)
class EmbeddingsSnapshot:
    """The vectors of one `ChunksSnapshot` (its digest) under one embedder."""

    source: str
    vectors: str
    embedder: Mapping[str, Json]

    def to_json(self) -> dict[str, Json]:
        return {
            "format": "lexiane/embeddings/v1",
            "source": self.source,
            "vectors": self.vectors,
            "embedder": self.embedder,
        }

    @property
    def digest(self) -> str:
        return digest_of_json(self.to_json())

    @classmethod
    def from_json(cls, value: Mapping[str, Json]) -> Self:
        return cls(**_fields(value, "lexiane/embeddings/v1"))


def _fields(value: Mapping[str, Json], expected: str) -> dict[str, Any]:
    if value.get("format") != expected:
        raise ValueError(f"expected {expected}, found {value.get('format')!r}")
    return {key: item for key, item in value.items() if key != "format"}
