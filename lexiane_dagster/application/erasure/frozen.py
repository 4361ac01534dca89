"""Frozen lexical statistics in the store: `statistics/<version>-<digest of the object>.json`."""

import json

from lexiane_dagster.domain.canonical import canonical_bytes
from lexiane_dagster.domain.digest import digest_of_bytes
from lexiane_dagster.domain.errors import IntegrityError, NotFoundError
from lexiane_dagster.domain.frozen import FrozenTerms
from lexiane_dagster.domain.version import Manifest
from lexiane_dagster.ports.object_store import ObjectStore

FOLDER = "statistics/"


def frozen_terms(
    manifest: Manifest, objects: ObjectStore, erased: str | None = None
) -> FrozenTerms | None:
    """The statistics of a version that lost the chunks of the redaction `erased` (its digest), or, where
    that is not said, those with the fewest terms in clear; None: there are none.

    Raises:
        IntegrityError: what is stored is not what the manifest binds; the message names it.
    """
    found = []
    for key in frozen_keys(manifest.digest, objects):
        try:
            found.append(_load(key, manifest, objects))
        except NotFoundError:
            # A newer one took its place.
            continue
    wanted = [item for item in found if erased in (None, item.erased)]
    return min(wanted, key=lambda item: len(item.terms), default=None)


def keep_frozen(version: str, frozen: FrozenTerms, objects: ObjectStore) -> None:
    """Keep the statistics of a version durably."""
    objects.put(_key(version, frozen), canonical_bytes(frozen.to_json()))


def keep_only(version: str, frozen: FrozenTerms | None, objects: ObjectStore) -> None:
    """Delete all statistics of a version but `frozen`: others show more terms."""
    kept = _key(version, frozen) if frozen else None
    for key in frozen_keys(version, objects):
        if key != kept:
            objects.delete(key)


def frozen_keys(version: str, objects: ObjectStore) -> list[str]:
    return [key for key in objects.keys(FOLDER) if key.startswith(f"{FOLDER}{version}-")]


def _key(version: str, frozen: FrozenTerms) -> str:
    return f"{FOLDER}{version}-{digest_of_bytes(canonical_bytes(frozen.to_json()))}.json"


def _load(key: str, manifest: Manifest, objects: ObjectStore) -> FrozenTerms:
    data = objects.get(key)
    intact = digest_of_bytes(data) == key.rsplit("-", 1)[1].removesuffix(".json")
    try:
        found = FrozenTerms.from_json(json.loads(data)) if intact else None
    except (ValueError, AttributeError):
        found = None
    if found is None or found.statistics != manifest.lexical:
        raise IntegrityError(
            f"the stored statistics {key} are not those of the version",
            remedy="restore this file from the store's back-up",
        )
    return found
