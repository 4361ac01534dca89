"""When the evidence is too weak to answer: "not in this corpus" (docs/abstention.md).

Two signals of the best passages decide, both on absolute scales: how near the best passage is to the
question in meaning (cosine), and which share of the question's term weight the passages read hold.
The line was fitted on every second judged question of the bundled corpus; `python -m
benchmarks.abstention` fits it again and measures it on the others.
"""

from dataclasses import dataclass

# A dot product of grid vectors of unit length is at most 4000 squared.
UNIT_DOT = 16_000_000
# The line  COSINE_WEIGHT * cosine + COVERAGE_WEIGHT * coverage >= THRESHOLD, in thousandths.
COSINE_WEIGHT = 1000
COVERAGE_WEIGHT = 400
THRESHOLD = 600


@dataclass(frozen=True, slots=True)
class Strength:
    """What the evidence for one question amounts to.

    `best_dense` is the best dot product of grid vectors; `covered` of `weight` is the summed idf of
    the question's terms that the passages hold.
    """

    best_dense: int
    covered: int
    weight: int

    @property
    def score(self) -> int:
        """The left side of the line, in millionths."""
        coverage = self.covered * 1000 // self.weight if self.weight else 0
        cosine = max(self.best_dense, 0) * 1000 // UNIT_DOT
        return COSINE_WEIGHT * cosine + COVERAGE_WEIGHT * coverage

    @property
    def weak(self) -> bool:
        """True: better say "not in this corpus" than guess."""
        return self.score < THRESHOLD * 1000
