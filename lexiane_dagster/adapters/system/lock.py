"""A lock on a file; the system gives it back when its holder ends, however that happens."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lexiane_dagster.domain.errors import UnavailableError


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock `path`, an empty file that stays.

    Raises:
        UnavailableError: another process holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UnavailableError(
                "another process erases or collects in this project",
                remedy="run the same command again when it is done",
            ) from error
        yield
