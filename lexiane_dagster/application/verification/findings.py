"""What a step collects while it walks."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from lexiane_dagster.domain.errors import LexianeError
from lexiane_dagster.domain.report import Step

# Somebody who damaged everything must not fill the memory of who looks for it.
MOST_PROBLEMS: Final = 1000


class Findings:
    """The count and the problems of one step."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.checked = 0
        self._problems: list[str] = []
        self._more = 0

    def problem(self, text: str) -> None:
        """Note one problem; `text` names the item, and becomes one line."""
        if len(self._problems) < MOST_PROBLEMS:
            self._problems.append(" ".join(text.split()))
        else:
            self._more += 1

    def require(self, holds: bool, text: str) -> bool:
        """Note `text` unless `holds`."""
        if not holds:
            self.problem(text)
        return holds

    @contextmanager
    def item(self, name: str) -> Iterator[None]:
        """Whatever a damaged item raises becomes a problem of it, and the walk goes on.

        The parsers of many formats meet bytes here that somebody chose; what they raise is the finding.
        """
        try:
            yield
        except LexianeError as error:
            self.problem(f"{name}: {error.detail}")
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001
            self.problem(f"{name}: {type(error).__name__}: {error}")

    def step(self) -> Step:
        more = (f"and {self._more} more",) if self._more else ()
        return Step(self.name, self.checked, (*self._problems, *more))
