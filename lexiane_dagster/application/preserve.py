"""Bytes kept under their own digest, and snapshots kept as canonical JSON."""

import json
from collections.abc import Mapping
from typing import Protocol, TypeVar

from lexiane_dagster.domain.canonical import Json, canonical_bytes
from lexiane_dagster.domain.digest import digest_of_bytes
from lexiane_dagster.domain.errors import IntegrityError
from lexiane_dagster.ports.object_store import ObjectStore

Loaded = TypeVar("Loaded", covariant=True)


class Loads(Protocol[Loaded]):
    """A snapshot class: makes itself from JSON."""

    def from_json(self, value: Mapping[str, Json]) -> Loaded: ...


def object_key(digest: str) -> str:
    return f"objects/{digest[:2]}/{digest}"


def preserve(objects: ObjectStore, data: bytes) -> str:
    """Keep `data` for ever; returns its digest."""
    digest = digest_of_bytes(data)
    objects.put(object_key(digest), data)
    return digest


def preserved(objects: ObjectStore, digest: str) -> bytes:
    """The bytes named by `digest`.

    Raises:
        NotFoundError: they are not in the store.
        IntegrityError: what is in the store has another digest.
    """
    data = objects.get(object_key(digest))
    if digest_of_bytes(data) != digest:
        raise IntegrityError(
            f"stored object {object_key(digest)} is damaged: its bytes have another digest",
            remedy="restore this file from the store's back-up",
        )
    return data


def is_preserved(objects: ObjectStore, digest: str) -> bool:
    return objects.exists(object_key(digest))


def preserve_json(objects: ObjectStore, value: Json) -> str:
    return preserve(objects, canonical_bytes(value))


def load_snapshot(objects: ObjectStore, digest: str, kind: Loads[Loaded]) -> Loaded:
    """The snapshot that a handle names."""
    return kind.from_json(json.loads(preserved(objects, digest)))
