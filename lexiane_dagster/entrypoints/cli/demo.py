"""`lexiane demo`."""

import typer

from lexiane_dagster.entrypoints.cli.output import BarProgress, Json, ProjectOption, print_json
from lexiane_dagster.entrypoints.cli.project import open_application

CORPUS = "handbook"
QUESTIONS: tuple[str, ...] = ()
NEXT = """\
Next:
  your own questions     lexiane ask handbook "…"
  the versions           lexiane versions handbook
  your own folder        lexiane add notes ~/notes && lexiane build notes && lexiane ask notes "…"
  the Dagster UI         make dev, then open http://localhost:3000
"""


def demo(as_json: Json = False, project: ProjectOption = None) -> None:
    """Build the bundled corpus through Dagster and ask it three questions."""
    from lexiane_dagster.application.open_version import released_version
    from lexiane_dagster.application.publish import PRODUCTION
    from lexiane_dagster.entrypoints.cli.build import run_build
    from lexiane_dagster.entrypoints.cli.render import render_answer

    if not as_json:
        typer.echo(f"Building the corpus {CORPUS} through Dagster …")
    built = run_build(CORPUS, project)
    app = open_application(project)
    version = released_version(CORPUS, PRODUCTION, app.backends)
    asker = app.asker(version, BarProgress())
    answers = [asker.ask(question) for question in QUESTIONS]
    if as_json:
        print_json({"build": built, "answers": [answer.to_json() for answer in answers]})
        return
    typer.echo(
        f"{built['documents']} documents, {built['chunks']} chunks, {built['embedded']} embedded, "
        f"{built['reused']} reused\n"
    )
    for answer in answers:
        typer.secho(f"Q: {answer.search.question}", bold=True)
        render_answer(answer)
        typer.echo()
    typer.echo(NEXT)
