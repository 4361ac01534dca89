"""`lexiane demo`."""

import typer

from lexiane_dagster.entrypoints.cli.output import BarProgress, Json, ProjectOption, print_json
from lexiane_dagster.entrypoints.cli.project import open_application

CORPUS = "handbook"
QUESTIONS = (
    "How many hours of windstorm count as one event under the reinsurance contract?",
    "I was rated strong and sit in the middle of my pay band. What rise can I expect?",
    "How many weeks of paid adoption leave do employees get?",
)
NEXT = """\
What next:
  ask on                 lexiane ask {corpus} "What does the cheapest home policy leave out?"
  why it says so         lexiane show {answer}
  answer it again        lexiane replay {answer}
  prove it elsewhere     lexiane evidence {answer} -o pack.zip
                         lexiane check-evidence pack.zip
  check everything       lexiane verify
  what a name stands for lexiane show {version}
  how good it is         lexiane evaluate {corpus}
  your own folder        lexiane add notes ~/notes
                         lexiane build notes
                         lexiane ask notes "..."
  the Dagster UI         make dev, then open http://localhost:3000
"""


def demo(as_json: Json = False, project: ProjectOption = None) -> None:
    """Build the bundled corpus through Dagster and ask it three questions.

    One of them cannot be answered from the documents, and the answer says so. A second run has
    nothing to build and takes seconds.
    """
    from lexiane_dagster.application.open_version import resolve_version
    from lexiane_dagster.domain.version import SHORT_DIGITS
    from lexiane_dagster.entrypoints.cli.build import run_build, summary
    from lexiane_dagster.entrypoints.cli.render import render_answer

    if not as_json:
        typer.secho(f"Building the corpus {CORPUS} through Dagster", bold=True)
    built = run_build(CORPUS, project)
    app = open_application(project)
    version = resolve_version(built["version"], CORPUS, app.backends)
    asker = app.asker(version, BarProgress())
    answers = [asker.ask(question) for question in QUESTIONS]
    if as_json:
        print_json({"build": built, "answers": [recorded.to_json() for recorded in answers]})
        return
    typer.echo(summary(built))
    for recorded in answers:
        typer.secho(f"\n? {recorded.answer.search.question}", bold=True)
        render_answer(recorded)
    short = f"{CORPUS}@{version[:SHORT_DIGITS]}"
    first = answers[0].answer_id
    typer.echo("\n" + NEXT.format(corpus=CORPUS, version=short, answer=first), nl=False)
