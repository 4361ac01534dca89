"""Writers go on while a project is verified: nothing is wrong then."""

from threading import Event, Thread

from lexiane_dagster.application.erasure.plan import Wanted
from lexiane_dagster.application.verification import verify, verify_ledger
from lexiane_dagster.bootstrap import analyzer
from lexiane_dagster.entrypoints.cli.output import NoProgress
from lexiane_dagster.ports.analyzer import Analyzer
from tests.pipeline.support import CORPUS
from tests.verification.lab import Lab, ask, forget, released


def test_answers_given_meanwhile_are_no_problem(lab: Lab) -> None:
    """Each walk sees one state of the database: an answer is in it as a whole, or not at all."""
    app, done = lab.application(), Event()
    version, given = released(app), list[int]()

    def write() -> None:
        while not done.is_set():
            given.append(ask(app, version, "Where do visitors park?"))

    writer = Thread(target=write)
    writer.start()
    try:
        reader = lab.application().backends
        reports = [verify_ledger(reader, NoProgress()) for _ in range(10)]
        walked = [lab.verify() for _ in range(3)]
    finally:
        done.set()
        writer.join()
    assert given
    assert [report.problems for report in (*reports, *walked) if not report.ok] == []
    sizes = [step.checked for report in reports for step in report.steps if step.name == "entries"]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]


def test_what_is_erased_meanwhile_is_no_damage(lab: Lab) -> None:
    """An erasure comes when the first version was walked and the others were not."""
    app, calls = lab.application(), list[str]()

    def erasing(language: str) -> Analyzer:
        if not calls:
            forget(app, Wanted(documents=("tiny.md",), corpora=(CORPUS,)))
        calls.append(language)
        return analyzer(language)

    before = app.backends.ledger.size()
    report = verify(lab.application().backends, erasing, NoProgress())
    assert app.backends.ledger.size() > before
    assert report.problems == []
