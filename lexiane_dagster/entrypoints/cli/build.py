"""`lexiane build`."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from lexiane_dagster.domain.version import SHORT_DIGITS
from lexiane_dagster.entrypoints.cli.output import BarProgress, Json, ProjectOption, print_json
from lexiane_dagster.entrypoints.cli.project import open_application


def build(
    name: Annotated[str, typer.Argument(help="Corpus.")],
    as_json: Json = False,
    project: ProjectOption = None,
) -> None:
    """Build a corpus through Dagster: documents, chunks, embeddings, index, gates, release.

    Only what changed is computed. A build of unchanged documents gives the same version.
    """
    built = run_build(name, project)
    if as_json:
        print_json(built)
        return
    typer.echo(summary(built))
    typer.echo("released to production" if built["moved"] else "production serves it already")


def summary(built: Mapping[str, Any]) -> str:
    """What was built, in one line."""
    corpus, _, digest = built["version"].partition("@")
    left_out = f", {len(built['quarantined'])} left out" if built["quarantined"] else ""
    return (
        f"{corpus}@{digest[:SHORT_DIGITS]}: {built['documents']} documents, {built['chunks']} chunks, "
        f"{built['embedded']} embedded, {built['reused']} reused{left_out}"
    )


def run_build(name: str, project: str | None) -> dict[str, Any]:
    """Build and tell what was built."""
    from lexiane_dagster.application.publish import PRODUCTION
    from lexiane_dagster.domain.version import full_name
    from lexiane_dagster.entrypoints.cli.layout import corpus_folder
    from lexiane_dagster.orchestration.launch import launch

    app = open_application(project)
    folder = corpus_folder(app.project.root, name)
    stages: Mapping[str, Mapping[str, Any]] = launch(app, folder, BarProgress()).metadata
    version = str(stages["index"]["lexiane/handle"])
    return {
        "corpus": name,
        "version": full_name(name, version),
        "documents": stages["documents"]["dagster/row_count"],
        "chunks": stages["chunks"]["dagster/row_count"],
        "extracted": stages["documents"]["extracted"],
        "cut": stages["chunks"]["cut_documents"],
        "embedded": stages["embeddings"]["embedded"],
        "reused": stages["embeddings"]["reused"],
        "quarantined": stages["documents"]["waived"],
        "moved": stages["release"]["moved"],
        "released": app.backends.catalog.release(name, PRODUCTION) == version,
    }
