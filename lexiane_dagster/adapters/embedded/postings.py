"""The postings of an index, a list a term; frequent terms also have a column over all chunks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lexiane_dagster.adapters.embedded.files import Array
from lexiane_dagster.adapters.embedded.frequencies import Frequencies
from lexiane_dagster.adapters.embedded.terms import Terms
from lexiane_dagster.domain.retrieval import query_terms

# A term in more than this part of all chunks has a column: the impact in every chunk.
COLUMN_SHARE: Final = 16

Ordinals = NDArray[np.integer[Any]]
Scores = NDArray[np.int64]


@dataclass(slots=True)
class PostingList:
    """The postings of one term, ascending; `bound` is its best contribution to a score."""

    bound: int
    idf: int
    chunks: Ordinals
    impacts: NDArray[np.uint16]
    column: NDArray[np.uint16] | None

    def contributions(self) -> Scores:
        """To the score of each of `chunks`."""
        products: Scores = np.multiply(self.impacts, self.idf, dtype=np.int64)
        return products

    def contributions_to(self, chunks: Ordinals) -> Scores:
        """To the scores of ascending chunks; 0 where the term does not occur."""
        if self.column is not None:
            impacts = self.column[chunks]
        else:
            places = np.searchsorted(self.chunks, chunks.astype(np.int32))
            places[places == len(self.chunks)] = 0
            impacts = self.impacts[places] * (self.chunks[places] == chunks)
        products: Scores = np.multiply(impacts, self.idf, dtype=np.int64)
        return products

    def visible(self, mask: NDArray[np.bool_] | None) -> "PostingList":
        if mask is None:
            return self
        kept = mask[self.chunks]
        return PostingList(self.bound, self.idf, self.chunks[kept], self.impacts[kept], None)


class Postings:
    """Finds the lists of terms."""

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self._terms = Terms(arrays)
        self._offsets = arrays["posting_offsets"]
        self._frequencies = Frequencies(arrays)
        self._chunks = arrays["posting_chunks"]
        self._impacts = arrays["posting_impacts"]
        self._idfs = arrays["term_idfs"]
        self._best_impacts = arrays["term_best_impacts"]
        self._column_terms = arrays["column_terms"]
        self._columns = arrays["columns"]

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        return {
            term: self._frequencies.of(number) if number >= 0 else self._frequencies.of_hidden(term)
            for term, number in zip(terms, self._terms.numbers(terms), strict=True)
        }

    def term_leaves(self) -> list[bytes]:
        return self._frequencies.leaves([term.decode() for term in self._terms.all()])

    def lists(self, terms: Sequence[str]) -> list[PostingList]:
        """The lists of a question's terms that can add to a score."""
        numbers = np.array([n for n in self._terms.numbers(query_terms(terms)) if n >= 0], np.int32)
        idfs = self._idfs[numbers]
        bounds = idfs * self._best_impacts[numbers].astype(np.int64)
        rows = zip(
            bounds.tolist(),
            idfs.tolist(),
            self._offsets[numbers].tolist(),
            self._offsets[numbers + 1].tolist(),
            self._columns_of(numbers),
            strict=True,
        )
        return [
            PostingList(bound, idf, self._chunks[start:end], self._impacts[start:end], column)
            for bound, idf, start, end, column in rows
            if bound
        ]

    def _columns_of(self, numbers: NDArray[np.int32]) -> list[NDArray[np.uint16] | None]:
        places = np.searchsorted(self._column_terms, numbers).tolist()
        return [
            self._columns[place]
            if place < len(self._columns) and self._column_terms[place] == number
            else None
            for number, place in zip(numbers.tolist(), places, strict=True)
        ]
