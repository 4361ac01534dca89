"""What the database really holds: every row, whether it makes sense or not."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from lexiane_dagster.ports.ledger import Field, LedgerKey, StoredEntry


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A row of the versions. `provenance` are the bytes of its JSON, as they are stored."""

    version: str
    corpus: str
    created: str
    documents: int
    chunks: int
    provenance: bytes


@dataclass(frozen=True, slots=True)
class StoredRelease:
    """A row of the releases: `name` of `corpus` points at the digest `version` since `moved`."""

    corpus: str
    name: str
    version: str
    moved: str


class Rows(Protocol):
    """One state of the database. Nothing that it gives was checked; text that is not UTF-8 comes with
    its bytes spelled out (`\\xff`). Rows come in the order of their keys and are read in batches.
    Every method raises `UnavailableError` where the database's files cannot be read any further.
    """

    def damage(self) -> Sequence[str]:
        """What the database itself finds wrong with its files and its tables, a line each."""
        ...

    def size(self) -> int:
        """One more than the largest index of a leaf."""
        ...

    def leaves(self, start: int = 0) -> Iterator[StoredEntry]: ...

    def leaves_of(self, kind: str, stop: int) -> Iterator[StoredEntry]:
        """Those below `stop` whose column `type` says `kind`."""
        ...

    def nodes(self, level: int, start: int, stop: int) -> Iterator[tuple[int, bytes]]:
        """(position, hash) of the stored nodes of a level, from `start` to before `stop`."""
        ...

    def stray_nodes(self, size: int) -> Iterator[tuple[int, int]]:
        """(level, position) of the nodes that a tree of `size` leaves does not have."""
        ...

    def fields(self, start: int = 0) -> Iterator[tuple[int, str, Field]]:
        """(leaf, path, field), by leaf."""
        ...

    def fields_of(self, leaf: int) -> dict[str, Field]: ...

    def checkpoints(self, start: int = 0) -> Iterator[tuple[int, str]]: ...

    def ledger_keys(self) -> Iterator[LedgerKey]: ...

    def versions(self) -> Iterator[StoredVersion]: ...

    def releases(self) -> Iterator[StoredRelease]: ...


class Audit(Protocol):
    """Access to the whole database for whoever verifies it. Writers go on meanwhile."""

    def snapshot(self) -> AbstractContextManager[Rows]: ...
