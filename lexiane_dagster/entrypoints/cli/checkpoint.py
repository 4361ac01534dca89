"""`lexiane checkpoint`."""

from typing import Annotated

import typer

from lexiane_dagster.entrypoints.cli.output import Json, ProjectOption, print_json
from lexiane_dagster.entrypoints.cli.project import open_application


def checkpoint(
    push: Annotated[
        bool, typer.Option("--push", help="Push it to the second places of the profile.")
    ] = False,
    as_json: Json = False,
    project: ProjectOption = None,
) -> None:
    """Print the newest signed checkpoint of the ledger: whoever remembers it can prove a roll-back."""
    from lexiane_dagster.domain.errors import ConfigurationError

    app = open_application(project)
    if push and not app.project.profile.checkpoints:
        raise ConfigurationError(
            "the profile names no second place to push to",
            remedy="add one under `checkpoints`; docs/ledger.md shows how",
        )
    pushed = app.push_checkpoint() if push else []
    head = app.backends.ledger.checkpoint()
    if as_json:
        found = head.checkpoint
        print_json(
            {
                "origin": found.origin,
                "size": found.size,
                "root": found.root.hex(),
                "note": head.note(),
                "pushed": [each.to_json() for each in pushed],
            }
        )
        return
    typer.echo(head.note(), nl=False)
    for each in pushed:
        known = "nothing" if each.before is None else f"{each.before} leaves"
        typer.echo(f"{each.place} remembers {each.size} leaves (before: {known})", err=True)
