"""Where assets show their progress: the terminal that launched the run, or the run's log."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from threading import Lock

import dagster as dg

from lexiane_dagster.ports.progress import Progress

# Each log line is a database row, so long stages speak seldom.
SECONDS_BETWEEN_LINES = 15.0

Context = dg.AssetExecutionContext | dg.AssetCheckExecutionContext | dg.OpExecutionContext

_current: ContextVar[Progress | None] = ContextVar("lexiane_progress", default=None)


@contextmanager
def showing(progress: Progress) -> Iterator[None]:
    """Assets that run in this context show their progress on `progress`."""
    token = _current.set(progress)
    try:
        yield
    finally:
        _current.reset(token)


def progress_of(context: Context) -> Progress:
    """The progress in force, or one that writes to the run's log."""
    return _current.get() or LogProgress(context.log.info)


class LogProgress:
    """The `Progress` port as a few lines of log."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write

    def stage(self, name: str, total: int | None) -> AbstractContextManager[Callable[[int], None]]:
        return self._stage(name, total)

    @contextmanager
    def _stage(self, name: str, total: int | None) -> Iterator[Callable[[int], None]]:
        lock = Lock()
        done, spoken = 0, time.monotonic()

        def advance(count: int) -> None:
            nonlocal done, spoken
            with lock:
                done += count
                if time.monotonic() - spoken >= SECONDS_BETWEEN_LINES:
                    spoken = time.monotonic()
                    self._write(f"{name}: {done}" + (f" of {total}" if total is not None else ""))

        yield advance
