"""Frozen lexical statistics: what a version with erased chunks was, so that no score moves.

BM25 needs the number of chunks, their length and the document frequencies of the whole version. Terms
that no chunk holds any more may be a person's name: of those only the Merkle leaf hash and the
frequency stay (docs/erasure.md, section 3).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Self

from lexiane_dagster.domain.canonical import Json, canonical_bytes
from lexiane_dagster.domain.merkle import leaf_hash, root_of_hashes
from lexiane_dagster.domain.version import LexicalStatistics

FROZEN_FORMAT: Final = "lexiane/frozen-terms/v1"


@dataclass(frozen=True)
class FrozenTerms:
    """Of a version that lost the chunks of one redaction, whose digest is `erased`.

    `terms` are (term, document frequency) by term, of those that a chunk still holds; `hidden` are
    (position among all terms, leaf hash, document frequency) of the others. `chunks` and `length` are
    those of the whole version's statistics.
    """

    erased: str
    chunks: int
    length: int
    terms: tuple[tuple[str, int], ...]
    hidden: tuple[tuple[int, bytes, int], ...]

    @classmethod
    def of(cls, chunks: int, length: int, frequencies: Mapping[str, int]) -> Self:
        """Of a version that lost nothing yet."""
        return cls("", chunks, length, tuple(sorted(frequencies.items())), ())

    def keeping(self, terms: Collection[str], erased: str) -> "FrozenTerms":
        """The same with every term hidden that is not among `terms`, for the redaction `erased`."""
        gone = {position: leaf for position, leaf in self._placed() if isinstance(leaf, tuple)}
        newly = [
            (position, term_leaf(*leaf), leaf[1])
            for position, leaf in gone.items()
            if leaf[0] not in terms
        ]
        kept = tuple(item for item in self.terms if item[0] in terms)
        hidden = tuple(sorted((*self.hidden, *newly)))
        return FrozenTerms(erased, self.chunks, self.length, kept, hidden)

    @cached_property
    def frequencies(self) -> Mapping[str, int]:
        return dict(self.terms)

    @cached_property
    def statistics(self) -> LexicalStatistics:
        """The version's own: what its manifest binds."""
        hashes = self.leaf_hashes()
        return LexicalStatistics(self.chunks, self.length, len(hashes), root_of_hashes(hashes))

    def leaf_hashes(self) -> list[bytes]:
        """Leaf hashes of all terms, in order."""
        return [term_leaf(*leaf) if isinstance(leaf, tuple) else leaf for _, leaf in self._placed()]

    def _placed(self) -> list[tuple[int, tuple[str, int] | bytes]]:
        """(position, (term, frequency) or leaf hash) of all terms, in order."""
        hidden = {position: leaf for position, leaf, _ in self.hidden}
        rest = iter(self.terms)
        return [
            (position, hidden[position] if position in hidden else next(rest))
            for position in range(len(self.terms) + len(hidden))
        ]

    def to_json(self) -> dict[str, Json]:
        return {
            "format": FROZEN_FORMAT,
            "erased": self.erased,
            "chunks": self.chunks,
            "length": self.length,
            "terms": self.terms,
            "hidden": [[position, leaf.hex(), df] for position, leaf, df in self.hidden],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Raises ValueError for anything that `to_json` would not have given."""
        try:
            made = cls(
                value["erased"],
                value["chunks"],
                value["length"],
                tuple((term, df) for term, df in value["terms"]),
                tuple(
                    (position, bytes.fromhex(leaf), df) for position, leaf, df in value["hidden"]
                ),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"not of the format {FROZEN_FORMAT}: {error}") from error
        count = len(made.terms) + len(made.hidden)
        if (
            canonical_bytes(made.to_json()) != canonical_bytes(value)
            or len({position for position, _, _ in made.hidden}) != len(made.hidden)
            or not all(0 <= position < count for position, _, _ in made.hidden)
        ):
            raise ValueError(f"not of the format {FROZEN_FORMAT} as this release writes it")
        return made


def term_leaf(term: str, frequency: int) -> bytes:
    """Leaf hash of one term of a version's lexical statistics (retrieval-v1.md, section 5)."""
    return leaf_hash(canonical_bytes([term, frequency]))
