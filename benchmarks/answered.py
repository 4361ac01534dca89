"""A project with the bundled corpus, built by the command line, to answer questions in."""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from lexiane_dagster.application.answer import Asker
from lexiane_dagster.application.publish import PRODUCTION
from lexiane_dagster.application.questions import Question, load_question_set
from lexiane_dagster.bootstrap import Application, application
from lexiane_dagster.domain.record import answer_event
from lexiane_dagster.entrypoints.cli.output import NoProgress

ROOT = Path(__file__).parents[1]
CORPUS = "handbook"


def lexiane(project: Path, *arguments: str) -> float:
    """Run a command in `project`, in a process of its own; returns its seconds.

    Raises:
        RuntimeError: it failed; its errors are the message.
    """
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "lexiane_dagster.entrypoints.cli", *arguments],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"lexiane {' '.join(arguments)}: {done.stderr[-2000:]}")
    return time.perf_counter() - started


def make_project(folder: Path) -> Path:
    """The bundled corpus, added to a new project and built."""
    folder.mkdir(parents=True)
    lexiane(folder, "add", CORPUS, str(ROOT / "examples" / CORPUS))
    lexiane(folder, "build", CORPUS)
    return folder


def questions() -> Sequence[Question]:
    """The questions on the bundled corpus."""
    return load_question_set(ROOT / "assets" / CORPUS / "questions.jsonl").questions


def open_released(project: Path) -> tuple[Application, Asker]:
    """The application of a project, and what answers on its release."""
    app = application(project)
    version = app.backends.catalog.release(CORPUS, PRODUCTION)
    if version is None:
        raise RuntimeError(f"{project} has no release of {CORPUS}")
    return app, app.asker(version, NoProgress())


def fill(app: Application, asker: Asker, leaves: int) -> None:
    """Record answers, each in a transaction of its own, until the ledger has `leaves` leaves.

    The answers are those to the questions of the corpus, derived once and recorded again and again.
    """
    events = [
        answer_event(asker.derive(question.text, question.groups), None, asker.environment)
        for question in questions()
    ]
    for number in range(leaves - app.backends.ledger.size()):
        app.backends.ledger.append([events[number % len(events)]])
