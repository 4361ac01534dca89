"""Time, which may reach provenance and never anything that is hashed into a name."""

from typing import Protocol


class Clock(Protocol):
    """`now` is RFC 3339 in UTC with milliseconds, e.g. `2026-01-31T09:30:00.000Z`. `elapsed` counts
    microseconds from some moment on and never goes back."""

    def now(self) -> str: ...

    def elapsed(self) -> int: ...
