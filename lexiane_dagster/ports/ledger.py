"""The append-only log of events, and the erasable values that its leaves commit to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from lexiane_dagster.domain.ledger.checkpoint import SignedCheckpoint
from lexiane_dagster.domain.ledger.entry import Entry, Event
from lexiane_dagster.ports.keyring import Signer


@dataclass(frozen=True, slots=True)
class Field:
    """A value that a leaf commits to (canonical bytes), with the opening of the commitment."""

    opening: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """A leaf as it is stored. `type`, `corpus`, `version` repeat what `data` says, for searching."""

    index: int
    data: bytes
    type: str
    corpus: str | None
    version: str | None

    @property
    def entry(self) -> Entry:
        """Raises ValueError where `data` is no entry."""
        return Entry.from_bytes(self.data)


@dataclass(frozen=True, slots=True)
class LedgerKey:
    """A key that signs from the leaf `index` on, until the next one does."""

    index: int
    origin: str
    public_key: bytes


@dataclass(frozen=True, slots=True)
class Appended:
    """What an append did: the index of each event, and the checkpoint that covers them."""

    indexes: tuple[int, ...]
    at: str
    head: SignedCheckpoint


class Ledger(Protocol):
    """Leaves, their tree, their checkpoints and their fields, in one database.

    `append` MUST be one transaction: all leaves, all fields and the checkpoint that covers them are
    there, or none; appends of any number of processes are serialised, and leaves are numbered from 0
    without a gap. The first append to an empty ledger creates a key and makes its leaf 0. `at` is
    taken inside the transaction. `erase` appends `events` and removes the fields `covered` (index to
    paths) in the same transaction, so that their bytes can no longer be read from the database's
    files; where a crash or a reader comes in between, `forget_erased` finishes that, and does nothing
    where nothing is due. `rotate` makes a new key the current one: its leaf is covered by a checkpoint
    that both keys sign; afterwards the private half of the old one is removed. `retire_keys` does that
    last step again, for a rotation that was interrupted; it touches no key that the ledger never
    named. Nothing else ever changes or removes a row.

    `node` is the hash of a complete subtree (domain.proofs). Every method raises `UnavailableError`
    when the database cannot be used, `entry` and `checkpoint` `NotFoundError` where there is none.
    """

    def append(self, events: Sequence[Event]) -> Appended: ...

    def erase(self, events: Sequence[Event], covered: Mapping[int, Sequence[str]]) -> Appended: ...

    def forget_erased(self) -> None: ...

    def rotate(self) -> Appended: ...

    def retire_keys(self) -> None: ...

    def signer(self) -> Signer:
        """The current key; made, with its leaf, where the ledger is empty."""
        ...

    def keys(self) -> Sequence[LedgerKey]:
        """Every key that was ever valid, oldest first."""
        ...

    def size(self) -> int: ...

    def entry(self, index: int) -> StoredEntry: ...

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[StoredEntry]:
        """In order of their index, read in batches."""
        ...

    def find(
        self, kind: str, corpus: str | None = None, version: str | None = None
    ) -> Sequence[int]:
        """Indexes of the leaves of a type, oldest first. `version` is a full name."""
        ...

    def fields(self, indexes: Sequence[int]) -> Mapping[int, Mapping[str, Field]]:
        """The fields that are left of each of `indexes`, by path."""
        ...

    def fields_at(self, path: str) -> Iterator[tuple[int, str, Field]]:
        """Every field that is left at `path`, or below it (`ranking` gives `ranking/000`, …)."""
        ...

    def node(self, level: int, index: int) -> bytes: ...

    def checkpoint(self, size: int | None = None) -> SignedCheckpoint:
        """The checkpoint over `size` leaves, or the newest."""
        ...

    def checkpoints(self, start: int = 0) -> Iterator[tuple[int, str]]:
        """(size, signed note) of every stored checkpoint with a size of `start` or more, in order."""
        ...
