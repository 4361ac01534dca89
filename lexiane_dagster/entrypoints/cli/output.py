"""What every command shares: JSON or text on stdout, errors on stderr, progress bars."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Annotated, Any

import typer

from lexiane_dagster.domain.errors import LexianeError

Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
ProjectOption = Annotated[
    str | None,
    typer.Option(
        "--project",
        metavar="FOLDER",
        help="Project folder. Default: the nearest folder upward with a workspace.yaml.",
    ),
]


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def print_error(error: LexianeError, as_json: bool) -> None:
    """One error on stderr: a line with its remedy, or RFC 9457 problem details."""
    if as_json:
        kind = error.title.lower().replace(" ", "-")
        problem = {
            "type": f"urn:lexiane:error:{kind}",
            "title": error.title,
            "detail": error.detail,
            "remedy": error.remedy,
            "exit_code": error.exit_code,
        }
        sys.stderr.write(json.dumps(problem, ensure_ascii=False) + "\n")
    else:
        told, mend = error.detail.rstrip("."), error.remedy.rstrip(".")
        sys.stderr.write(f"lexiane: {told}. To mend: {mend}.\n")


class BarProgress:
    """The `Progress` port as bars on stderr; silent where stderr is no terminal."""

    def stage(self, name: str, total: int | None) -> AbstractContextManager[Callable[[int], None]]:
        return self._stage(name, total)

    @contextmanager
    def _stage(self, name: str, total: int | None) -> Iterator[Callable[[int], None]]:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        console = Console(stderr=True)
        columns = (
            TextColumn("{task.description:<12}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
            task = bars.add_task(name, total=total)
            yield lambda count: bars.advance(task, count)


class NoProgress:
    """The `Progress` port for work that is too short to show."""

    def stage(self, name: str, total: int | None) -> AbstractContextManager[Callable[[int], None]]:
        return self._stage()

    @contextmanager
    def _stage(self) -> Iterator[Callable[[int], None]]:
        yield lambda count: None
