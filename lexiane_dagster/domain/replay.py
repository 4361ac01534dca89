"""What came of answering a recorded question again (docs/replay.md)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Final, Literal, Self

from lexiane_dagster.domain.canonical import Json
from lexiane_dagster.domain.ledger.entry import REPLAY, Event

VERSION_STAGE: Final = "version"
ANALYSIS: Final = "analysis"
QUERY_VECTOR: Final = "query_vector"
LEXICAL: Final = "lexical"
DENSE: Final = "dense"
FUSION: Final = "fusion"
EVIDENCE: Final = "evidence"
GENERATION: Final = "generation"
STAGES: Final = (
    VERSION_STAGE,
    ANALYSIS,
    QUERY_VECTOR,
    LEXICAL,
    DENSE,
    FUSION,
    EVIDENCE,
    GENERATION,
)

VectorSource = Literal["recomputed", "recorded"]


class Verdict(IntEnum):
    """What a replay ends with; the value is the exit code."""

    IDENTICAL = 0
    SAME_EVIDENCE = 10
    DIVERGED = 11
    UNAVAILABLE = 12
    ERASED = 13


# Of several replays, the one that asks most for a person's attention decides the exit code.
GRAVITY: Final = (
    Verdict.DIVERGED,
    Verdict.UNAVAILABLE,
    Verdict.ERASED,
    Verdict.SAME_EVIDENCE,
    Verdict.IDENTICAL,
)


class Outcome(Enum):
    """What came of one stage."""

    SAME = "same"
    DIFFERENT = "different"
    UNAVAILABLE = "unavailable"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class StageResult:
    """One stage of a replay. `detail` names what differs or is missing; it never quotes a text."""

    stage: str
    outcome: Outcome
    detail: str | None = None

    @classmethod
    def compared(cls, stage: str, difference: str | None) -> Self:
        return cls(stage, Outcome.DIFFERENT if difference else Outcome.SAME, difference)

    def to_json(self) -> dict[str, Json]:
        return {"stage": self.stage, "outcome": self.outcome.value, "detail": self.detail}


@dataclass(frozen=True, slots=True)
class Replay:
    """The verdict on one answer.

    `stage` is the first one that differs or cannot be replayed; `reason` is the first difference,
    what is not available, or how many of the ranked chunks were erased. Neither quotes a text.
    `query_vector` is `recorded` unless a vector was computed again that the verdict rests on.
    `stages` are those that ran.
    """

    answer_id: int
    version: str
    verdict: Verdict
    stage: str | None
    reason: str | None
    query_vector: VectorSource
    stages: tuple[StageResult, ...]

    @property
    def text(self) -> str:
        """The verdict as people read it: `DIVERGED(fusion)`, `ERASED(2 of 10)`, `IDENTICAL`."""
        if self.verdict is Verdict.DIVERGED:
            return f"{self.verdict.name}({self.stage})"
        if self.verdict in (Verdict.UNAVAILABLE, Verdict.ERASED):
            return f"{self.verdict.name}({self.reason})"
        return self.verdict.name

    @property
    def detail(self) -> str | None:
        """More than `text` says: the detail of the stage that decided."""
        return next((item.detail for item in self.stages if item.stage == self.stage), None)

    @property
    def from_recorded_vector(self) -> bool:
        """True when the ranking was computed, from the recorded query vector."""
        return self.query_vector == "recorded" and any(
            item.stage == QUERY_VECTOR for item in self.stages
        )

    def to_json(self) -> dict[str, Json]:
        return {
            "answer_id": self.answer_id,
            "version": self.version,
            "verdict": self.verdict.name,
            "stage": self.stage,
            "reason": self.reason,
            "query_vector": self.query_vector,
            "stages": [item.to_json() for item in self.stages],
        }

    def event(self) -> Event:
        """What the ledger keeps of it: no personal data."""
        return Event(
            REPLAY,
            {
                "version": self.version,
                "answer": self.answer_id,
                "verdict": self.verdict.name,
                "stage": self.stage,
                "query_vector": self.query_vector,
            },
        )


def concluded(
    answer_id: int,
    version: str,
    stages: Sequence[StageResult],
    vector: VectorSource,
    erased: int,
    ranked: int,
    unavailable: str | None = None,
) -> Replay:
    """The verdict that follows from the stages.

    The first stage that differs or is not available decides. Another query vector alone does not: the
    ranking is then reached from the recorded one. `erased` of the `ranked` chunks were erased.
    `unavailable` is the short reason where a stage is not available.
    """
    for item in stages:
        if item.outcome is Outcome.UNAVAILABLE and item.stage != QUERY_VECTOR:
            return Replay(
                answer_id,
                version,
                Verdict.UNAVAILABLE,
                item.stage,
                unavailable or item.detail,
                vector,
                tuple(stages),
            )
        if item.outcome is Outcome.DIFFERENT and item.stage != QUERY_VECTOR:
            verdict = Verdict.SAME_EVIDENCE if item.stage == GENERATION else Verdict.DIVERGED
            return Replay(
                answer_id, version, verdict, item.stage, item.detail, vector, tuple(stages)
            )
    lost = next((item.stage for item in stages if item.outcome is Outcome.ERASED), None)
    if lost is not None:
        reason = f"{erased} of {ranked}"
        return Replay(answer_id, version, Verdict.ERASED, lost, reason, vector, tuple(stages))
    return Replay(answer_id, version, Verdict.IDENTICAL, None, None, vector, tuple(stages))


def worst(replays: Iterable[Replay]) -> Verdict:
    """The gravest verdict; IDENTICAL for none."""
    return min((item.verdict for item in replays), key=GRAVITY.index, default=Verdict.IDENTICAL)
