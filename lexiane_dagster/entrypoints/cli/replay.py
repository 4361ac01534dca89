"""`lexiane replay`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from lexiane_dagster.entrypoints.cli.options import Group
from lexiane_dagster.entrypoints.cli.output import (
    BarProgress,
    Json,
    ProjectOption,
    counted,
    print_json,
)
from lexiane_dagster.entrypoints.cli.project import open_application

if TYPE_CHECKING:
    from lexiane_dagster.domain.replay import Replay


def replay(
    answers: Annotated[
        list[int] | None, typer.Argument(metavar="[ANSWER]...", help="Numbers of answers.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Replay every answer.")] = False,
    corpus: Annotated[
        str | None, typer.Option(metavar="NAME", help="With --all: of this corpus only.")
    ] = None,
    group: Group = None,
    record: Annotated[
        bool, typer.Option("--record/--no-record", help="Note the replays in the ledger.")
    ] = True,
    as_json: Json = False,
    project: ProjectOption = None,
) -> None:
    """Answer recorded questions again under the recorded conditions, and compare each stage.

    Exit codes: 0 IDENTICAL, 10 SAME_EVIDENCE, 11 DIVERGED, 12 UNAVAILABLE, 13 ERASED; of several
    answers, the gravest: DIVERGED, UNAVAILABLE, ERASED, SAME_EVIDENCE, IDENTICAL.
    """
    from lexiane_dagster.application.find_answers import visible_answers
    from lexiane_dagster.application.replay import replay as replay_answers
    from lexiane_dagster.domain.errors import ConfigurationError
    from lexiane_dagster.domain.replay import worst

    if bool(answers) == every or (corpus and not every):
        raise ConfigurationError(
            "say what to replay", remedy="name answers, or --all, perhaps with --corpus"
        )
    app, held, progress = open_application(project), frozenset(group or ()), BarProgress()
    hidden = 0
    if answers:
        wanted = list(dict.fromkeys(answers))
    else:
        wanted, hidden = visible_answers(app.backends.ledger, corpus, held)
    found = replay_answers(
        wanted,
        lambda version: app.asker(version, progress),
        app.backends,
        progress,
        groups=held,
        record=record,
    )
    if as_json:
        print_json([item.to_json() for item in found])
    else:
        _render(found, every, hidden)
    raise typer.Exit(worst(found))


def _render(found: "Sequence[Replay]", every: bool, hidden: int) -> None:
    """One line an answer; of all answers, only those that are not identical, and a summary."""
    from collections import Counter

    from lexiane_dagster.domain.replay import Verdict

    for item in found:
        if not every or item.verdict is not Verdict.IDENTICAL:
            typer.echo(_line(item))
    if every:
        counts = Counter(item.verdict for item in found)
        told = ", ".join(f"{counts[verdict]} {verdict.name}" for verdict in Verdict)
        typer.echo(f"{len(found)} answers: {told}")
    recorded = sum(item.from_recorded_vector for item in found)
    if every and recorded:
        typer.echo(f"{recorded} were reached from the recorded query vector")
    if hidden:
        told = counted(hidden, "answer")
        typer.echo(f"{told} of other groups left out: name the groups with --group")


def _line(item: "Replay") -> str:
    vector = ", query_vector: recorded" if item.from_recorded_vector else ""
    detail = f": {item.detail}" if item.detail else ""
    return f"answer {item.answer_id}: {item.text}{vector}{detail}"
