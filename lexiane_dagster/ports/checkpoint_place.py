"""A second place that remembers checkpoints, so that a roll-back of everything here is noticed."""

from typing import Protocol


class CheckpointPlace(Protocol):
    """Signed checkpoints, kept where whoever can change the ledger cannot change them.

    `name` is safe to show. `newest` is the note over most leaves that the place holds; None where it
    holds none, or can only be written to. `push` MUST be durable when it returns; it never replaces
    another note over as many leaves (`IntegrityError`), and a place that remembers more leaves than
    `size` keeps them. Both raise `UnavailableError` when the place cannot be reached or refuses.
    """

    @property
    def name(self) -> str: ...

    def newest(self) -> str | None: ...

    def push(self, size: int, note: str) -> None: ...
