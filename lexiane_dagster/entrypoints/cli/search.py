"""`lexiane search`."""

from typing import Annotated

import typer

from lexiane_dagster.entrypoints.cli.options import Group, Release, Top, Version
from lexiane_dagster.entrypoints.cli.output import (
    BarProgress,
    Json,
    ProjectOption,
    one_line,
    print_json,
)
from lexiane_dagster.entrypoints.cli.project import open_application, pinned


def search(
    name: Annotated[str, typer.Argument(help="Corpus.")],
    question: Annotated[str, typer.Argument(help="Question or keywords.")],
    version: Version = None,
    release: Release = "production",
    group: Group = None,
    top: Top = 10,
    as_json: Json = False,
    project: ProjectOption = None,
) -> None:
    """Rank the passages of a pinned version for a question, without answering it."""
    from lexiane_dagster.domain.version import short_name

    app = open_application(project)
    asker = app.asker(pinned(app, name, version, release), BarProgress())
    result = asker.search(question, group or (), top)
    if as_json:
        print_json(result.to_json())
        return
    manifest = asker.version.manifest
    typer.echo(f"{short_name(manifest.corpus, manifest.digest)}: {len(result.ranking)} passages")
    for rank, entry in enumerate(result.ranking, start=1):
        chunk = asker.version.chunks[entry.ranked.chunk_id]
        heading = one_line(" > ".join(chunk.heading))
        typer.echo(
            f"{rank:>3}. {one_line(entry.document_id)}"
            + (f" | {heading}" if heading else "")
            + "\n"
            f"     score {entry.ranked.score}, lexical rank {entry.ranked.lexical_rank or '-'}, "
            f"dense rank {entry.ranked.dense_rank or '-'}\n"
            f"     {one_line(chunk.text)[:160]}"
        )
