"""Results that can be computed again."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol


class Memo(Protocol):
    """A cache of computed values by (namespace, key). May be deleted at any time.

    Values are whatever a pure function returned for that key, so two writers can only write the
    same value; the first stays. A batch is written whole or not at all. `get_many` leaves out what
    it does not know. `clear` forgets everything, so that the bytes can no longer be read from its files;
    it raises `UnavailableError` where another process keeps it from that.
    """

    def get_many(self, namespace: str, keys: Iterable[str]) -> dict[str, bytes]: ...

    def put_many(self, namespace: str, values: Mapping[str, bytes]) -> None: ...

    def items(self, namespace: str) -> Iterator[tuple[str, bytes]]:
        """All of a namespace, in the order of the keys."""
        ...

    def clear(self) -> None: ...
