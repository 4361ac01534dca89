"""A small project with everything that can be tampered with, and how to tamper with it."""

import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from lexiane_dagster.application.build_index import build_index
from lexiane_dagster.application.chunk import chunk
from lexiane_dagster.application.embed import embed
from lexiane_dagster.application.erasure.erase import erase
from lexiane_dagster.application.erasure.plan import Wanted, plan_erasure
from lexiane_dagster.application.ingest import ingest
from lexiane_dagster.application.publish import publish
from lexiane_dagster.application.verification import verify
from lexiane_dagster.bootstrap import Application, analyzer, application, making
from lexiane_dagster.domain.ledger.checkpoint import SignedCheckpoint
from lexiane_dagster.domain.report import Report
from lexiane_dagster.entrypoints.cli.output import NoProgress
from lexiane_dagster.settings import CorpusSettings, parse, read_yaml
from tests.pipeline.documents import base_documents
from tests.pipeline.support import CORPUS, HASH, Project

GROUPED = {
    "type": "folder",
    "path": "docs",
    "access": [{"pattern": "claims/*", "groups": ["staff"]}],
}


@dataclass
class Lab:
    """A project that a test may damage. `early` is a copy of it as it was at the checkpoint `past`."""

    root: Path
    early: Path
    past: str
    present: str

    def copy(self, root: Path) -> "Lab":
        shutil.copytree(self.root, root, ignore=shutil.ignore_patterns(".dagster"))
        return Lab(root, self.early, self.past, self.present)

    @property
    def home(self) -> Path:
        return self.root / ".lexiane"

    @property
    def catalog(self) -> Path:
        return self.home / "catalog.sqlite"

    @property
    def store(self) -> Path:
        return self.home / "store"

    def application(self) -> Application:
        return application(self.root)

    def verify(self, since: str | None = None) -> Report:
        remembered = SignedCheckpoint.from_note(since) if since else None
        return verify(self.application().backends, analyzer, NoProgress(), remembered)

    @contextmanager
    def database(self) -> Iterator[sqlite3.Connection]:
        """The catalog, with nothing in the way of a change."""
        with closing(sqlite3.connect(self.catalog)) as connection, connection:
            connection.create_function("flip", 1, flipped)
            yield connection

    def sql(self, *statements: str) -> None:
        with self.database() as connection:
            for statement in statements:
                connection.execute(statement)

    def value(self, query: str) -> object:
        with self.database() as connection:
            return connection.execute(query).fetchone()[0]

    def restore(self, part: str) -> None:
        """Put the early copy of `part` of the state folder in place of it."""
        here, there = self.home / part, self.early / part
        for leftover in (here, *here.parent.glob(f"{here.name}-*")):
            if leftover.is_dir():
                shutil.rmtree(leftover)
            else:
                leftover.unlink(missing_ok=True)
        if there.is_dir():
            shutil.copytree(there, here)
        else:
            shutil.copy2(there, here)


def flipped(value: bytes | str) -> bytes | str:
    """The value with one bit of its middle turned; text stays ASCII."""
    if isinstance(value, str):
        at = len(value) // 2
        return value[:at] + chr(ord(value[at]) ^ 1) + value[at + 1 :]
    data = bytearray(value)
    data[len(data) // 2] ^= 1
    return bytes(data)


def make_lab(folder: Path) -> Lab:
    """Three versions, two releases that moved, answers with and without groups, a rotated key, a waived
    document, one with groups, a question set; then an answer and a document are erased."""
    root = folder / "p"
    documents = base_documents() | {"broken.pdf": b"not a pdf"}
    project = Project.make(
        root,
        documents,
        embedder=HASH,
        on_error="quarantine",
        max_quarantined=1,
        source=GROUPED,
    )
    questions = root / "assets" / CORPUS / "questions.jsonl"
    questions.write_text(
        '{"question_id": "q", "question": "parking", "relevant": {"tiny.md": 1}}\n'
    )
    project.build()
    app = application(root)
    first = released(app)
    ask(app, first, "How many days of annual leave are there?")
    app.backends.ledger.rotate()
    project.write("tiny.md", "# Parking\n\nVisitors park behind the old bakery.\n")
    project.write("secret.md", "# Secret\n\nThe alarm code of the vault is kept by Ottilie.\n")
    second = build(app, root)
    publish(second, "staging", app.backends)
    publish(second, "production", app.backends)
    forgotten = ask(app, second, "Who is to be told of a fraud?")
    past = app.backends.ledger.checkpoint().note()
    shutil.copytree(root / ".lexiane", folder / "early")
    ask(app, second, "Where do visitors park?", ("staff",), "alice")
    project.write("tiny.md", "# Parking\n\nVisitors park in the street.\n")
    (project.docs / "secret.md").unlink()
    forget(app, Wanted(answers=(forgotten,)))
    forget(app, Wanted(documents=("secret.md",), corpora=(CORPUS,)))
    publish(build(app, root), "production", app.backends)
    publish(first, "production", app.backends)
    # Index files of every version, as after questions to each.
    ask(app, second, "restore database backup")
    ask(app, first, "restore database backup")
    return Lab(root, folder / "early", past, app.backends.ledger.checkpoint().note())


def released(app: Application) -> str:
    digest = app.backends.catalog.release(CORPUS, "production")
    assert digest is not None
    return digest


def ask(
    app: Application,
    version: str,
    question: str,
    groups: Sequence[str] = (),
    principal: str | None = None,
) -> int:
    return app.asker(version, NoProgress()).ask(question, groups, principal=principal).answer_id


def build(app: Application, root: Path) -> str:
    """A version of what the documents are now, without Dagster around the use cases."""
    file = root / "assets" / CORPUS / "defs.yaml"
    settings: CorpusSettings = parse(CorpusSettings, read_yaml(file)["attributes"], file)
    recipe, backends, quiet = app.recipe(CORPUS, settings), app.backends, NoProgress()
    documents = ingest(recipe, backends, quiet).snapshot.digest
    chunks = chunk(documents, recipe.chunker, backends, quiet).snapshot.digest
    vectors = embed(chunks, recipe.embedder, backends, quiet).snapshot.digest
    made = partial(making, settings, "a-run", backends.clock.now())
    return build_index(
        vectors, recipe.analyzer, recipe.retrieval, made, backends, quiet
    ).manifest.digest


def forget(app: Application, wanted: Wanted) -> None:
    erase(plan_erasure(wanted, analyzer, app.backends, NoProgress()), app.backends)


Tamper = Callable[[Lab], str | None]


@dataclass(frozen=True)
class Case:
    """One way to tamper: the step that must notice, and a pattern of the problem it must name.

    What `tamper` returns stands for `{}` in the pattern.
    """

    name: str
    tamper: Tamper
    step: str
    problem: str

    def check(self, report: Report, returned: str | None) -> None:
        assert not report.ok
        pattern = self.problem.replace("{}", re.escape(returned or ""))
        named = [step for step in report.steps if step.name == self.step]
        assert named, f"no step {self.step}"
        problems = named[0].problems
        assert any(re.search(pattern, problem) for problem in problems), (
            f"{self.step}: {problems}, all: {report.problems}"
        )
