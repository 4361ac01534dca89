"""`lexiane keys`."""

from typing import Annotated

import typer

from lexiane_dagster.entrypoints.cli.output import Json, ProjectOption, print_json
from lexiane_dagster.entrypoints.cli.project import open_application


def keys(
    rotate: Annotated[
        bool, typer.Option("--rotate", help="Make a new key; the old one signs its introduction.")
    ] = False,
    as_json: Json = False,
    project: ProjectOption = None,
) -> None:
    """Show the public keys that the ledger was ever signed with; make the first one if need be.

    Give the verifier strings to whoever is to check the ledger. Private keys are never shown.
    """
    from lexiane_dagster.application.ledger_keys import ledger_keys

    backends = open_application(project).backends
    if rotate:
        backends.ledger.rotate()
    found = ledger_keys(backends.ledger, backends.keyring)
    if as_json:
        print_json(found.to_json())
        return
    typer.echo(f"origin  {found.origin}")
    for key in found.keys:
        state = "signs now" if key.current else "retired"
        here = "here" if key.private_key_here else "not here"
        typer.echo(f"{key.verifier}\n  from leaf {key.from_leaf}, {state}, private key {here}")
    if found.unknown:
        typer.echo(
            f"{found.unknown} private keys are here that the ledger never named: left by an "
            "interrupted rotation, or of a newer ledger that was rolled back."
        )
