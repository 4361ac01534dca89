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
    as_json: Json = False,
    project: ProjectOption = None,
) -> None:
    """Answer a question from a pinned version, with verbatim quotes, or say that it is not there."""
    app = open_application(project)
    asker = app.asker(pinned(app, name, version, release), BarProgress())
    answer = asker.ask(question, group or (), top)
    if as_json:
        print_json(answer.to_json())
    else:
        render_answer(answer)
