"""Results that can be computed again."""

from collections.abc import Iterable, Mapping
from typing import Protocol


class Memo(Protocol):
    """A cache of computed values by (namespace, key). May be deleted at any time.

    Values are whatever a pure function returned for that key, so two writers can only write the
    same value; the first stays. A batch is written whole or not at all. `get_many` leaves out what
    it does not know.
    """

    def get_many(self, namespace: str, keys: Iterable[str]) -> dict[str, bytes]: ...

    def put_many(self, namespace: str, values: Mapping[str, bytes]) -> None: ...
