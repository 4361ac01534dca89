"""Embeddings to an index version: sealed, named by its manifest, visible only when complete."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass

from lexiane_dagster.application.attest import version_event
from lexiane_dagster.application.backends import Backends
from lexiane_dagster.application.derive import (
    derive,
    derived_folder,
    move_into_place,
    scratch_folder,
)
from lexiane_dagster.application.erasure.collecting import collected_meanwhile, refuse_collected
from lexiane_dagster.application.erasure.whole import require_whole
from lexiane_dagster.application.preserve import load_snapshot, object_key
from lexiane_dagster.domain.canonical import canonical_bytes
from lexiane_dagster.domain.digest import digest_of_bytes, digest_of_json
from lexiane_dagster.domain.errors import IntegrityError, NotFoundError, UnavailableError
from lexiane_dagster.domain.ledger.entry import VERSION
from lexiane_dagster.domain.predicates import Making
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
    making: Callable[[], Making],
    backends: Backends,
    progress: Progress,
) -> Indexed:
    """Index the embeddings snapshot named by `handle`. The manifest is written last.

    `making` tells how this run makes the version, and is asked only when it computes one; a signed
    statement about it goes into the ledger, in the transaction that lists the version.
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
    manifest, documents = _seal(handle, analyzer, retrieval, backends, progress)
    made = making()
    backends.objects.put(manifest_key(manifest.digest), canonical_bytes(manifest.to_json()))
    _require_kept(manifest, handle, backends)
    built = backends.catalog.add_version(
        NewVersion(
            version=manifest.digest,
            corpus=manifest.corpus,
            documents=manifest.document_count,
            chunks=manifest.chunk_count,
            provenance=made.to_json(),
        ),
        version_event(manifest, documents, made, backends),
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


def _require_kept(manifest: Manifest, handle: str, backends: Backends) -> None:
    """Looked at after the manifest was written: nothing that the version needs is being removed.

    Raises:
        UnavailableError: something is.
    """
    try:
        embeddings = load_snapshot(backends.objects, handle, EmbeddingsSnapshot)
        chunked = load_snapshot(backends.objects, embeddings.source, ChunksSnapshot)
        handles = (handle, embeddings.source, chunked.source)
        keys = [*needed_keys(manifest, backends), *map(object_key, handles)]
    except NotFoundError as error:
        raise collected_meanwhile(error.detail) from error
    refuse_collected(keys, backends.objects)


def needed_keys(manifest: Manifest, backends: Backends) -> list[str]:
    """The keys of every object that a version needs: manifest, tables, raw bytes and texts."""
    tables = backends.tables
    rows = tables.documents(manifest.documents)
    roots = (
        ("documents", manifest.documents),
        ("waived", manifest.waived),
        ("chunks", manifest.chunks),
        ("vectors", manifest.vectors),
    )
    return [
        manifest_key(manifest.digest),
        *(key for kind, root in roots for key in tables.keys(kind, root)),
        *sorted({object_key(each) for row in rows for each in (row.raw_digest, row.text_digest)}),
    ]


def load_manifest(objects: ObjectStore, version: str) -> Manifest:
    """The manifest of a version.

    Raises:
        NotFoundError: there is no such version.
        IntegrityError: its bytes are not those that the version is named after.
        UnavailableError: it is of a format that this release does not read.
    """
    data = objects.get(manifest_key(version))
    if digest_of_bytes(data) != version:
        raise IntegrityError(
            f"stored manifest {manifest_key(version)} is damaged: its digest is another",
            remedy="restore this file from the store's back-up",
        )
    try:
        return Manifest.from_json(json.loads(data))
    except (ValueError, KeyError, TypeError) as error:
        raise UnavailableError(
            f"the manifest of version {version} cannot be read by this release: {error}",
            remedy="use the release of lexiane-dagster that built the version, or a newer one",
        ) from error


def _seal(
    handle: str,
    analyzer: Analyzer,
    retrieval: RetrievalSettings,
    backends: Backends,
    progress: Progress,
) -> tuple[Manifest, list[str]]:
    """The manifest, and the digest of the raw bytes of each document."""
    embeddings = load_snapshot(backends.objects, handle, EmbeddingsSnapshot)
    chunked = load_snapshot(backends.objects, embeddings.source, ChunksSnapshot)
    source = load_snapshot(backends.objects, chunked.source, DocumentsSnapshot)
    chunks = backends.tables.chunks(chunked.chunks)
    documents = {row.document_id: row for row in backends.tables.documents(source.documents)}
    vectors = backends.tables.vectors(embeddings.vectors, [item.chunk_id for item in chunks])
    for kind, root in (
        ("documents", source.documents),
        ("chunks", chunked.chunks),
        ("vectors", embeddings.vectors),
    ):
        require_whole(kind, root, backends)
    scratch = scratch_folder(backends, handle[:16])
    try:
        lexical = derive(scratch, chunks, documents, vectors, analyzer, backends, progress)
        manifest = _manifest(source, chunked, embeddings, analyzer, retrieval, lexical)
        move_into_place(scratch, derived_folder(backends, manifest.digest))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return manifest, [row.raw_digest for row in documents.values()]


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
