"""Exact BM25 ranking in integers, with MaxScore-style pruning by integer bounds.

Source of the idea: Turtle and Flood, "Query Evaluation: Strategies and Optimizations", 1995. Terms
are taken by falling bound. The first ones are summed over all their postings, until what the others
can add is less than a score that `depth` chunks are known to reach; the others are then looked up
for the chunks that can still be among the best.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from threading import local
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lexiane_dagster.adapters.embedded.files import Array
from lexiane_dagster.adapters.embedded.postings import Ordinals, PostingList, Postings, Scores

Mask = NDArray[np.bool_] | None

# Postings summed before the threshold is raised by scoring the most promising chunks in full.
_PROBE_AFTER: Final = 8192
# Chunks scored in full then, and once the sums are complete, in multiples of the depth.
_FIRST_WIDTH: Final = 8
_SECOND_WIDTH: Final = 2
# Reading every sum is cheaper than looking up those touched, once they are this part of all.
_SPARSE: Final = 8


class LexicalIndex:
    """Ranks by BM25. Safe for use by several threads."""

    def __init__(self, arrays: Mapping[str, Array], chunks: int) -> None:
        self._postings = Postings(arrays)
        self._count = chunks
        self._local = local()

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        """Chunks that hold each term; 0 for unknown terms."""
        return self._postings.frequencies(terms)

    def term_leaves(self) -> list[bytes]:
        """Leaf hashes of [term, document frequency], by term."""
        return self._postings.term_leaves()

    def top(self, terms: Sequence[str], depth: int, mask: Mask) -> tuple[Scores, Scores]:
        """Ordinals and scores of the best `depth` visible chunks with a positive score."""
        lists = sorted(self._postings.lists(terms), key=lambda item: -item.bound)
        # What the lists from each place on can add at most.
        remaining = [*accumulate((item.bound for item in reversed(lists)), initial=0)][::-1]
        chunks, scores, used, threshold = self._sum(lists, remaining, depth, mask)
        if used < len(lists):
            threshold = max(threshold, _probe(chunks, scores, lists[used:], depth, _SECOND_WIDTH))
        for place in range(used, len(lists)):
            chunks, scores = _kept(chunks, scores, threshold - remaining[place])
            scores = scores + lists[place].contributions_to(chunks)
        chunks, scores = _kept(chunks, scores, max(threshold, _reached(scores, depth)))
        order = np.lexsort((chunks, -scores))[:depth]
        return chunks[order].astype(np.int64), scores[order]

    def scores(self, terms: Sequence[str], chunks: NDArray[np.int64]) -> Scores:
        """Exact scores of single chunks, given in ascending order."""
        return _in_full(np.zeros(len(chunks), np.int64), chunks, self._postings.lists(terms))

    def _sum(
        self, lists: Sequence[PostingList], remaining: Sequence[int], depth: int, mask: Mask
    ) -> tuple[Ordinals, Scores, int, int]:
        """Sum lists until no chunk outside them can reach the threshold.

        Gives the chunks (ascending) that still can, their sums, how many lists were used, and the
        threshold: a score that at least `depth` chunks reach, or 1.
        """
        sums = self._take_sums()
        seen: list[Ordinals] = [np.empty(0, np.int32)]
        threshold, used, postings, probed = 1, 0, 0, False
        while used < len(lists) and remaining[used] >= threshold:
            visible = lists[used].visible(mask)
            np.add.at(sums, visible.chunks, visible.contributions())
            seen.append(visible.chunks)
            postings += len(visible.chunks)
            used += 1
            if not probed and postings >= _PROBE_AFTER:
                probed = True
                touched = np.concatenate(seen)
                rest = lists[used:]
                threshold = _probe(touched, sums[touched], rest, depth, _FIRST_WIDTH)
        floor = max(1, threshold - remaining[used])
        if postings * _SPARSE > self._count:
            chunks: Ordinals = np.flatnonzero(sums >= floor)
            scores = sums[chunks]
            sums.fill(0)
        else:
            touched = np.concatenate(seen)
            chunks = _distinct(touched[np.flatnonzero(sums[touched] >= floor)])
            scores = sums[chunks]
            sums[touched] = 0
        self._local.sums = sums
        return chunks, scores, used, threshold

    def _take_sums(self) -> Scores:
        """A zeroed accumulator; it is put back zeroed, so never after an interruption."""
        sums: Scores | None = getattr(self._local, "sums", None)
        self._local.sums = None
        return np.zeros(self._count, np.int64) if sums is None else sums


def _probe(
    chunks: Ordinals, partial: Scores, rest: Sequence[PostingList], depth: int, width: int
) -> int:
    """A score that at least `depth` chunks reach: the most promising ones are scored in full.

    A chunk may be given several times, always with the same partial score.
    """
    if len(chunks) > width * depth:
        best = np.argpartition(partial, -width * depth)[-width * depth :]
        chunks, partial = chunks[best], partial[best]
    order = np.argsort(chunks)
    order = order[np.flatnonzero(np.diff(chunks[order], prepend=-1))]
    return max(1, _reached(_in_full(partial[order], chunks[order], rest), depth))


def _in_full(partial: Scores, chunks: Ordinals, rest: Sequence[PostingList]) -> Scores:
    for item in rest:
        partial = partial + item.contributions_to(chunks)
    return partial


def _reached(scores: Scores, depth: int) -> int:
    """The `depth`-th best of some scores; 0 where there are fewer."""
    place = len(scores) - depth
    return int(np.partition(scores, place)[place]) if place >= 0 else 0


def _kept(chunks: Ordinals, scores: Scores, floor: int) -> tuple[Ordinals, Scores]:
    # Twice as fast as a mask.
    kept = np.flatnonzero(scores >= max(floor, 1))
    return chunks[kept], scores[kept]


def _distinct(chunks: Ordinals) -> Ordinals:
    """Ascending, each once; `np.unique` hashes, which takes several times as long."""
    ascending = np.sort(chunks)
    return ascending[np.flatnonzero(np.diff(ascending, prepend=-1))]
