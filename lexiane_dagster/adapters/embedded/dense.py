"""Exact dense ranking: dot products of grid vectors, in float32 without any rounding.

Grid vectors are integers with squared norms below 2^24. By Cauchy and Schwarz every partial sum of a
dot product is then an integer below 2^24 in magnitude, which float32 holds exactly: the order of
summation, the kernel and the number of threads cannot change a bit.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from lexiane_dagster.adapters.embedded.files import ArrayFolder
from lexiane_dagster.domain.retrieval import SQUARED_NORM_LIMIT

# Rows whose best score is kept, so that a top list is found without looking at every score.
BLOCK = 128
_ROWS_WRITTEN_AT_ONCE = 8192


def as_exact(vectors: NDArray[np.int16]) -> NDArray[np.float32]:
    """Grid vectors, int16 (…, dimension), as float32.

    Raises:
        ValueError: a squared norm is 2^24 or more.
    """
    exact = vectors.astype(np.float32)
    # Squares only grow a sum, and rounding is monotonic: a sum below 2^24 was never rounded.
    if (np.vecdot(exact, exact) >= SQUARED_NORM_LIMIT).any():
        raise ValueError("a grid vector has a squared norm of 2^24 or more")
    return exact


def write_vectors(folder: ArrayFolder, vectors: NDArray[np.int16]) -> None:
    """Write int16 (chunks, dimension) as float32."""
    with folder.writer("vectors", "<f4", vectors.shape) as append:
        for start in range(0, len(vectors), _ROWS_WRITTEN_AT_ONCE):
            append(as_exact(vectors[start : start + _ROWS_WRITTEN_AT_ONCE]))


class DenseIndex:
    """Scans all vectors with `threads` threads. Safe for use by several threads."""

    def __init__(self, vectors: NDArray[np.float32], threads: int) -> None:
        self._vectors = vectors
        blocks = -(-len(vectors) // BLOCK)
        share = -(-blocks // threads) * BLOCK
        self._parts = [
            slice(start, min(start + share, len(vectors)))
            for start in range(0, len(vectors), share or 1)
        ]
        self._pool = ThreadPoolExecutor(max(1, threads - 1), thread_name_prefix="dense")

    @property
    def dimension(self) -> int:
        return int(self._vectors.shape[1])

    def top(
        self, query: NDArray[np.float32], depth: int, mask: NDArray[np.bool_] | None
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Ordinals and scores of the best `depth` visible rows, best first, ties by ordinal."""
        blocks = -(-len(self._vectors) // BLOCK)
        scores = np.full(blocks * BLOCK, -np.inf, np.float32)
        maxima = np.empty(blocks, np.float32)

        def scan(part: slice) -> None:
            np.vecdot(self._vectors[part], query, out=scores[part])
            if mask is not None:
                scores[part][~mask[part]] = -np.inf
            whole = slice(part.start // BLOCK, -(-part.stop // BLOCK))
            np.max(scores.reshape(-1, BLOCK)[whole], axis=1, out=maxima[whole])

        others = [self._pool.submit(scan, part) for part in self._parts[1:]]
        for part in self._parts[:1]:
            scan(part)
        for other in others:
            other.result()
        return _best(scores, maxima, depth)

    def scores(self, query: NDArray[np.float32], ordinals: NDArray[np.int64]) -> NDArray[np.int64]:
        """Exact scores of single rows."""
        exact: NDArray[np.float32] = np.vecdot(self._vectors[ordinals], query)
        return exact.astype(np.int64)

    def close(self) -> None:
        self._pool.shutdown()


def _best(
    scores: NDArray[np.float32], maxima: NDArray[np.float32], depth: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The best entries of `scores`; -inf is no entry. `maxima` are those of its blocks."""
    if not len(scores):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    floor = np.float32(-np.inf)
    if depth < len(maxima):
        # At least `depth` rows reach the depth-th best of the blocks' maxima.
        floor = np.partition(maxima, len(maxima) - depth)[len(maxima) - depth]
    blocks = np.flatnonzero(maxima >= floor)
    inside = scores.reshape(-1, BLOCK)[blocks]
    rows, columns = np.nonzero((inside >= floor) & (inside > -np.inf))
    ordinals = blocks[rows] * BLOCK + columns
    found = inside[rows, columns].astype(np.int64)
    order = np.lexsort((ordinals, -found))[:depth]
    return ordinals[order], found[order]
