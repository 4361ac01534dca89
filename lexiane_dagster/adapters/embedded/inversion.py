"""From chunks to postings with bounded memory: sorted runs on disk, then a counting sort by slices.

Terms are numbered in the order in which they first occur, so that the number of a term is known at
once and the files depend on the content alone, however it was cut into runs.
"""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

# Terms held before a run is written: about 50 bytes each at the peak.
RUN_TERMS: Final = 2_000_000
# Postings sorted at once when runs are merged: about 50 bytes each at the peak.
SLICE_POSTINGS: Final = 2_000_000
# Terms numbered at once.
_BATCH_TERMS: Final = 65_536


@dataclass(frozen=True, slots=True)
class Postings:
    """The postings of the terms `first` to `last` (excluded), by term, then by chunk."""

    first: int
    last: int
    chunks: NDArray[np.int32]
    frequencies: NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class _Run:
    """One spilled run: its terms, ascending, how many postings each has, and the postings' file."""

    terms: NDArray[np.int32]
    counts: NDArray[np.int32]
    file: BinaryIO


class _Numbers(dict[str, int]):
    """Term to number, given at first sight."""

    def __missing__(self, term: str) -> int:
        number = self[term] = len(self)
        return number


class Inversion:
    """Takes chunks in order, then gives their postings back by term."""

    def __init__(self, scratch: Path, run_terms: int, slice_postings: int) -> None:
        self._scratch = scratch
        self._run_terms = run_terms
        self._slice_postings = slice_postings
        self._numbers = _Numbers()
        self._number_of = self._numbers.__getitem__
        self._waiting: list[str] = []
        self._numbered: list[NDArray[np.int64]] = []
        self._held = 0
        self._lengths = array("i")
        self._spilled = 0
        self._runs: list[_Run] = []

    def add(self, terms: Sequence[str]) -> None:
        self._waiting.extend(terms)
        self._lengths.append(len(terms))
        self._held += len(terms)
        if len(self._waiting) >= _BATCH_TERMS:
            self._number()
        if self._held >= self._run_terms:
            self._spill()

    @property
    def lengths(self) -> NDArray[np.int32]:
        """int32 (chunks,): the length of each chunk in terms."""
        return np.array(self._lengths, np.int32)

    @property
    def terms(self) -> list[str]:
        """All terms in the order of their numbers."""
        return list(self._numbers)

    def finish(self) -> NDArray[np.int64]:
        """Spill the rest; int64 (terms,): the number of postings of each term."""
        self._spill()
        counts = np.zeros(len(self._numbers), np.int64)
        for run in self._runs:
            counts[run.terms] += run.counts
        return counts

    def merged(self, counts: NDArray[np.int64]) -> Iterator[Postings]:
        """All postings, a slice of terms at a time. `counts` is what `finish` gave."""
        for run in self._runs:
            run.file.seek(0)
        ends = np.cumsum(counts)
        first = 0
        while first < len(counts):
            done = int(ends[first - 1]) if first else 0
            last = int(np.searchsorted(ends, done + self._slice_postings, side="right"))
            last = max(last, first + 1)
            yield self._slice(first, last, counts[first:last])
            first = last

    def close(self) -> None:
        for run in self._runs:
            run.file.close()

    def _number(self) -> None:
        numbers = np.fromiter(map(self._number_of, self._waiting), np.int64, len(self._waiting))
        self._numbered.append(numbers)
        self._waiting.clear()

    def _spill(self) -> None:
        self._number()
        keys = np.concatenate(self._numbered) << 32
        self._numbered.clear()
        lengths = np.array(self._lengths[self._spilled :], np.int64)
        rows = np.arange(self._spilled, self._spilled + len(lengths), dtype=np.int64)
        keys |= np.repeat(rows, lengths)
        keys.sort()
        starts = _starts(keys)
        frequencies = np.diff(starts, append=len(keys))
        keys = keys[starts]
        terms = keys >> 32
        starts = _starts(terms)
        counts = np.diff(starts, append=len(terms))
        file = (self._scratch / f"run-{len(self._runs)}").open("w+b")
        pairs = np.empty((len(keys), 2), np.uint32)
        pairs[:, 0] = keys & 0xFFFFFFFF
        pairs[:, 1] = frequencies
        file.write(pairs.data)
        self._runs.append(_Run(terms[starts].astype(np.int32), counts.astype(np.int32), file))
        self._spilled = len(self._lengths)
        self._held = 0

    def _slice(self, first: int, last: int, counts: NDArray[np.int64]) -> Postings:
        total = int(counts.sum())
        chunks = np.empty(total, np.int32)
        frequencies = np.empty(total, np.uint32)
        # Where the next posting of each term goes. Runs come in the order of their chunks.
        free = np.cumsum(counts) - counts
        for run in self._runs:
            low, high = np.searchsorted(run.terms, [first, last])
            terms, sizes = run.terms[low:high] - first, run.counts[low:high].astype(np.int64)
            pairs = np.frombuffer(run.file.read(8 * int(sizes.sum())), np.uint32).reshape(-1, 2)
            shift = free[terms] - (np.cumsum(sizes) - sizes)
            places = np.repeat(shift, sizes) + np.arange(len(pairs))
            chunks[places] = pairs[:, 0]
            frequencies[places] = pairs[:, 1]
            free[terms] += sizes
        return Postings(first, last, chunks, frequencies)


def _starts(ascending: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each run of equal values begins."""
    changes = np.empty(len(ascending), np.bool_)
    changes[:1] = True
    np.not_equal(ascending[1:], ascending[:-1], out=changes[1:])
    return np.flatnonzero(changes)
