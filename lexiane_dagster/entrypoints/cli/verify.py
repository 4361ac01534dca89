"""`lexiane verify`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lexiane_dagster.domain.errors import ConfigurationError, IntegrityError
from lexiane_dagster.entrypoints.cli.output import (
    BarProgress,
    Json,
    ProjectOption,
    counted,
    one_line,
    print_json,
)
from lexiane_dagster.entrypoints.cli.project import open_application

if TYPE_CHECKING:
    from lexiane_dagster.domain.ledger.checkpoint import SignedCheckpoint
    from lexiane_dagster.domain.report import Report

STDIN = "-"


def verify(
    since: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="A remembered checkpoint (a signed note; - reads it from stdin): prove that the "
            "ledger extends it, and verify what came after.",
        ),
    ] = None,
    as_json: Json = False,
    project: ProjectOption = None,
) -> None:
    """Verify ledger, records, versions and store; say what was checked and what is wrong where.

    Needs no private key and writes nothing to the project. Without --since, a copy of everything from
    an earlier day cannot be told from the present: only a checkpoint kept elsewhere can.
    """
    from lexiane_dagster.application.verification import verify as walk
    from lexiane_dagster.bootstrap import analyzer

    remembered = None if since is None else _remembered(since)
    app = open_application(project)
    report = walk(app.backends, analyzer, BarProgress(), remembered)
    if as_json:
        print_json(report.to_json())
    else:
        _show(report)
    if not report.ok:
        wrong = [step.name for step in report.steps if not step.ok]
        raise IntegrityError(
            f"{counted(len(report.problems), 'problem')} in {', '.join(wrong)}",
            remedy="restore what is named from a back-up; docs/security/threat-model.md says what "
            "each problem can mean",
        )


def _remembered(since: str) -> "SignedCheckpoint":
    from lexiane_dagster.domain.ledger.checkpoint import SignedCheckpoint

    try:
        note = sys.stdin.read() if since == STDIN else Path(since).read_text("utf-8")
        return SignedCheckpoint.from_note(note)
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"{since!r} is no signed checkpoint: {error}",
            remedy="give the text that `lexiane checkpoint` printed, unchanged",
        ) from error


def _show(report: "Report") -> None:
    for number, step in enumerate(report.steps, start=1):
        verdict = "ok" if step.ok else f"{len(step.problems)} PROBLEMS"
        typer.echo(f"{number:>3}  {step.name:<12} {step.checked:>9} checked   {verdict}")
        for problem in step.problems:
            typer.echo(f"       {one_line(problem)}")
