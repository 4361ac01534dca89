"""How long answers and versions are kept (docs/erasure.md, section 5)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class AnswerRule:
    """Answers are kept for `days`. For one that was given while a release of `releases` pointed at its
    version, the days of that release count instead; of several, the most."""

    days: int
    releases: Mapping[str, int] = field(default_factory=dict)

    def days_of(self, releases: Collection[str]) -> int:
        """For an answer on a version that `releases` pointed at when it was given."""
        told = [self.releases[name] for name in releases if name in self.releases]
        return max(told, default=self.days)


@dataclass(frozen=True, slots=True)
class VersionRule:
    """Versions are kept for `days` after they were last built or released, and the newest `keep` of a
    corpus whatever their age."""

    days: int
    keep: int


@dataclass(frozen=True, slots=True)
class Rules:
    """What is not ruled is kept for ever."""

    answers: AnswerRule | None = None
    versions: VersionRule | None = None


def older_than(moment: str, days: int, now: str) -> bool:
    """True when `moment` is more than `days` days before `now`, both RFC 3339."""
    return datetime.fromisoformat(now) - datetime.fromisoformat(moment) > timedelta(days=days)
