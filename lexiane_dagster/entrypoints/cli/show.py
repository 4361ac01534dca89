"""`lexiane show`."""

from typing import Annotated

import typer

from lexiane_dagster.entrypoints.cli.output import Json, ProjectOption, one_line, print_json
from lexiane_dagster.entrypoints.cli.project import open_application


def show(
    version: Annotated[str, typer.Argument(help="Version, e.g. handbook@3f9c2a1b04de.")],
    as_json: Json = False,
    project: ProjectOption = None,
) -> None:
    """Show the manifest that a version's name is the digest of, and how the version was made."""
    from lexiane_dagster.application.build_index import load_manifest
    from lexiane_dagster.application.open_version import resolve_version
    from lexiane_dagster.domain.version import full_name

    app = open_application(project)
    digest = resolve_version(version, None, app.backends)
    manifest = load_manifest(app.backends.objects, digest)
    if as_json:
        print_json(manifest.to_json())
        return
    entry = app.backends.catalog.version(digest)
    releases = app.backends.catalog.releases(entry.corpus)
    pointing = [name for name, at in releases.items() if at == digest]
    typer.echo(f"version    {full_name(entry.corpus, digest)}")
    typer.echo(f"created    {entry.created}")
    typer.echo(f"releases   {', '.join(pointing) or 'none'}")
    typer.echo(
        f"holds      {manifest.document_count} documents, {manifest.chunk_count} chunks, "
        f"{manifest.lexical.terms} terms"
    )
    for waived in app.backends.tables.waived(manifest.waived):
        typer.echo(f"left out   {one_line(waived.document_id)} ({waived.reason})")
    for name, root in (
        ("documents", manifest.documents),
        ("chunks", manifest.chunks),
        ("vectors", manifest.vectors),
        ("terms", manifest.lexical.root),
        ("embedder", manifest.embedder.digest),
    ):
        typer.echo(f"{name:<10} {root}")
    made = entry.provenance if isinstance(entry.provenance, dict) else {}
    libraries = made.get("libraries")
    if isinstance(libraries, dict):
        listed = ", ".join(f"{name} {number}" for name, number in libraries.items())
        typer.echo(f"made with  {listed}")
    # Same roots but for the vectors, and another profile: another type of processor is the reason.
    typer.echo(f"processor  {made.get('machine')}, numeric profile {made.get('numeric_profile')}")
