"""`lexiane export-ledger`."""

from pathlib import Path
from typing import Annotated

import typer

from lexiane_dagster.entrypoints.cli.output import Json, ProjectOption, print_json
from lexiane_dagster.entrypoints.cli.project import open_application


def export_ledger(
    folder: Annotated[Path, typer.Argument(help="New, empty, or an earlier export.")],
    as_json: Json = False,
    project: ProjectOption = None,
) -> None:
    """Write the ledger as static files that tools of others can check and serve (C2SP tlog-tiles).

    They hold commitments only: no question, no document's name, no text.
    """
    from lexiane_dagster.application.export_ledger import export_ledger as write

    backends = open_application(project).backends
    exported = write(backends.ledger, folder.absolute(), backends.keyring.verify)
    if as_json:
        print_json(exported.to_json())
        return
    found = exported.head.checkpoint
    typer.echo(f"{exported.folder}: {found.size} leaves, {exported.written} tiles written")
    typer.echo(f"root  {found.root.hex()}")
    typer.echo(f"key   {exported.keys[-1]}")
