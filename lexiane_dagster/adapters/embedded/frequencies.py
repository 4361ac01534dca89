"""Document frequencies of terms: those of the postings, or frozen ones where chunks were erased."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from lexiane_dagster.adapters.embedded.files import Array, ArrayFolder
from lexiane_dagster.domain.frozen import term_leaf

HASH_BYTES = 32


def write_frozen(
    folder: ArrayFolder,
    frequencies: NDArray[np.int64],
    hidden: Sequence[tuple[int, bytes, int]],
) -> None:
    """`frequencies` by the numbers of the terms; `hidden` as in `FrozenTerms`."""
    hashes = np.frombuffer(b"".join(leaf for _, leaf, _ in hidden), np.uint8)
    folder.write("term_frequencies", "<i8", frequencies)
    folder.write("hidden_positions", "<i8", np.array([at for at, _, _ in hidden], np.int64))
    folder.write("hidden_leaves", "u1", hashes.reshape(-1, HASH_BYTES))
    folder.write("hidden_frequencies", "<i8", np.array([df for _, _, df in hidden], np.int64))


class Frequencies:
    """How many chunks of the whole version hold each term."""

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self._offsets = arrays["posting_offsets"]
        self._frozen = arrays.get("term_frequencies")
        self._hidden: dict[bytes, int] = {}
        self._positions: dict[int, bytes] = {}
        if self._frozen is not None:
            leaves = [row.tobytes() for row in arrays["hidden_leaves"]]
            self._positions = dict(zip(arrays["hidden_positions"].tolist(), leaves, strict=True))
            self._hidden = dict(zip(leaves, arrays["hidden_frequencies"].tolist(), strict=True))
        self._candidates = sorted(set(self._hidden.values()))

    def of(self, number: int) -> int:
        """Of a term that has postings, by its number."""
        if self._frozen is not None:
            return int(self._frozen[number])
        return int(self._offsets[number + 1] - self._offsets[number])

    def of_hidden(self, term: str) -> int:
        """Of any other term; 0 where no chunk ever held it. A hidden term is found by the hash of the
        term with each frequency that a hidden one has: they are few."""
        return next(
            (df for df in self._candidates if self._hidden.get(term_leaf(term, df)) == df), 0
        )

    def leaves(self, terms: Sequence[str]) -> list[bytes]:
        """Leaf hashes of all terms in order; `terms` are those with postings, by number."""
        known = {term: self.of(number) for number, term in enumerate(terms)}
        rest = iter(sorted(terms))
        return [
            self._positions[at]
            if at in self._positions
            else term_leaf(term := next(rest), known[term])
            for at in range(len(terms) + len(self._positions))
        ]
