"""`lexiane plan`."""

from typing import Annotated

import typer

from lexiane_dagster.entrypoints.cli.output import BarProgress, Json, ProjectOption, print_json
from lexiane_dagster.entrypoints.cli.project import project_root


def plan(
    name: Annotated[str, typer.Argument(help="Corpus.")],
    as_json: Json = False,
    project: ProjectOption = None,
) -> None:
    """Say what a build would do and cost against the released version, changing nothing."""
    from lexiane_dagster.application.plan import plan as make_plan
    from lexiane_dagster.application.publish import PRODUCTION
    from lexiane_dagster.bootstrap import trial
    from lexiane_dagster.entrypoints.cli.layout import corpus_folder
    from lexiane_dagster.orchestration.launch import corpus_settings

    root = project_root(project)
    settings = corpus_settings(root, corpus_folder(root, name))
    app = trial(root)
    current = app.backends.catalog.release(name, PRODUCTION)
    found = make_plan(app.recipe(name, settings), app.backends, current, BarProgress())
    if as_json:
        print_json(found.to_json())
        return
    typer.echo(f"documents  {found.add} to add, {found.change} to change, {found.remove} to remove")
    typer.echo(
        f"work       {found.extract} to extract, {found.chunk} to cut, {found.embed} to embed"
    )
    typer.echo(f"estimate   {found.seconds:.0f} s. Nothing was changed.")
