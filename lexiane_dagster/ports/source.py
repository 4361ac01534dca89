"""Where a corpus is read from."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from lexiane_dagster.domain.corpus import SourceDocument


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """One item that a source lists; `locator` is private to the adapter that listed it."""

    document_id: str
    locator: str


class Source(Protocol):
    """A set of documents.

    `entries` MUST be complete, free of duplicates and ordered by the UTF-8 bytes of `document_id`,
    whatever order the underlying system lists in. It MUST raise `SourceError` when the source as a
    whole cannot be listed or holds two items of one id; it MUST NOT return a partial list.

    `read` MUST return the bytes of one instant, and MUST raise `DocumentError` naming the document
    for whatever concerns one item only (too large, leaves the folder, changed while being read…).
    It is called from several threads at once. Only what is declared may enter `metadata`: no
    modification time, no inode, no host.
    """

    def entries(self) -> Iterator[SourceEntry]: ...

    def read(self, entry: SourceEntry) -> SourceDocument: ...
