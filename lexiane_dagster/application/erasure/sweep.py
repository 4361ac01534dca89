"""What the store holds that nothing needs: of collected versions, and of builds that never ended."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from lexiane_dagster.application.backends import Backends
from lexiane_dagster.application.build_index import manifest_key, needed_keys
from lexiane_dagster.application.erasure.frozen import frozen_keys
from lexiane_dagster.application.erasure.holdings import Holding, snapshots, version_holdings
from lexiane_dagster.application.preserve import object_key
from lexiane_dagster.domain.digest import digest_of_text
from lexiane_dagster.domain.errors import NotFoundError
from lexiane_dagster.domain.redaction import KINDS
from lexiane_dagster.domain.retention import older_than
from lexiane_dagster.ports.object_store import ON_THE_WAY
from lexiane_dagster.ports.progress import Progress

# What a build of today may be about to need is left alone.
ORPHAN_DAYS = 1
# The keys of snapshots that say whose they are; an empty table of waived documents is everybody's.
_NAMING = ("documents", "chunks", "vectors")
_SWEPT = ("objects/", *(f"{kind}/" for kind in KINDS), "redactions/", "statistics/", "versions/")


@dataclass(frozen=True, slots=True)
class Leftovers:
    """Keys that nothing needs, manifests last, the digests of texts whose vectors nothing needs, and
    the digests of the versions that both belonged to."""

    keys: tuple[str, ...] = ()
    texts: frozenset[str] = frozenset()
    versions: frozenset[str] = frozenset()


def leftovers(collected: Iterable[str], backends: Backends, progress: Progress) -> Leftovers:
    """What can go once the versions `collected` (full names) are not needed any more.

    Everything else that nothing needs goes as well when it was written more than a day ago.
    """
    gone = set(collected)
    listed = {
        entry.version
        for corpus in backends.catalog.corpora()
        for entry in backends.catalog.versions(corpus)
    }
    now = backends.clock.now()
    kept: list[Holding] = []
    lost: list[Holding] = []
    for holding in version_holdings(backends):
        (lost if _is_lost(holding, gone, listed, now, backends) else kept).append(holding)
    needed = _needed(kept, backends, progress)
    certain = {key for holding in lost for key in _keys_of(holding, backends)}
    keys = [
        key
        for prefix in _SWEPT
        for key in backends.objects.keys(prefix)
        if key not in needed and (key in certain or _is_old(key, now, backends))
    ]
    gone_for_good = frozenset(each.name.partition("@")[2] for each in lost)
    return Leftovers(tuple(keys), _texts(lost, kept, backends), gone_for_good)


def sweep_unnamed(backends: Backends) -> None:
    """Remove what killed processes left on its way into the store, a day ago or earlier."""
    now = backends.clock.now()
    for key in list(backends.objects.keys(ON_THE_WAY)):
        if _is_old(key, now, backends):
            backends.objects.delete(key)


def still_needed(lost: Collection[str], backends: Backends, progress: Progress) -> set[str]:
    """The keys that versions need which are in the store now, those of `lost` (digests) aside."""
    kept = [each for each in version_holdings(backends) if each.name.partition("@")[2] not in lost]
    return _needed(kept, backends, progress)


def _is_lost(
    holding: Holding, gone: set[str], listed: set[str], now: str, backends: Backends
) -> bool:
    """A version that was collected, or one that a crash kept from being listed, a day ago."""
    digest = holding.name.partition("@")[2]
    if holding.name in gone:
        return True
    return digest not in listed and _is_old(manifest_key(digest), now, backends)


def _is_old(key: str, now: str, backends: Backends) -> bool:
    try:
        return older_than(backends.objects.written(key), ORPHAN_DAYS, now)
    except NotFoundError:
        return False


def _needed(kept: Sequence[Holding], backends: Backends, progress: Progress) -> set[str]:
    """The keys of versions, and of the snapshots that lead to their tables."""
    needed = {key for holding in kept for key in _keys_of(holding, backends)}
    tables = {table for holding in kept for table in holding.tables}
    found = snapshots(backends, progress, skip=needed)
    for kind in found.values():
        needed.update(
            object_key(digest)
            for digest, each in kind.items()
            if any((name, each.get(name)) in tables for name in _NAMING)
        )
    return needed


def _keys_of(holding: Holding, backends: Backends) -> set[str]:
    manifest = holding.manifest
    if manifest is None:
        return set()
    try:
        keys = set(needed_keys(manifest, backends))
    except NotFoundError:
        # A removal that was interrupted took its table of documents already.
        keys = {key for table in holding.tables for key in backends.tables.keys(*table)}
    return {manifest_key(manifest.digest), *keys, *frozen_keys(manifest.digest, backends.objects)}


def _texts(lost: Sequence[Holding], kept: Sequence[Holding], backends: Backends) -> frozenset[str]:
    """Digests of indexed texts that only lost versions hold."""
    wanted = {digest for holding in lost for digest in _indexed(holding, backends)}
    for holding in kept:
        if not wanted:
            break
        wanted -= _indexed(holding, backends)
    return frozenset(wanted)


def _indexed(holding: Holding, backends: Backends) -> set[str]:
    root = holding.chunks
    if root is None or not backends.tables.holds("chunks", root):
        return set()
    return {digest_of_text(row.indexed_text) for row in backends.tables.chunks(root)}
