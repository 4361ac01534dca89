"""The bundled corpus, asked: quotes in preserved sources, access groups, quality on held-out questions."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from lexiane_dagster.application.answer import Asker
from lexiane_dagster.application.answer_set import answer_set
from lexiane_dagster.application.evaluate import evaluate
from lexiane_dagster.application.numeric_profile import numeric_profile
from lexiane_dagster.application.publish import PRODUCTION
from lexiane_dagster.application.questions import QuestionSet, load_question_set
from lexiane_dagster.application.records import all_records
from lexiane_dagster.bootstrap import Application, application, measures
from lexiane_dagster.entrypoints.cli.output import NoProgress
from lexiane_dagster.orchestration.launch import launch

ROOT = Path(__file__).parents[2]
QUESTIONS = load_question_set(ROOT / "assets" / "handbook" / "questions.jsonl")
HELD_OUT = QuestionSet("held out", QUESTIONS.questions[1::2])


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    project = tmp_path_factory.mktemp("project")
    for name in ("workspace.yaml", "pyproject.toml"):
        shutil.copy(ROOT / name, project)
    shutil.copytree(ROOT / "assets", project / "assets")
    (project / "examples").symlink_to(ROOT / "examples")
    before = {key: os.environ.pop(key, None) for key in ("DAGSTER_HOME", "LEXIANE_HOME")}
    built = application(project)
    launch(built, project / "assets" / "handbook", NoProgress())
    yield built
    os.environ.update({key: value for key, value in before.items() if value is not None})


@pytest.fixture(scope="module")
def asker(app: Application) -> Asker:
    version = app.backends.catalog.release("handbook", PRODUCTION)
    assert version is not None
    return app.asker(version, NoProgress())


def test_every_quote_stands_in_the_preserved_text_and_the_preserved_bytes_are_the_file(
    app: Application, asker: Asker
) -> None:
    cited = 0
    store = app.project.home / "store" / "objects"
    for question in QUESTIONS.questions[::4]:
        for citation in asker.ask(question.text, question.groups).answer.citations:
            document = asker.version.documents[citation.document_id]
            digest = document.text_digest
            text = (store / digest[:2] / digest).read_bytes().decode()
            assert text[citation.start : citation.end] == citation.quote != ""
            raw = (ROOT / "examples" / "handbook" / citation.document_id).read_bytes()
            assert citation.document_digest == hashlib.sha256(raw).hexdigest()
            kept = (store / citation.document_digest[:2] / citation.document_digest).read_bytes()
            assert kept == raw
            cited += 1
    assert cited > 30


def test_pages_and_headings_are_told(asker: Asker) -> None:
    answer = asker.ask(
        "How many hours of windstorm count as one event under the reinsurance contract?"
    ).answer
    first = answer.citations[0]
    assert first.document_id.endswith(".pdf")
    assert first.page is not None
    assert first.heading


def test_who_is_in_no_group_never_sees_what_is_restricted(asker: Asker) -> None:
    restricted = {key for key, row in asker.version.documents.items() if row.groups}
    assert len(restricted) >= 5
    for question in QUESTIONS.questions:
        if question.groups:
            everything = asker.ask(question.text, (), top=100).answer
            seen = {entry.document_id for entry in everything.search.ranking}
            seen |= {citation.document_id for citation in everything.citations}
            assert not seen & restricted
            allowed = asker.search(question.text, question.groups, top=5)
            assert {entry.document_id for entry in allowed.ranking} & restricted


def test_quality_on_questions_that_nothing_was_fitted_on(asker: Asker) -> None:
    found = evaluate(asker, HELD_OUT, measures(), NoProgress())
    rates = found.answers.to_json()
    assert found.measures["nDCG@10"] >= 0.88
    assert found.answers.quoting / found.answers.answerable >= 0.72
    assert float(str(rates["abstention_precision"])) >= 0.5
    assert float(str(rates["abstention_recall"])) >= 0.7


def test_the_same_set_on_the_same_version_gives_the_same_digest_and_new_records(
    app: Application, asker: Asker
) -> None:
    few = QuestionSet("few", QUESTIONS.questions[:6])
    first = answer_set(asker, few, NoProgress())
    again = answer_set(app.asker(asker.version.manifest.digest, NoProgress()), few, NoProgress())
    assert again.digest == first.digest
    assert not set(again.answer_ids) & set(first.answer_ids)
    records = all_records(app.backends.ledger, first.answer_ids)
    assert [record.fields["question"] for record in records] == [q.text for q in few.questions]
    assert {record.version for record in records} == {asker.version.name}


def test_a_version_says_on_which_kind_of_processor_it_was_made(app: Application) -> None:
    version = app.backends.catalog.versions("handbook")[0]
    made = version.provenance
    assert isinstance(made, dict)
    embedder = app.asker(version.version, NoProgress()).embedder()
    assert made["numeric_profile"] == numeric_profile(embedder)
