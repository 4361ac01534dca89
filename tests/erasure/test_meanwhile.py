"""Readers while a document is being erased, and the bytes of many answers afterwards."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

from lexiane_dagster.application.erasure.erase import erase
from lexiane_dagster.application.erasure.plan import Wanted, plan_erasure
from lexiane_dagster.bootstrap import analyzer
from tests.erasure.conftest import SECRET, WORDS
from tests.erasure.support import QUIET, asker, erase_document, held, opened, scores, versions


def test_readers_see_the_version_with_or_without_it_and_never_half(own: Path) -> None:
    version = versions(opened(own))[0]
    question = "weeks of leave"
    whole = scores(asker(opened(own), version), question)
    done = Event()

    def read() -> list[dict[str, object]]:
        seen = []
        while not done.is_set():
            seen.append(scores(asker(opened(own), version), question))
        return seen

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        try:
            erase_document(opened(own).backends, SECRET)
        finally:
            done.set()
        seen = [found for reader in readers for found in reader.result()]
    left = scores(asker(opened(own), version), question)
    assert left != whole
    assert seen
    assert all(found in (whole, left) for found in seen)
    erase_document(opened(own).backends, SECRET)
    assert not held(own, *WORDS)


def test_no_page_of_the_database_keeps_one_of_many_answers(own: Path) -> None:
    app = opened(own)
    asked = asker(app, versions(app)[0])
    for number in range(120):
        person = "subject-4711-bob" if number % 3 else "subject-0815-eve"
        asked.ask(f"What does the gull number {number} of {person} count?", principal=person)
    assert held(own, b"subject-4711-bob")
    wanted = Wanted(principals=("subject-4711-bob",))
    plan = plan_erasure(wanted, analyzer, app.backends, QUIET)
    assert len(plan.answers) == 80
    assert len(erase(plan, app.backends)) == 1
    assert not held(own, b"subject-4711-bob")
    assert held(own, b"subject-0815-eve")
