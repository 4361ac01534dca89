"""Which tables belong together: those of versions, and those of builds that never became one."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lexiane_dagster.application.backends import Backends
from lexiane_dagster.application.build_index import load_manifest
from lexiane_dagster.domain.digest import digest_of_bytes
from lexiane_dagster.domain.redaction import KINDS
from lexiane_dagster.domain.version import Manifest, full_name
from lexiane_dagster.ports.progress import Progress

# Snapshots are shorter: a documents or chunks snapshot has some 300 bytes, one of embeddings names the
# files of a model.
_SNAPSHOT_LIMIT = 64 * 1024
_SNAPSHOTS = ("lexiane/documents/v1", "lexiane/chunks/v1", "lexiane/embeddings/v1")


@dataclass(frozen=True, slots=True)
class Holding:
    """Tables of one corpus, by root; `manifest` is None for a build that did not end in a version."""

    corpus: str
    documents: str
    waived: str
    chunks: str | None = None
    vectors: str | None = None
    manifest: Manifest | None = None

    @property
    def name(self) -> str:
        """Full name of the version, or what stands for it."""
        if self.manifest is None:
            return f"an unfinished build of {self.corpus}"
        return full_name(self.corpus, self.manifest.digest)

    @property
    def tables(self) -> frozenset[tuple[str, str]]:
        """(kind, root) of each."""
        roots = (self.documents, self.waived, self.chunks, self.vectors)
        return frozenset((kind, root) for kind, root in zip(KINDS, roots, strict=True) if root)


def version_holdings(backends: Backends) -> list[Holding]:
    """One for each manifest in the store."""
    found = []
    for key in backends.objects.keys("versions/"):
        digest = key.removeprefix("versions/").removesuffix(".json")
        manifest = load_manifest(backends.objects, digest)
        found.append(
            Holding(
                manifest.corpus,
                manifest.documents,
                manifest.waived,
                manifest.chunks,
                manifest.vectors,
                manifest,
            )
        )
    return found


def all_holdings(backends: Backends, progress: Progress) -> list[Holding]:
    """Versions, and unfinished builds where the store holds tables of some."""
    versions = version_holdings(backends)
    if not unlinked(versions, backends):
        return versions
    return [*versions, *_unfinished(backends, progress)]


def unlinked(holdings: Iterable[Holding], backends: Backends) -> set[tuple[str, str]]:
    """(kind, root) of the tables that belong to none of `holdings`."""
    known = {table for holding in holdings for table in holding.tables}
    return {(kind, root) for kind in KINDS for root in backends.tables.roots(kind)} - known


def _unfinished(backends: Backends, progress: Progress) -> list[Holding]:
    """What the snapshots in the store say: the way from documents to vectors, as far as builds got."""
    found = snapshots(backends, progress)
    documents, chunks, embeddings = (found[name] for name in _SNAPSHOTS)
    cut = {each["source"] for each in chunks.values()}
    embedded = {each["source"] for each in embeddings.values()}
    ends = [
        *((chunks[each["source"]], each["vectors"]) for each in embeddings.values()
          if each["source"] in chunks),
        *((each, None) for key, each in chunks.items() if key not in embedded),
    ]  # fmt: skip
    return [
        *(
            Holding(
                source["corpus"], source["documents"], source["waived"], each["chunks"], vectors
            )
            for each, vectors in ends
            for source in [documents.get(each["source"])]
            if source is not None
        ),
        *(
            Holding(each["corpus"], each["documents"], each["waived"])
            for key, each in documents.items()
            if key not in cut
        ),
    ]


def snapshots(
    backends: Backends, progress: Progress, skip: Collection[str] = ()
) -> Mapping[str, dict[str, Any]]:
    """Snapshots by format, then by digest, among the objects that are not in `skip` (keys)."""
    found: dict[str, dict[str, Any]] = {name: {} for name in _SNAPSHOTS}
    keys = [key for key in backends.objects.keys("objects/") if key not in skip]
    with progress.stage("objects", len(keys)) as advance:
        for key in keys:
            advance(1)
            data = backends.objects.get(key)
            if len(data) > _SNAPSHOT_LIMIT or not data.startswith(b"{"):
                continue
            try:
                value = json.loads(data)
            except ValueError:
                continue
            kind = value.get("format") if isinstance(value, dict) else None
            if kind in found and key.endswith(digest_of_bytes(data)):
                found[kind][digest_of_bytes(data)] = value
    return found
