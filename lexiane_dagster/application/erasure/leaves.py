"""Erasure leaves: what the ledger is told of an erasure (docs/erasure.md, section 4)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lexiane_dagster.domain.canonical import Json, canonical_bytes
from lexiane_dagster.domain.ledger.entry import ENTRY_LIMIT, ERASURE, Event
from lexiane_dagster.domain.ledger.erasures import EVERY, coverage
from lexiane_dagster.domain.redaction import Redaction

REASON = "reason"
# Of the bytes of an entry, those that are no items: type, time, key names, a commitment.
_FRAME = 1024


@dataclass(frozen=True, slots=True)
class LostFields:
    """Fields of one leaf that are to go: `paths` are those that are there, `whole` means all that the
    leaf ever had."""

    entry: int
    paths: tuple[str, ...]
    whole: bool

    @property
    def covers(self) -> Json:
        return coverage(self.entry, [EVERY] if self.whole else self.paths)


def erasure_events(
    kind: str,
    fields: Iterable[LostFields] = (),
    tables: Iterable[Redaction] = (),
    versions: Iterable[str] = (),
    reason: str | None = None,
) -> list[Event]:
    """The events of one erasure, as few as the size of an entry allows."""
    told = {REASON: canonical_bytes(reason)} if reason else {}
    items = [
        *(("covers", item.covers) for item in fields),
        *(("tables", item.authorisation()) for item in tables),
        *(("versions", version) for version in versions),
    ]
    return [Event(ERASURE, {"kind": kind, **body}, told) for body in _bodies(items)]


def covered(fields: Iterable[LostFields]) -> Mapping[int, Sequence[str]]:
    """The argument of `Ledger.erase`."""
    found: dict[int, list[str]] = defaultdict(list)
    for item in fields:
        found[item.entry].extend(path for path in item.paths if path not in found[item.entry])
    return found


def _bodies(items: Iterable[tuple[str, Json]]) -> Iterator[dict[str, Json]]:
    body: dict[str, list[Json]] = {}
    size = 0
    for key, item in items:
        needed = len(canonical_bytes(item)) + 1
        if body and size + needed > ENTRY_LIMIT - _FRAME:
            yield dict(body)
            body, size = {}, 0
        body.setdefault(key, []).append(item)
        size += needed
    if body:
        yield dict(body)
