"""Documents to chunks: incremental by the digest of the text."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from lexiane_dagster.application.backends import Backends
from lexiane_dagster.application.erasure.whole import require_whole
from lexiane_dagster.application.preserve import (
    is_preserved,
    load_snapshot,
    preserve_json,
    preserved,
)
from lexiane_dagster.domain.canonical import canonical_bytes
from lexiane_dagster.domain.corpus import Chunk, Document, ExtractedText, Passage, chunks_of
from lexiane_dagster.domain.digest import digest_of_json
from lexiane_dagster.domain.merkle import merkle_root
from lexiane_dagster.domain.snapshot import ChunksSnapshot, DocumentsSnapshot
from lexiane_dagster.ports.chunker import Chunker
from lexiane_dagster.ports.progress import Progress

MEMO = "passages/v1"
STAGE_MEMO = "chunks-of/v1"
BATCH = 256


@dataclass(frozen=True, slots=True)
class Chunked:
    """`cut` counts the documents that were cut now rather than remembered."""

    snapshot: ChunksSnapshot
    cut: int


def chunk(handle: str, chunker: Chunker, backends: Backends, progress: Progress) -> Chunked:
    """Cut the documents of the snapshot named by `handle`."""
    stage = digest_of_json({"documents": handle, "chunker": chunker.identity})
    if known := _remembered(stage, handle, backends):
        return Chunked(known, 0)
    source = load_snapshot(backends.objects, handle, DocumentsSnapshot)
    documents = backends.tables.documents(source.documents)
    require_whole("documents", source.documents, backends)
    chunks: list[Chunk] = []
    cut = 0
    with progress.stage("chunks", len(documents)) as advance:
        for start in range(0, len(documents), BATCH):
            batch = documents[start : start + BATCH]
            found, computed = _cut_batch(batch, chunker, backends)
            chunks.extend(found)
            cut += computed
            advance(len(batch))
    chunks.sort(key=lambda item: item.chunk_id)
    snapshot = ChunksSnapshot(handle, merkle_root(item.leaf() for item in chunks), len(chunks))
    if not backends.tables.holds("chunks", snapshot.chunks):
        backends.tables.put_chunks(snapshot.chunks, chunks)
    require_whole("chunks", snapshot.chunks, backends)
    preserve_json(backends.objects, snapshot.to_json())
    backends.memo.put_many(STAGE_MEMO, {stage: snapshot.digest.encode()})
    return Chunked(snapshot, cut)


def _remembered(stage: str, handle: str, backends: Backends) -> ChunksSnapshot | None:
    digest = backends.memo.get_many(STAGE_MEMO, [stage]).get(stage)
    if digest is None or not is_preserved(backends.objects, digest.decode()):
        return None
    snapshot = load_snapshot(backends.objects, digest.decode(), ChunksSnapshot)
    # The memo is not to be trusted with which documents these are the chunks of.
    ours = snapshot.source == handle and backends.tables.holds("chunks", snapshot.chunks)
    return snapshot if ours else None


def _cut_batch(
    documents: Sequence[Document], chunker: Chunker, backends: Backends
) -> tuple[list[Chunk], int]:
    keys = [
        digest_of_json(
            {
                "text": document.text_digest,
                "markup": document.markup,
                "title": document.title,
                "chunker": chunker.identity,
            }
        )
        for document in documents
    ]
    known = backends.memo.get_many(MEMO, keys)

    def chunks(document: Document, key: str) -> list[Chunk]:
        text = preserved(backends.objects, document.text_digest).decode()
        return list(chunks_of(document.document_id, text, _decode(known[key])))

    def cut(document: Document) -> bytes:
        text = preserved(backends.objects, document.text_digest).decode()
        extracted = ExtractedText(text, document.markup, document.title, document.pages)
        return _encode(chunker.cut(extracted))

    pairs = list(zip(documents, keys, strict=True))
    missing = [(document, key) for document, key in pairs if key not in known]
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(cut, [document for document, _ in missing]))
    computed = {key: value for (_, key), value in zip(missing, made, strict=True)}
    backends.memo.put_many(MEMO, computed)
    known.update(computed)
    return [item for pair in pairs for item in chunks(*pair)], len(missing)


def _encode(passages: Sequence[Passage]) -> bytes:
    return canonical_bytes([[p.start, p.end, p.heading] for p in passages])


def _decode(value: bytes) -> list[Passage]:
    return [Passage(start, end, tuple(heading)) for start, end, heading in json.loads(value)]
