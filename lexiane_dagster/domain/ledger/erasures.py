"""What may be missing: the fields that erasure leaves cover (docs/formats/ledger-v1.md, section 5)."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from lexiane_dagster.domain.canonical import Json
from lexiane_dagster.domain.ledger.entry import ERASURE, Entry

EVERY: Final = "*"


class Erasures:
    """The coverage of the erasure leaves of a ledger, given with their indexes.

    A leaf covers older ones only: nobody erases what is not there yet. `ahead` are the pairs (index
    of the erasure leaf, leaf that it claims) where one says otherwise; they cover nothing.
    """

    def __init__(self, entries: Iterable[tuple[int, Entry]]) -> None:
        self._covered: dict[int, set[str]] = {}
        self.ahead: list[tuple[int, int]] = []
        for index, entry in entries:
            if entry.type == ERASURE:
                covers: Any = entry.body.get("covers", ())
                for item in covers:
                    if 0 <= item["entry"] < index:
                        self._covered.setdefault(item["entry"], set()).update(item["paths"])
                    else:
                        self.ahead.append((index, item["entry"]))

    def covers(self, index: int, path: str) -> bool:
        """True when the field `path` of the leaf `index` was erased by an event of the ledger."""
        paths = self._covered.get(index, set())
        return path in paths or EVERY in paths

    @property
    def entries(self) -> frozenset[int]:
        """The leaves that lost at least one field."""
        return frozenset(self._covered)


def coverage(index: int, paths: Sequence[str]) -> Json:
    """One item of `covers` in the body of an erasure leaf."""
    return {"entry": index, "paths": list(paths)}
