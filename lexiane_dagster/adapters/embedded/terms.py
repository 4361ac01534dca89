"""The term dictionary: terms by number, and numbers by term through a sorted CRC-32."""

from collections.abc import Mapping, Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from lexiane_dagster.adapters.embedded.files import Array, ArrayFolder, strings_of


def write_terms(folder: ArrayFolder, terms: Sequence[bytes]) -> None:
    """Write terms in the order of their numbers."""
    hashes = np.fromiter(map(crc32, terms), np.uint32, len(terms))
    order = np.argsort(hashes, kind="stable")
    folder.write_strings("terms", terms)
    folder.write("term_hashes", "<u4", hashes[order])
    folder.write("term_of_hash", "<i4", order)


class Terms:
    """Looks terms up without loading the dictionary."""

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self._strings = strings_of(arrays, "terms")
        self._hashes: NDArray[np.uint32] = arrays["term_hashes"]
        self._numbers: NDArray[np.int32] = arrays["term_of_hash"]

    def all(self) -> list[bytes]:
        """Every term, by number."""
        return [self._strings[number] for number in range(len(self._hashes))]

    def numbers(self, terms: Sequence[str]) -> list[int]:
        """The number of each term; -1 for one that the index does not hold."""
        wanted = [term.encode() for term in terms]
        hashes = np.fromiter(map(crc32, wanted), np.uint32, len(wanted))
        starts = np.searchsorted(self._hashes, hashes).tolist()
        return [
            self._number(term, code, start)
            for term, code, start in zip(wanted, hashes.tolist(), starts, strict=True)
        ]

    def _number(self, term: bytes, code: int, start: int) -> int:
        # Terms with equal hashes stand next to each other.
        for position in range(start, len(self._hashes)):
            if self._hashes[position] != code:
                break
            number = int(self._numbers[position])
            if self._strings[number] == term:
                return number
        return -1
