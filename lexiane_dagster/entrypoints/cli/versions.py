"""`lexiane versions`."""

from typing import Annotated

import typer

from lexiane_dagster.entrypoints.cli.output import Json, ProjectOption, print_json
from lexiane_dagster.entrypoints.cli.project import open_application


def versions(
    name: Annotated[str, typer.Argument(help="Corpus.")],
    as_json: Json = False,
    project: ProjectOption = None,
) -> None:
    """List the index versions of a corpus, newest first, and what the releases point at."""
    from lexiane_dagster.application.erasure.collected import collected_versions
    from lexiane_dagster.domain.version import full_name, short_name
    from lexiane_dagster.entrypoints.cli.layout import corpus_folder

    app = open_application(project)
    catalog = app.backends.catalog
    releases = catalog.releases(name)
    entries = catalog.versions(name)
    listed = {full_name(name, entry.version) for entry in entries}
    collected = {
        version: at
        for version, at in collected_versions(app.backends.ledger).items()
        if version.partition("@")[0] == name and version not in listed
    }
    if not entries:
        corpus_folder(app.project.root, name)
    if as_json:
        print_json(
            [
                {
                    "version": full_name(name, entry.version),
                    "created": entry.created,
                    "documents": entry.documents,
                    "chunks": entry.chunks,
                    "releases": [key for key, at in releases.items() if at == entry.version],
                }
                for entry in entries
            ]
            + [{"version": version, "collected": at} for version, at in collected.items()]
        )
        return
    if not entries:
        typer.echo(f"{name} has no version yet. Build one: lexiane build {name}")
    for entry in entries:
        marks = " ".join(f"<- {key}" for key, at in releases.items() if at == entry.version)
        typer.echo(
            f"{short_name(name, entry.version)}  {entry.created}  "
            f"{entry.documents:>7} documents  {entry.chunks:>8} chunks  {marks}".rstrip()
        )
    for version, at in collected.items():
        corpus, _, digest = version.partition("@")
        typer.echo(f"{short_name(corpus, digest)}  collected by retention at {at}")
