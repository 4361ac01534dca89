"""Chunks to embeddings: a text is embedded once per embedder, and its vector is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lexiane_dagster.application.backends import Backends
from lexiane_dagster.application.erasure.whole import require_whole
from lexiane_dagster.application.grid import to_grid
from lexiane_dagster.application.preserve import is_preserved, load_snapshot, preserve_json
from lexiane_dagster.domain.canonical import Json
from lexiane_dagster.domain.digest import digest_of_json, digest_of_text
from lexiane_dagster.domain.merkle import merkle_root
from lexiane_dagster.domain.snapshot import ChunksSnapshot, EmbeddingsSnapshot
from lexiane_dagster.domain.version import vector_leaf
from lexiane_dagster.ports.embedder import Embedder
from lexiane_dagster.ports.progress import Progress

STAGE_MEMO = "embeddings-of/v1"
# What a kill can cost at most, in texts; each batch becomes one segment of the archive.
BATCH = 512


@dataclass(frozen=True, slots=True)
class Embedded:
    """`embedded` counts the distinct texts that had to be embedded now, `reused` all other chunks."""

    snapshot: EmbeddingsSnapshot
    embedded: int
    reused: int


def embed(handle: str, embedder: Embedder, backends: Backends, progress: Progress) -> Embedded:
    """Embed the chunks of the snapshot named by `handle`."""
    identity = embedder.identity
    stage = digest_of_json({"chunks": handle, "embedder": identity.digest})
    source = load_snapshot(backends.objects, handle, ChunksSnapshot)
    if known := _remembered(stage, handle, backends):
        return Embedded(known, 0, source.chunk_count)
    chunks = backends.tables.chunks(source.chunks)
    require_whole("chunks", source.chunks, backends)
    texts = {digest_of_text(text): text for text in (item.indexed_text for item in chunks)}
    archive = dict(backends.archive.find(identity.digest, list(texts)))
    missing = [digest for digest in texts if digest not in archive]
    with progress.stage("embeddings", len(missing)) as advance:
        for start in range(0, len(missing), BATCH):
            batch = missing[start : start + BATCH]
            vectors = to_grid(embedder.embed_passages([texts[key] for key in batch], advance))
            backends.archive.add(identity.digest, batch, vectors)
    if missing:
        # Read back what is kept: where another process was first, its vectors are the truth.
        archive.update(backends.archive.find(identity.digest, missing))
    ids = [item.chunk_id for item in chunks]
    keys = [digest_of_text(item.indexed_text) for item in chunks]
    snapshot = _seal(handle, identity.to_json(), ids, keys, archive, backends)
    backends.memo.put_many(STAGE_MEMO, {stage: snapshot.digest.encode()})
    return Embedded(snapshot, len(missing), len(keys) - len(missing))


def missing_texts(texts: Sequence[str], embedder: Embedder, backends: Backends) -> int:
    """How many distinct of `texts` have no vector yet."""
    digests = sorted({digest_of_text(text) for text in texts})
    return len(digests) - len(backends.archive.find(embedder.identity.digest, digests))


def _remembered(stage: str, handle: str, backends: Backends) -> EmbeddingsSnapshot | None:
    digest = backends.memo.get_many(STAGE_MEMO, [stage]).get(stage)
    if digest is None or not is_preserved(backends.objects, digest.decode()):
        return None
    snapshot = load_snapshot(backends.objects, digest.decode(), EmbeddingsSnapshot)
    # The memo is not to be trusted with which chunks these are the vectors of.
    ours = snapshot.source == handle and backends.tables.holds("vectors", snapshot.vectors)
    return snapshot if ours else None


def _seal(
    handle: str,
    identity: Mapping[str, Json],
    ids: Sequence[str],
    keys: Sequence[str],
    archive: Mapping[str, NDArray[np.int16]],
    backends: Backends,
) -> EmbeddingsSnapshot:
    root = merkle_root(
        vector_leaf(chunk_id, archive[key].tobytes())
        for chunk_id, key in zip(ids, keys, strict=True)
    )
    if not backends.tables.holds("vectors", root):
        backends.tables.put_vectors(root, ids, np.stack([archive[key] for key in keys]))
    require_whole("vectors", root, backends)
    snapshot = EmbeddingsSnapshot(handle, root, identity)
    preserve_json(backends.objects, snapshot.to_json())
    return snapshot
