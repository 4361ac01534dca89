"""The step over the memo: what it remembers of the stages of a build.

Which text came of which bytes, and which passages of which text, cannot be told without extracting and
cutting again: docs/security/threat-model.md says what that leaves open.
"""

import json
from collections.abc import Iterator, Mapping, Sequence

from lexiane_dagster.application import build_index, chunk, embed, ingest
from lexiane_dagster.application.verification.findings import Findings
from lexiane_dagster.application.verification.objects import Snapshot
from lexiane_dagster.domain.digest import digest_of_json, is_digest
from lexiane_dagster.domain.report import Step
from lexiane_dagster.domain.snapshot import ChunksSnapshot, DocumentsSnapshot, EmbeddingsSnapshot
from lexiane_dagster.domain.version import Manifest
from lexiane_dagster.ports.memo import Memo

SHOWN = 12


def check_memo(
    memo: Memo, manifests: Sequence[Manifest], snapshots: Mapping[str, Snapshot]
) -> Step:
    """Where what the memo names is still there, it stands under the key that belongs to it, as far as
    that can be derived. What is gone is not believed by a build either."""
    found = Findings("memo")
    with found.item("the memo"):
        _check_versions(found, memo, manifests, snapshots)
        for key, value in _remembered(found, memo, embed.STAGE_MEMO):
            named = snapshots.get(value.decode())
            if named is not None and not (
                isinstance(named, EmbeddingsSnapshot) and embeddings_key(named) == key
            ):
                found.problem(f"{embed.STAGE_MEMO} {key[:SHOWN]} names embeddings of other chunks")
        for key, value in _remembered(found, memo, chunk.STAGE_MEMO):
            if not isinstance(snapshots.get(value.decode()), ChunksSnapshot | None):
                found.problem(f"{chunk.STAGE_MEMO} {key[:SHOWN]} names something else than chunks")
        for key, value in _remembered(found, memo, ingest.MEMO):
            with found.item(f"{ingest.MEMO} {key[:SHOWN]}"):
                _require_extraction(value)
        for key, value in _remembered(found, memo, chunk.MEMO):
            with found.item(f"{chunk.MEMO} {key[:SHOWN]}"):
                _require_passages(value)
    return found.step()


def _remembered(found: Findings, memo: Memo, namespace: str) -> Iterator[tuple[str, bytes]]:
    for key, value in memo.items(namespace):
        found.checked += 1
        yield key, value


def _check_versions(
    found: Findings,
    memo: Memo,
    manifests: Sequence[Manifest],
    snapshots: Mapping[str, Snapshot],
) -> None:
    """A build believes that an embeddings snapshot gave a version: here both must hold the same."""
    known = {manifest.digest: manifest for manifest in manifests}
    embeddings = {
        digest: item for digest, item in snapshots.items() if isinstance(item, EmbeddingsSnapshot)
    }
    for key, value in _remembered(found, memo, build_index.STAGE_MEMO):
        manifest = known.get(value.decode())
        if manifest is None:
            continue
        found.require(
            any(
                version_key(digest, manifest) == key and _made(manifest, item, snapshots)
                for digest, item in embeddings.items()
            ),
            f"{build_index.STAGE_MEMO} {key[:SHOWN]} names version {manifest.digest[:SHOWN]}, which "
            "other embeddings gave",
        )


def _made(
    manifest: Manifest, embedded: EmbeddingsSnapshot, snapshots: Mapping[str, Snapshot]
) -> bool:
    chunked = snapshots.get(embedded.source)
    if not isinstance(chunked, ChunksSnapshot):
        return False
    source = snapshots.get(chunked.source)
    return isinstance(source, DocumentsSnapshot) and (
        manifest.corpus,
        manifest.documents,
        manifest.waived,
        manifest.chunks,
        manifest.vectors,
    ) == (source.corpus, source.documents, source.waived, chunked.chunks, embedded.vectors)


def version_key(embeddings: str, manifest: Manifest) -> str:
    """The key under which a build remembers the version of an embeddings snapshot."""
    return digest_of_json(
        {
            "embeddings": embeddings,
            "analysis": manifest.analysis.to_json(),
            "retrieval": manifest.retrieval.to_json(),
        }
    )


def embeddings_key(snapshot: EmbeddingsSnapshot) -> str:
    """The key under which a build remembers the embeddings of a chunks snapshot."""
    return digest_of_json(
        {"chunks": snapshot.source, "embedder": digest_of_json(snapshot.embedder)}
    )


def _require_extraction(value: bytes) -> None:
    extraction = json.loads(value)
    if not is_digest(extraction["text"]) or not extraction["length"] > 0:
        raise ValueError("not an extraction")


def _require_passages(value: bytes) -> None:
    if any(not 0 <= start < end for start, end, _ in json.loads(value)):
        raise ValueError("not passages of a text")
