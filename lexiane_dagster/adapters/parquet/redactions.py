"""Redactions of tables as canonical JSON objects, named by the table's root and their own digest."""

import json
from collections.abc import Sequence

from lexiane_dagster.domain.canonical import canonical_bytes
from lexiane_dagster.domain.digest import digest_of_bytes
from lexiane_dagster.domain.errors import IntegrityError, NotFoundError
from lexiane_dagster.domain.redaction import Redaction
from lexiane_dagster.ports.object_store import ObjectStore


class Redactions:
    """The redactions of an object store."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def put(self, redaction: Redaction) -> None:
        self._store.put(_key(redaction), canonical_bytes(redaction.to_json()))

    def of(self, kind: str, root: str) -> Sequence[Redaction]:
        """Each one, the largest first."""
        found: list[Redaction] = []
        for key in self.keys(kind, root):
            try:
                found.append(self._get(key, kind, root))
            except NotFoundError:
                # An erasure put one that holds all of it in its place.
                continue
        return sorted(found, key=lambda item: (-len(item.erased), item.digest))

    def whole(self, kind: str, root: str) -> Redaction | None:
        """All of them together."""
        found = self.of(kind, root)
        if len(found) < 2:
            return found[0] if found else None
        erased = {item for each in found for item in each.erased}
        return Redaction(kind, root, found[0].leaves, tuple(sorted(erased)))

    def keep_only(self, redaction: Redaction) -> None:
        """Delete the redactions that `redaction`, which is stored, holds all of."""
        kept, erased = _key(redaction), set(redaction.erased)
        for key in self.keys(redaction.kind, redaction.root):
            if key != kept and erased.issuperset(
                self._get(key, redaction.kind, redaction.root).erased
            ):
                self._store.delete(key)

    def keys(self, kind: str, root: str) -> list[str]:
        prefix = _prefix(kind, root)
        folder = prefix.rsplit("/", 1)[0] + "/"
        return [key for key in self._store.keys(folder) if key.startswith(prefix)]

    def _get(self, key: str, kind: str, root: str) -> Redaction:
        data = self._store.get(key)
        try:
            found = Redaction.from_json(json.loads(data))
        except (ValueError, AttributeError) as error:
            raise _damaged(key, str(error)) from error
        if _key(found) != key or (found.kind, found.root) != (kind, root):
            raise _damaged(key, "its bytes have another digest")
        return found


def _key(redaction: Redaction) -> str:
    digest = digest_of_bytes(canonical_bytes(redaction.to_json()))
    return f"{_prefix(redaction.kind, redaction.root)}{digest}.json"


def _prefix(kind: str, root: str) -> str:
    return f"redactions/{kind}/{root[:2]}/{root}-"


def _damaged(key: str, detail: str) -> IntegrityError:
    return IntegrityError(
        f"stored redaction {key} is damaged: {detail}",
        remedy="restore this file from the store's back-up",
    )
