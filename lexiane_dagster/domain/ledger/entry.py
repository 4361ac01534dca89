"""Entries: the leaves of the ledger (docs/formats/ledger-v1.md, section 2)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from lexiane_dagster.domain.canonical import Json, canonical_bytes
from lexiane_dagster.domain.digest import is_digest
from lexiane_dagster.domain.ledger.commitment import commit

ENTRY_FORMAT: Final = "lexiane/ledger-entry/v1"
# An entry is framed with a uint16 length in a bundle of C2SP tlog-tiles.
ENTRY_LIMIT: Final = 65_535

ANSWER: Final = "answer"
VERSION: Final = "version"
GATE: Final = "gate"
PROMOTION: Final = "promotion"
ERASURE: Final = "erasure"
REPLAY: Final = "replay"
KEY: Final = "key"
TYPES: Final = (ANSWER, VERSION, GATE, PROMOTION, ERASURE, REPLAY, KEY)

# Fields of a list are written `ranking/000`, `ranking/001`, …
ITEM_DIGITS: Final = 3


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, before it has a place in the ledger.

    `body` is public for ever and holds no personal data: version names, counts, verdicts. `fields`
    are canonical bytes by path; the leaf holds commitments to them only, and they can be erased.
    """

    type: str
    body: Mapping[str, Json]
    fields: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """One leaf. `at` is RFC 3339 in UTC; `commitments` are by path."""

    type: str
    at: str
    body: Mapping[str, Json]
    commitments: Mapping[str, str]

    def to_bytes(self) -> bytes:
        """Canonical bytes: what the ledger hashes.

        Raises:
            ValueError: they are longer than an entry may be.
        """
        data = canonical_bytes(
            {
                "format": ENTRY_FORMAT,
                "type": self.type,
                "at": self.at,
                "body": self.body,
                "commitments": self.commitments,
            }
        )
        if len(data) > ENTRY_LIMIT:
            raise ValueError(f"an entry has at most {ENTRY_LIMIT} bytes, this one {len(data)}")
        return data

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises ValueError for anything that `to_bytes` would not have written."""
        try:
            value: Any = json.loads(data)
            typed = isinstance(value["at"], str) and isinstance(value["body"], dict)
            made = cls(value["type"], value["at"], value["body"], value["commitments"])
            known = made.type in TYPES and all(map(is_digest, made.commitments.values()))
            same = typed and known and made.to_bytes() == data
        except (KeyError, AttributeError, TypeError, RecursionError) as error:
            raise ValueError(f"not of the format {ENTRY_FORMAT}: {error}") from error
        if not same:
            raise ValueError(f"not of the format {ENTRY_FORMAT} as this release writes it")
        return made

    @property
    def version(self) -> str | None:
        """Full name (`handbook@3f9c…`) of the version that the entry is about."""
        return _text(self.body.get("version"))

    @property
    def corpus(self) -> str | None:
        return self.version.partition("@")[0] if self.version else _text(self.body.get("corpus"))

    def items(self, path: str) -> int:
        """How many fields of the list `path` the entry was recorded with, erased ones included."""
        return sum(name.startswith(f"{path}/") for name in self.commitments)


def entry_of(event: Event, at: str, openings: Mapping[str, bytes]) -> Entry:
    """The leaf of an event; `openings` has 32 random bytes for each of its fields."""
    commitments = {
        path: commit(openings[path], path, value) for path, value in event.fields.items()
    }
    return Entry(event.type, at, event.body, commitments)


def item_path(path: str, number: int) -> str:
    """Path of the `number`-th field (from 0) of a list."""
    return f"{path}/{number:0{ITEM_DIGITS}}"


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None
