"""Redactions: what a table keeps of the rows that an erasure took out (docs/erasure.md, section 4).

The Merkle leaf hashes of erased rows stay, so that the root that a version's name binds can still be
computed. An erasure leaf of the ledger says of each table which leaf hashes it lost: that is what
tells an erasure from damage.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from lexiane_dagster.domain.canonical import Json, canonical_bytes
from lexiane_dagster.domain.digest import digest_of_json
from lexiane_dagster.domain.ledger.entry import ERASURE, Entry

REDACTION_FORMAT: Final = "lexiane/redaction/v1"
ERASED_FORMAT: Final = "lexiane/erased-leaves/v1"
KINDS: Final = ("documents", "waived", "chunks", "vectors")


@dataclass(frozen=True, slots=True)
class Redaction:
    """The erased leaves of the table `root`, which was sealed with `leaves` leaves.

    `erased` holds (position from 0, leaf hash) of each of them, by position. It only ever grows.
    """

    kind: str
    root: str
    leaves: int
    erased: tuple[tuple[int, bytes], ...]

    @property
    def digest(self) -> str:
        """What an erasure leaf says of the table: independent of positions."""
        return erased_digest(leaf for _, leaf in self.erased)

    @property
    def positions(self) -> frozenset[int]:
        return frozenset(position for position, _ in self.erased)

    def to_json(self) -> dict[str, Json]:
        return {
            "format": REDACTION_FORMAT,
            "kind": self.kind,
            "root": self.root,
            "leaves": self.leaves,
            "erased": [[position, leaf.hex()] for position, leaf in self.erased],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Raises ValueError for anything that `to_json` would not have given."""
        try:
            erased = tuple((int(at), bytes.fromhex(leaf)) for at, leaf in value["erased"])
            made = cls(value["kind"], value["root"], value["leaves"], erased)
        except (KeyError, TypeError) as error:
            raise ValueError(f"not of the format {REDACTION_FORMAT}: {error}") from error
        positions = [position for position, _ in erased]
        if (
            canonical_bytes(made.to_json()) != canonical_bytes(value)
            or positions != sorted(set(positions))
            or not all(0 <= position < made.leaves for position in positions)
        ):
            raise ValueError(f"not of the format {REDACTION_FORMAT} as this release writes it")
        return made

    def hashes(self, kept: Iterable[bytes]) -> list[bytes]:
        """All leaf hashes in order, from those of the rows that are left.

        Raises:
            ValueError: there are more or fewer rows left than the redaction says.
        """
        known, rest = dict(self.erased), iter(kept)
        try:
            found = [
                known[position] if position in known else next(rest)
                for position in range(self.leaves)
            ]
        except StopIteration:
            raise ValueError("rows are missing that were not erased") from None
        if next(rest, None) is not None:
            raise ValueError("there are rows that were never sealed")
        return found

    def authorisation(self) -> dict[str, Json]:
        """One item of `tables` in the body of an erasure leaf."""
        return {
            "kind": self.kind,
            "root": self.root,
            "erased": len(self.erased),
            "digest": self.digest,
        }


def erased_digest(leaf_hashes: Iterable[bytes]) -> str:
    """Digest of a set of erased leaf hashes, in ascending order."""
    ordered: Json = sorted(leaf.hex() for leaf in leaf_hashes)
    return digest_of_json({"format": ERASED_FORMAT, "hashes": ordered})


class Authorised:
    """What the erasure leaves of a ledger say of tables and versions."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._tables: dict[tuple[str, str], dict[str, int]] = {}
        self._collected: set[str] = set()
        for entry in entries:
            if entry.type != ERASURE:
                continue
            tables: Any = entry.body.get("tables", ())
            for item in tables:
                known = self._tables.setdefault((item["kind"], item["root"]), {})
                known[item["digest"]] = item["erased"]
            versions: Any = entry.body.get("versions", ())
            self._collected.update(versions)

    def allows(self, redaction: Redaction) -> bool:
        """True when a leaf says that the table lost exactly these leaves."""
        known = self._tables.get((redaction.kind, redaction.root), {})
        return known.get(redaction.digest) == len(redaction.erased)

    def erased(self, kind: str, root: str) -> int:
        """How many leaves of a table the newest erasure left without a row; 0: it is whole."""
        return max(self._tables.get((kind, root), {}).values(), default=0)

    @property
    def collected(self) -> frozenset[str]:
        """Full names of versions that a retention rule collected; one may have been built again."""
        return frozenset(self._collected)
