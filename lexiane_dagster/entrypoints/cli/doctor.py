"""`lexiane doctor`."""

from typing import Annotated

import typer

from lexiane_dagster.entrypoints.cli.output import Json, ProjectOption, print_json


def doctor(
    as_json: Json = False,
    project: ProjectOption = None,
    probe: Annotated[
        bool, typer.Option(help="Load the default model and embed one sentence.")
    ] = True,
) -> None:
    """Check Python, memory, disk, libraries, the model and the project; say what is missing."""
    from lexiane_dagster.domain.errors import UnavailableError
    from lexiane_dagster.entrypoints.cli.diagnosis import diagnose

    found = diagnose(project, probe)
    if as_json:
        print_json({"ok": all(item.ok for item in found), "checks": [vars(i) for i in found]})
    else:
        for item in found:
            mark = "ok     " if item.ok else "MISSING"
            typer.echo(f"{mark}  {item.name:<10} {item.detail}")
    missing = [item for item in found if not item.ok]
    if missing:
        raise UnavailableError(
            "; ".join(f"{item.name}: {item.detail}" for item in missing),
            remedy="; ".join(item.remedy for item in missing),
        )
