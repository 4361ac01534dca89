"""`lexiane evaluate`."""

from pathlib import Path
from typing import Annotated

import typer

from lexiane_dagster.entrypoints.cli.options import Release, Version
from lexiane_dagster.entrypoints.cli.output import BarProgress, Json, ProjectOption, print_json
from lexiane_dagster.entrypoints.cli.project import open_application, pinned, project_root


def evaluate(
    name: Annotated[str, typer.Argument(help="Corpus.")],
    version: Version = None,
    release: Release = "production",
    questions: Annotated[
        Path | None,
        typer.Option(help="Judged questions. Default: questions.jsonl beside the defs.yaml."),
    ] = None,
    as_json: Json = False,
    project: ProjectOption = None,
) -> None:
    """Measure retrieval and answers of a version over judged questions."""
    from lexiane_dagster.application.evaluate import evaluate as measure
    from lexiane_dagster.application.questions import load_question_set
    from lexiane_dagster.bootstrap import measures
    from lexiane_dagster.entrypoints.cli.layout import corpus_folder

    app = open_application(project)
    file = questions or corpus_folder(project_root(project), name) / "questions.jsonl"
    loaded = load_question_set(file)
    asker = app.asker(pinned(app, name, version, release), BarProgress())
    found = measure(asker, loaded, measures(), BarProgress())
    if as_json:
        print_json(found.to_json())
        return
    typer.echo(f"{found.version}\n{found.question_set}: {found.questions} judged questions")
    for measure_name, value in found.measures.items():
        typer.echo(f"  {measure_name:<10} {value:.4f}")
    for label, rate in found.answers.to_json().items():
        shown = f"{rate:.4f}" if isinstance(rate, float) else str(rate)
        typer.echo(f"  {label.replace('_', ' '):<30} {shown}")
