"""When the evidence is too weak to answer: "not in this corpus" (docs/abstention.md).

One signal decides: which share of the question's term weight (idf) the best passage holds, its
headings included. It is an integer, the same on every processor, and a person can check it. The
threshold was fitted on every second judged question of the bundled corpus; `python -m
benchmarks.abstention` fits it again, measures it on the other questions, and compares other signals.
"""

from collections.abc import Collection, Iterable, Mapping

# In thousandths of the question's weight.
THRESHOLD = 380


def coverage(weights: Mapping[str, int], passages: Iterable[Collection[str]]) -> int:
    """Thousandths of the question's weight that the best of `passages` (sets of terms) holds.

    0 for a question without terms: it asks for nothing that could be found.
    """
    total = sum(weights.values())
    best = max((sum(weights.get(term, 0) for term in held) for held in passages), default=0)
    return best * 1000 // total if total else 0


def is_weak(share: int, threshold: int = THRESHOLD) -> bool:
    """True: better say "not in this corpus" than guess."""
    return share < threshold
