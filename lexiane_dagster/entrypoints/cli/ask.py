"""`lexiane ask`."""

from typing import Annotated

import typer

from lexiane_dagster.entrypoints.cli.options import Group, Release, Top, Version
from lexiane_dagster.entrypoints.cli.output import BarProgress, Json, ProjectOption, print_json
from lexiane_dagster.entrypoints.cli.project import open_application, pinned
from lexiane_dagster.entrypoints.cli.render import render_answer


def ask(
    name: Annotated[str, typer.Argument(help="Corpus.")],
    question: Annotated[str, typer.Argument(help="Question.")],
    version: Version = None,
    release: Release = "production",
    group: Group = None,
    top: Top = 10,
    principal: Annotated[
        str | None,
        typer.Option(metavar="P", help="Who asks: an opaque name, recorded and erasable."),
    ] = None,
    as_json: Json = False,
    project: ProjectOption = None,
) -> None:
    """Answer a question from a pinned version, with verbatim quotes, or say that it is not there.

    The answer is recorded with everything that a replay needs before it is shown.
    """
    app = open_application(project)
    asker = app.asker(pinned(app, name, version, release), BarProgress())
    recorded = asker.ask(question, group or (), top, principal)
    if as_json:
        print_json(recorded.to_json())
    else:
        render_answer(recorded)
