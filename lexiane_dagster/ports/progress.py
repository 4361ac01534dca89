"""How long work shows itself."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol


class Progress(Protocol):
    """`stage` opens one line of progress of `total` items (None: unknown) and yields the function
    that is told how many items were done since the last call, from any thread."""

    def stage(
        self, name: str, total: int | None
    ) -> AbstractContextManager[Callable[[int], None]]: ...
