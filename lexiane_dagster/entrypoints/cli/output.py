"""What every command shares: JSON or text on stdout, errors on stderr, progress bars."""

import json
import os
import sys
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Annotated, Any, TextIO

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

# Marks that turn the direction of what follows them.
DIRECTIONS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def print_error(error: LexianeError, as_json: bool) -> None:
    """One error on stderr: a line with its remedy, or RFC 9457 problem details."""
    if as_json:
        print_problem(error.title, error.detail, error.remedy, error.exit_code)
    else:
        told, mend = (one_line(text).rstrip(".") for text in (error.detail, error.remedy))
        sys.stderr.write(f"lexiane: {told}. To mend: {mend}.\n")


def print_problem(title: str, detail: str, remedy: str, exit_code: int) -> None:
    """RFC 9457 problem details on stderr."""
    problem = {
        "type": f"urn:lexiane:error:{title.lower().replace(' ', '-')}",
        "title": title,
        "detail": detail,
        "remedy": remedy,
        "exit_code": exit_code,
    }
    sys.stderr.write(json.dumps(problem, ensure_ascii=False) + "\n")


def one_line(text: str) -> str:
    """Text of a document or a file name, safe to show: no line breaks, no control characters."""
    return " ".join("".join(" " if _controls(mark) else mark for mark in text).split())


def _controls(mark: str) -> bool:
    return unicodedata.category(mark) in ("Cc", "Cs") or mark in DIRECTIONS


def counted(number: int, noun: str) -> str:
    """`1 problem`, `2 problems`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


class BarProgress:
    """The `Progress` port as bars on stderr; silent where stderr is no terminal.

    Dagster diverts stderr to a file while a step runs; bars keep to where it pointed before.
    """

    def __init__(self) -> None:
        self._stream: TextIO = sys.stderr
        try:
            self._stream = os.fdopen(os.dup(sys.stderr.fileno()), "w", encoding="utf-8")
        except (OSError, ValueError):
            return  # captured by a program that has no descriptor for it

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

        console = Console(file=self._stream)
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
