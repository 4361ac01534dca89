"""What exists and what serves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from lexiane_dagster.domain.canonical import Json
from lexiane_dagster.domain.ledger.entry import Event
from lexiane_dagster.ports.ledger import Appended


@dataclass(frozen=True, slots=True)
class NewVersion:
    """One index version. `provenance` says how it was made; it is no part of the name."""

    version: str
    corpus: str
    documents: int
    chunks: int
    provenance: Json


@dataclass(frozen=True, slots=True)
class VersionEntry(NewVersion):
    """A version that the catalog holds. `created` is the time of its first leaf in the ledger."""

    created: str


class Catalog(Protocol):
    """Versions and releases, in one database with the ledger.

    `add_version` appends `event` to the ledger in the same transaction. A known version keeps its
    row: `created` and `provenance` are those of the first run that made it; the leaf is added all the
    same. `move_release` is atomic too; it returns False, and adds no leaf, when the release points
    there already. Readers see a release's old version or its new one, never neither. `versions` are
    newest first. `remove_versions` (full names) appends `events` in the transaction that removes the
    rows, and raises `UnavailableError`, changing nothing, where a release points at one of them or an
    answer on one of them has fields left. Every method raises `UnavailableError` when the database
    cannot be used.
    """

    def add_version(self, new: NewVersion, event: Event) -> bool: ...

    def version(self, version: str) -> VersionEntry: ...

    def versions(self, corpus: str) -> Sequence[VersionEntry]: ...

    def corpora(self) -> Sequence[str]: ...

    def matching(self, prefix: str, corpus: str | None) -> Sequence[str]: ...

    def release(self, corpus: str, name: str) -> str | None: ...

    def releases(self, corpus: str) -> dict[str, str]: ...

    def remove_versions(self, names: Sequence[str], events: Sequence[Event]) -> Appended: ...

    def move_release(self, corpus: str, name: str, version: str, event: Event) -> bool: ...
