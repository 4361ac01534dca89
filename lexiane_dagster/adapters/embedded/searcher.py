"""One open index: both lists of a question, and both scores of every candidate."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from lexiane_dagster.adapters.embedded.dense import DenseIndex, as_exact
from lexiane_dagster.adapters.embedded.files import Array, strings_of
from lexiane_dagster.adapters.embedded.lexical import LexicalIndex
from lexiane_dagster.adapters.embedded.visibility import Visibility
from lexiane_dagster.domain.retrieval import Candidates, Scored
from lexiane_dagster.domain.version import LexicalStatistics


class EmbeddedSearcher:
    """Searches one verified index folder."""

    def __init__(
        self, statistics: LexicalStatistics, arrays: Mapping[str, Array], threads: int
    ) -> None:
        self._statistics = statistics
        self._ids = strings_of(arrays, "chunk_ids")
        self._visibility = Visibility(arrays, len(self._ids))
        self.lexical = LexicalIndex(arrays, len(self._ids))
        self.dense = DenseIndex(arrays["vectors"], threads)

    @property
    def statistics(self) -> LexicalStatistics:
        return self._statistics

    @property
    def chunks(self) -> int:
        return len(self._ids)

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        return self.lexical.frequencies(terms)

    def term_leaves(self) -> list[bytes]:
        return self.lexical.term_leaves()

    def search(
        self,
        terms: Sequence[str],
        vector: NDArray[np.int16],
        groups: frozenset[str],
        depth: int,
    ) -> Candidates:
        """Both lists among what `groups` may see.

        Raises:
            ValueError: a depth below 1, or a vector of another dimension or of too large a norm.
        """
        if depth < 1 or vector.shape != (self.dense.dimension,):
            raise ValueError(
                f"depth {depth} must be positive, and the vector's shape {vector.shape} must be "
                f"({self.dense.dimension},)"
            )
        query = as_exact(vector)
        mask = self._visibility.mask(groups)
        near, near_scores = self.dense.top(query, depth, mask)
        matching, matching_scores = self.lexical.top(terms, depth, mask)
        union = np.unique(np.concatenate((near, matching)))
        ids = {ordinal: self._ids[ordinal].decode() for ordinal in union.tolist()}
        both = zip(
            self.lexical.scores(terms, union).tolist(),
            self.dense.scores(query, union).tolist(),
            strict=True,
        )
        return Candidates(
            lexical=_scored(ids, matching.tolist(), matching_scores.tolist()),
            dense=_scored(ids, near.tolist(), near_scores.tolist()),
            scores=dict(zip(ids.values(), both, strict=True)),
        )

    def close(self) -> None:
        self.dense.close()


def _scored(
    ids: Mapping[int, str], ordinals: Sequence[int], scores: Sequence[int]
) -> tuple[Scored, ...]:
    return tuple(Scored(ids[n], score) for n, score in zip(ordinals, scores, strict=True))
