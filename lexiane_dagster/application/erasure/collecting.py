"""How builds and the removal of objects keep out of each other's way, without a lock.

Whoever removes objects first says which ones (`collecting/…`), then looks at what is needed, then
removes. Whoever makes a version first writes its manifest, then looks at what is being removed. So
one of the two always sees the other: the remover keeps the objects, or the build fails and names
the reason (docs/erasure.md, section 6).
"""

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from lexiane_dagster.domain.canonical import canonical_bytes
from lexiane_dagster.domain.digest import digest_of_bytes
from lexiane_dagster.domain.errors import NotFoundError, UnavailableError
from lexiane_dagster.ports.object_store import ObjectStore

FOLDER = "collecting/"


@contextmanager
def collecting(keys: Collection[str], objects: ObjectStore) -> Iterator[None]:
    """Say that `keys` are being removed. What a killed process said stays until the next removal ends."""
    if not keys:
        yield
        return
    said = canonical_bytes({"format": "lexiane/collecting/v1", "keys": sorted(keys)})
    objects.put(f"{FOLDER}{digest_of_bytes(said)}.json", said)
    yield
    for key in list(objects.keys(FOLDER)):
        objects.delete(key)


def refuse_collected(keys: Collection[str], objects: ObjectStore) -> None:
    """Refuse a version that needs `keys`, where one of them is missing or being removed.

    Raises:
        UnavailableError: one is.
    """
    doomed: set[str] = set()
    for key in list(objects.keys(FOLDER)):
        try:
            doomed.update(json.loads(objects.get(key))["keys"])
        except NotFoundError:
            continue
    for key in keys:
        if key in doomed or not objects.exists(key):
            raise collected_meanwhile(f"object {key} is gone or going")


def collected_meanwhile(detail: str) -> UnavailableError:
    """The refusal of a version that lost what it needs before it was listed."""
    return UnavailableError(
        f"{detail}: it was erased or collected while the version was being built",
        remedy="build again; where it stays so, run the interrupted `lexiane erase` or "
        "`lexiane retention` again first",
    )
