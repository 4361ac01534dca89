"""What exists and what serves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from lexiane_dagster.domain.canonical import Json


@dataclass(frozen=True, slots=True)
class VersionEntry:
    """One index version. `provenance` says how it was made; it is no part of the name."""

    version: str
    corpus: str
    created: str
    documents: int
    chunks: int
    provenance: Json


class Catalog(Protocol):
    """Versions and releases, in one database.

    `add_version` of a known version changes nothing: `created` and `provenance` are those of the
    first run that made it. `move_release` is atomic and returns False when the release points there
    already. Readers see a release's old version or its new one, never neither. `versions` are
    newest first. Every method raises `UnavailableError` when the database cannot be used.
    """

    def add_version(self, entry: VersionEntry) -> bool: ...

    def version(self, version: str) -> VersionEntry: ...

    def versions(self, corpus: str) -> Sequence[VersionEntry]: ...

    def corpora(self) -> Sequence[str]: ...

    def matching(self, prefix: str, corpus: str | None) -> Sequence[str]: ...

    def release(self, corpus: str, name: str) -> str | None: ...

    def releases(self, corpus: str) -> dict[str, str]: ...

    def move_release(self, corpus: str, name: str, version: str, at: str) -> bool: ...
