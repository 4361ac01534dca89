"""Documents and chunks: the values that flow from a source to an index version."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from lexiane_dagster.domain.canonical import Json, canonical_bytes
from lexiane_dagster.domain.digest import digest_of_json

CORPUS_NAME = re.compile(r"[a-z0-9_]+")

Markup = Literal["plain", "markdown"]


def utf8_order(text: str) -> bytes:
    """Sort key of every ordered list in the project: UTF-8 bytes."""
    return text.encode("utf-8")


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """One item of a source as it was read: raw bytes and what the source declares about them."""

    document_id: str
    raw: bytes
    media_type: str
    metadata: Mapping[str, Json]
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExtractedText:
    """The text of one document.

    `text` is NFC with "\\n" line ends. `pages` holds the offset (code points) at which each page
    starts, or nothing where the format has no pages. `title` is a title kept outside the text.
    """

    text: str
    markup: Markup
    title: str | None = None
    pages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a version: identity of its bytes and text, and who may see it."""

    document_id: str
    raw_digest: str
    text_digest: str
    media_type: str
    metadata: Mapping[str, Json]
    groups: tuple[str, ...]
    pages: tuple[int, ...]
    markup: Markup
    title: str | None
    raw_bytes: int
    text_length: int

    def page_of(self, offset: int) -> int | None:
        """The page, counted from 1, that holds the code point at `offset`; None without pages."""
        return bisect_right(self.pages, offset) or None

    def leaf(self) -> bytes:
        """Merkle leaf (docs/formats/index-version-v1.md)."""
        return canonical_bytes(
            {
                "format": "lexiane/document/v1",
                "document_id": self.document_id,
                "raw": self.raw_digest,
                "text": self.text_digest,
                "media_type": self.media_type,
                "metadata": self.metadata,
                "groups": self.groups,
                "pages": self.pages,
            }
        )


@dataclass(frozen=True, slots=True)
class WaivedDocument:
    """A document that could not be used and that the corpus's waiver let pass. `detail` is not hashed."""

    document_id: str
    reason: str
    detail: str

    def leaf(self) -> bytes:
        return canonical_bytes(
            {
                "format": "lexiane/waived-document/v1",
                "document_id": self.document_id,
                "reason": self.reason,
            }
        )


@dataclass(frozen=True, slots=True)
class Passage:
    """A cut of one text: code points `start` to `end`, under a path of headings."""

    start: int
    end: int
    heading: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of one document. `text == document_text[start:end]`, always."""

    chunk_id: str
    document_id: str
    start: int
    end: int
    heading: tuple[str, ...]
    text: str

    @property
    def indexed_text(self) -> str:
        """What is embedded and analysed: the heading path, then the text."""
        return "\n".join((*self.heading, self.text))

    def leaf(self) -> bytes:
        return canonical_bytes(
            {
                "format": "lexiane/chunk/v1",
                "chunk_id": self.chunk_id,
                "document_id": self.document_id,
                "start": self.start,
                "end": self.end,
                "heading": self.heading,
                "text": self.text,
            }
        )


def chunks_of(document_id: str, text: str, passages: Iterable[Passage]) -> Iterator[Chunk]:
    """Name the passages of one document.

    An id depends on the document, the heading path, the text and how many equal ones came before,
    never on offsets: an edit elsewhere in the document leaves it.
    """
    seen: dict[tuple[tuple[str, ...], str], int] = {}
    for passage in passages:
        body = text[passage.start : passage.end]
        occurrence = seen.get((passage.heading, body), 0)
        seen[passage.heading, body] = occurrence + 1
        chunk_id = digest_of_json(
            {
                "format": "lexiane/chunk-id/v1",
                "document_id": document_id,
                "heading": passage.heading,
                "text": body,
                "occurrence": occurrence,
            }
        )
        yield Chunk(chunk_id, document_id, passage.start, passage.end, passage.heading, body)
