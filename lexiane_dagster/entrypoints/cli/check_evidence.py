"""`lexiane check-evidence`."""

from pathlib import Path
from typing import Annotated

import typer

from lexiane_dagster.entrypoints.cli.output import Json, print_json


def check_evidence(
    pack: Annotated[Path, typer.Argument(help="Archive that `lexiane evidence` wrote.")],
    key: Annotated[
        str | None,
        typer.Option(
            metavar="VERIFIER",
            help="Public key of the ledger that you know, as `lexiane keys` prints it.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check an evidence pack, step by step, with nothing but the pack.

    The same program runs without this package on any Python 3.11 or later: it is one file,
    lexiane_dagster/entrypoints/check_evidence.py. Exit code 6 when something does not hold.
    """
    from lexiane_dagster.domain.errors import NotFoundError
    from lexiane_dagster.entrypoints.check_evidence import EXIT_FAILED, check, read, told

    try:
        data = read(pack)
    except FileNotFoundError:
        raise NotFoundError(f"there is no file {pack}", remedy="name an evidence pack") from None
    report = check(data, key)
    if as_json:
        print_json(report)
    else:
        typer.echo(told(report), nl=False)
    raise typer.Exit(0 if report["ok"] else EXIT_FAILED)
