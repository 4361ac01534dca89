"""Retrieval measures."""

from collections.abc import Mapping, Sequence
from typing import Protocol


class Measures(Protocol):
    """`of` gives each judged question its measures by name (`nDCG@10`, `R@10`, `RR`).

    `judgements` grades documents by question; `rankings` lists document ids, best first, by
    question. A question without a ranking, or with an empty one, scores 0.
    """

    def of(
        self,
        judgements: Mapping[str, Mapping[str, int]],
        rankings: Mapping[str, Sequence[str]],
    ) -> Mapping[str, Mapping[str, float]]: ...
