"""`lexiane evidence`."""

from pathlib import Path
from typing import Annotated

import typer

from lexiane_dagster.entrypoints.cli.options import Group
from lexiane_dagster.entrypoints.cli.output import BarProgress, Json, ProjectOption, print_json
from lexiane_dagster.entrypoints.cli.project import open_application


def evidence(
    answer: Annotated[int, typer.Argument(help="Number of the answer.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="Archive to write.")
    ],
    group: Group = None,
    as_json: Json = False,
    project: ProjectOption = None,
) -> None:
    """Write one archive that lets an outsider check an answer offline.

    It holds the record, the quoted sources, the ranked passages and the proofs that they belong to
    the version and to the ledger, a page to read, and the program that checks it all.
    """
    from importlib.resources import files

    from lexiane_dagster.application.evidence.export import export_evidence
    from lexiane_dagster.bootstrap import analyzer
    from lexiane_dagster.domain.digest import digest_of_bytes

    app = open_application(project)
    checker = files("lexiane_dagster.entrypoints").joinpath("check_evidence.py").read_bytes()
    pack = export_evidence(answer, group or (), checker, analyzer, app.backends, BarProgress())
    _write(output, pack)
    digest = digest_of_bytes(pack)
    if as_json:
        print_json({"file": str(output), "sha256": digest, "bytes": len(pack)})
        return
    typer.echo(f"{output}: answer {answer}, {len(pack)} bytes, sha256 {digest}")
    typer.echo(f"to check it: lexiane check-evidence {output}")


def _write(output: Path, pack: bytes) -> None:
    """Beside its place first: what stands there stays whole until the new pack is."""
    staged = output.with_name(f".{output.name}.partial")
    try:
        staged.write_bytes(pack)
        staged.replace(output)
    finally:
        staged.unlink(missing_ok=True)
