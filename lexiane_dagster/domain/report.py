"""What a verification found: steps in order, each with what it counted and what is wrong where."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from lexiane_dagster.domain.canonical import Json


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `checked` counts the items looked at; each problem is one line that names its item."""

    name: str
    checked: int
    problems: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.problems

    def to_json(self) -> dict[str, Json]:
        return {
            "name": self.name,
            "ok": self.ok,
            "checked": self.checked,
            "problems": self.problems,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """All steps of a verification, in the order in which they were walked."""

    steps: tuple[Step, ...]

    @property
    def ok(self) -> bool:
        return all(step.ok for step in self.steps)

    @property
    def problems(self) -> Sequence[str]:
        return [f"{step.name}: {problem}" for step in self.steps for problem in step.problems]

    def to_json(self) -> dict[str, Json]:
        return {"ok": self.ok, "steps": [step.to_json() for step in self.steps]}

    @classmethod
    def of(cls, steps: Sequence[Step]) -> Self:
        return cls(tuple(steps))
