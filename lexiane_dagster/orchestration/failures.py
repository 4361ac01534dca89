"""How Dagster shows our errors: a sentence and a remedy, without the frames that led to them."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from lexiane_dagster.domain.errors import LexianeError


class StageFailure(dg.Failure):
    """A stage that ended with `error`; trying again would end in the same way."""

    def __init__(self, error: LexianeError) -> None:
        super().__init__(
            description=f"{error.detail}\nTo mend: {error.remedy}",
            metadata={"remedy": error.remedy, "exit_code": error.exit_code},
            allow_retries=False,
        )
        self.error = error


@contextmanager
def explained() -> Iterator[None]:
    """While a stage runs."""
    try:
        yield
    except LexianeError as error:
        raise StageFailure(error) from None


@contextmanager
def annotated() -> Iterator[None]:
    """While definitions are loaded."""
    try:
        yield
    except LexianeError as error:
        error.add_note(f"To mend: {error.remedy}")
        raise error from None


def causes(error: BaseException) -> Iterator[BaseException]:
    """An exception and what it came from, outermost first."""
    found: BaseException | None = error
    while found is not None:
        yield found
        found = found.__cause__ or found.__context__
