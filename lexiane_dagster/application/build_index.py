"""Embeddings to an index version: sealed, named by its manifest, visible only when complete."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass

from lexiane_dagster.application.backends import Backends
from lexiane_dagster.application.derive import (
    derive,
    derived_folder,
    move_into_place,
    scratch_folder,
)
from lexiane_dagster.application.preserve import load_snapshot
from lexiane_dagster.domain.canonical import Json, canonical_bytes
from lexiane_dagster.domain.digest import digest_of_bytes, digest_of_json
from lexiane_dagster.domain.errors import IntegrityError
from lexiane_dagster.domain.ledger.entry import VERSION, Event
from lexiane_dagster.domain.snapshot import ChunksSnapshot, DocumentsSnapshot, EmbeddingsSnapshot
from lexiane_dagster.domain.version import (
    EmbedderIdentity,
    LexicalStatistics,
    Manifest,
    RetrievalSettings,
    full_name,
)
from lexiane_dagster.ports.analyzer import Analyzer
from lexiane_dagster.ports.catalog import NewVersion
from lexiane_dagster.ports.object_store import ObjectStore
from lexiane_dagster.ports.progress import Progress

STAGE_MEMO = "version-of/v1"


@dataclass(frozen=True, slots=True)
class Indexed:
    """`built` is False when exactly this version existed already."""

    manifest: Manifest
    built: bool


def manifest_key(version: str) -> str:
    return f"versions/{version}.json"


def build_index(
    handle: str,
    analyzer: Analyzer,
    retrieval: RetrievalSettings,
    provenance: Callable[[], Json],
    backends: Backends,
    progress: Progress,
) -> Indexed:
    """Index the embeddings snapshot named by `handle`. The manifest is written last.

    `provenance` tells how this run made the version, and is asked only when it made one; the answer
    is kept beside the version, never hashed.
    """
    stage = digest_of_json(
        {
            "embeddings": handle,
            "analysis": analyzer.settings.to_json(),
            "retrieval": retrieval.to_json(),
        }
    )
    if known := backends.memo.get_many(STAGE_MEMO, [stage]).get(stage):
        version = known.decode()
        if backends.objects.exists(manifest_key(version)):
            manifest = load_manifest(backends.objects, version)
            if _is_listed(manifest, backends):
                return Indexed(manifest, False)
    manifest = _seal(handle, analyzer, retrieval, backends, progress)
    backends.objects.put(manifest_key(manifest.digest), canonical_bytes(manifest.to_json()))
    built = backends.catalog.add_version(
        NewVersion(
            version=manifest.digest,
            corpus=manifest.corpus,
            documents=manifest.document_count,
            chunks=manifest.chunk_count,
            provenance=provenance(),
        ),
        Event(VERSION, {"version": full_name(manifest.corpus, manifest.digest)}),
    )
    backends.memo.put_many(STAGE_MEMO, {stage: manifest.digest.encode()})
    return Indexed(manifest, built)


def _is_listed(manifest: Manifest, backends: Backends) -> bool:
    """True when catalog and ledger know the version."""
    name = full_name(manifest.corpus, manifest.digest)
    return bool(
        backends.catalog.matching(manifest.digest, manifest.corpus)
        and backends.ledger.find(VERSION, version=name)
    )


def load_manifest(objects: ObjectStore, version: str) -> Manifest:
    """The manifest of a version.

    Raises:
        NotFoundError: there is no such version.
        IntegrityError: its bytes are not those that the version is named after.
    """
    data = objects.get(manifest_key(version))
    if digest_of_bytes(data) != version:
        raise IntegrityError(
            f"stored manifest {manifest_key(version)} is damaged: its digest is another",
            remedy="restore this file from the store's back-up",
        )
    return Manifest.from_json(json.loads(data))


def _seal(
    handle: str,
    analyzer: Analyzer,
    retrieval: RetrievalSettings,
    backends: Backends,
    progress: Progress,
) -> Manifest:
    embeddings = load_snapshot(backends.objects, handle, EmbeddingsSnapshot)
    chunked = load_snapshot(backends.objects, embeddings.source, ChunksSnapshot)
    source = load_snapshot(backends.objects, chunked.source, DocumentsSnapshot)
    chunks = backends.tables.chunks(chunked.chunks)
    documents = {row.document_id: row for row in backends.tables.documents(source.documents)}
    vectors = backends.tables.vectors(embeddings.vectors, [item.chunk_id for item in chunks])
    scratch = scratch_folder(backends, handle[:16])
    try:
        lexical = derive(scratch, chunks, documents, vectors, analyzer, backends, progress)
        manifest = _manifest(source, chunked, embeddings, analyzer, retrieval, lexical)
        move_into_place(scratch, derived_folder(backends, manifest.digest))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return manifest


def _manifest(
    source: DocumentsSnapshot,
    chunked: ChunksSnapshot,
    embeddings: EmbeddingsSnapshot,
    analyzer: Analyzer,
    retrieval: RetrievalSettings,
    lexical: LexicalStatistics,
) -> Manifest:
    return Manifest(
        corpus=source.corpus,
        documents=source.documents,
        document_count=source.document_count,
        waived=source.waived,
        waived_count=source.waived_count,
        chunks=chunked.chunks,
        chunk_count=chunked.chunk_count,
        vectors=embeddings.vectors,
        analysis=analyzer.settings,
        embedder=EmbedderIdentity.from_json(embeddings.embedder),
        retrieval=retrieval,
        lexical=lexical,
    )
