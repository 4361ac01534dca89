"""Source to documents: read, preserve, extract; incremental by the digest of the bytes."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Self

from lexiane_dagster.application.backends import Backends, Recipe, Waiver
from lexiane_dagster.application.erasure.guards import Guard, guard_of
from lexiane_dagster.application.erasure.whole import require_whole
from lexiane_dagster.application.preserve import is_preserved, preserve, preserve_json
from lexiane_dagster.domain.canonical import Json, canonical_bytes
from lexiane_dagster.domain.corpus import Document, SourceDocument, WaivedDocument, utf8_order
from lexiane_dagster.domain.digest import digest_of_bytes, digest_of_json
from lexiane_dagster.domain.errors import DocumentError, SourceError
from lexiane_dagster.domain.merkle import merkle_root
from lexiane_dagster.domain.snapshot import DocumentsSnapshot
from lexiane_dagster.ports.progress import Progress
from lexiane_dagster.ports.source import SourceEntry

MEMO = "extraction/v1"
BATCH = 512


@dataclass(frozen=True, slots=True)
class Ingested:
    """What came of reading a source once; `listed` = documents + waived."""

    snapshot: DocumentsSnapshot
    documents: tuple[Document, ...]
    listed: int
    extracted: int
    waived: tuple[WaivedDocument, ...]


@dataclass(frozen=True, slots=True)
class _Outcome:
    document: Document
    memo_key: str
    memo_value: bytes | None


@dataclass(frozen=True, slots=True)
class _Head:
    """A document as it was read, without its bytes; `key` is what its extraction is remembered by."""

    document_id: str
    raw_digest: str
    raw_bytes: int
    media_type: str
    metadata: Mapping[str, Json]
    groups: tuple[str, ...]
    key: str

    @classmethod
    def of(cls, source: SourceDocument, parser: str) -> Self:
        digest = digest_of_bytes(source.raw)
        return cls(
            document_id=source.document_id,
            raw_digest=digest,
            raw_bytes=len(source.raw),
            media_type=source.media_type,
            metadata=source.metadata,
            groups=source.groups,
            key=digest_of_json({"raw": digest, "media_type": source.media_type, "parser": parser}),
        )


def ingest(recipe: Recipe, backends: Backends, progress: Progress) -> Ingested:
    """Read every document of the source and keep raw bytes and text.

    Raises:
        SourceError: the source cannot be listed, or documents failed and no waiver covers them.
    """
    entries = list(recipe.source.entries())
    documents: list[Document] = []
    failures: list[DocumentError] = []
    extracted = 0
    with progress.stage("documents", len(entries)) as advance:
        for batch in _read_all(recipe, backends, entries, progress):
            memos: dict[str, bytes] = {}
            for outcome in batch:
                if isinstance(outcome, DocumentError):
                    failures.append(outcome)
                    continue
                documents.append(outcome.document)
                if outcome.memo_value is not None:
                    extracted += 1
                    memos[outcome.memo_key] = outcome.memo_value
            backends.memo.put_many(MEMO, memos)
            advance(len(batch))
    waived = _waive(failures, recipe.waiver)
    if not documents:
        raise SourceError(
            f"corpus {recipe.corpus!r} has no document that can be used",
            remedy="check the source's path and patterns in defs.yaml",
        )
    documents.sort(key=lambda document: utf8_order(document.document_id))
    snapshot = _seal(recipe.corpus, documents, waived, backends, progress)
    return Ingested(snapshot, tuple(documents), len(entries), extracted, waived)


def _read_all(
    recipe: Recipe, backends: Backends, entries: list[SourceEntry], progress: Progress
) -> Iterator[list[_Outcome | DocumentError]]:
    """Batches of outcomes. Reading and looking up are many short calls, which threads only slow
    down; extraction is long ones, and of raw bytes a thread holds one document at a time."""
    parser = recipe.parser.identity
    guard = guard_of(recipe.corpus, backends, progress)

    def extract(entry: SourceEntry) -> _Outcome | DocumentError:
        try:
            return _extract(recipe, parser, guard, backends, recipe.source.read(entry))
        except DocumentError as error:
            return error

    with ThreadPoolExecutor(min(8, 2 * (os.cpu_count() or 1))) as pool:
        for start in range(0, len(entries), BATCH):
            batch = entries[start : start + BATCH]
            found = _remembered(recipe, parser, backends, batch)
            extracted = pool.map(extract, [batch[i] for i, item in enumerate(found) if not item])
            yield [item or next(extracted) for item in found]


def _remembered(
    recipe: Recipe, parser: str, backends: Backends, entries: Sequence[SourceEntry]
) -> list[_Outcome | DocumentError | None]:
    """What is known of each entry without extracting it; None where that has to be done."""
    heads = [_head(recipe, parser, entry) for entry in entries]
    keys = [head.key for head in heads if isinstance(head, _Head)]
    known = backends.memo.get_many(MEMO, keys)
    found: list[_Outcome | DocumentError | None] = []
    for head in heads:
        if isinstance(head, DocumentError):
            found.append(head)
            continue
        outcome = None
        if head.key in known:
            document = _document(head, known[head.key])
            if is_preserved(backends.objects, document.raw_digest) and is_preserved(
                backends.objects, document.text_digest
            ):
                outcome = _Outcome(document, head.key, None)
        found.append(outcome)
    return found


def _head(recipe: Recipe, parser: str, entry: SourceEntry) -> _Head | DocumentError:
    try:
        return _Head.of(recipe.source.read(entry), parser)
    except DocumentError as error:
        return error


def _extract(
    recipe: Recipe, parser: str, guard: Guard, backends: Backends, source: SourceDocument
) -> _Outcome:
    text = recipe.parser.extract(source)
    encoded = text.text.encode()
    value = canonical_bytes(
        {
            "text": digest_of_bytes(encoded),
            "length": len(text.text),
            "markup": text.markup,
            "title": text.title,
            "pages": text.pages,
        }
    )
    head = _Head.of(source, parser)
    document = _document(head, value)
    # Before the first byte is kept: nothing would take it out of the store again.
    guard.refuse_erased(document)
    preserve(backends.objects, source.raw)
    preserve(backends.objects, encoded)
    return _Outcome(document, head.key, value)


def _document(head: _Head, extraction: bytes) -> Document:
    found = json.loads(extraction)
    return Document(
        document_id=head.document_id,
        raw_digest=head.raw_digest,
        text_digest=found["text"],
        media_type=head.media_type,
        metadata=head.metadata,
        groups=head.groups,
        pages=tuple(found["pages"]),
        markup=found["markup"],
        title=found["title"],
        raw_bytes=head.raw_bytes,
        text_length=found["length"],
    )


def _waive(failures: list[DocumentError], waiver: Waiver | None) -> tuple[WaivedDocument, ...]:
    if not failures:
        return ()
    if waiver is None and len(failures) == 1:
        raise failures[0]
    listing = "\n".join(
        f"  - {failure.detail.rstrip('.')}. To mend: {failure.remedy}" for failure in failures
    )
    if waiver is None:
        raise SourceError(
            f"{len(failures)} documents cannot be used:\n{listing}",
            remedy="mend them, exclude them, or waive them with `on_error: quarantine`",
        )
    if len(failures) > waiver.maximum:
        raise SourceError(
            f"{len(failures)} documents cannot be used, and the waiver covers "
            f"{waiver.maximum}:\n{listing}",
            remedy="mend them, or raise `max_quarantined` in defs.yaml",
        )
    return tuple(
        WaivedDocument(failure.document_id, failure.reason, failure.detail)
        for failure in sorted(failures, key=lambda f: utf8_order(f.document_id))
    )


def _seal(
    corpus: str,
    documents: list[Document],
    waived: tuple[WaivedDocument, ...],
    backends: Backends,
    progress: Progress,
) -> DocumentsSnapshot:
    snapshot = DocumentsSnapshot(
        corpus=corpus,
        documents=merkle_root(document.leaf() for document in documents),
        document_count=len(documents),
        waived=merkle_root(item.leaf() for item in waived),
        waived_count=len(waived),
    )
    guard = guard_of(corpus, backends, progress)
    for document in documents:
        guard.refuse_erased(document)
    if not backends.tables.holds("documents", snapshot.documents):
        backends.tables.put_documents(snapshot.documents, documents)
    if not backends.tables.holds("waived", snapshot.waived):
        backends.tables.put_waived(snapshot.waived, waived)
    require_whole("documents", snapshot.documents, backends)
    require_whole("waived", snapshot.waived, backends)
    preserve_json(backends.objects, snapshot.to_json())
    return snapshot
