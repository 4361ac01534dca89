"""Writers go on while a project is verified: nothing is wrong then."""

from threading import Event, Thread

from lexiane_dagster.application.verification import verify_ledger
from lexiane_dagster.entrypoints.cli.output import NoProgress
from tests.verification.lab import Lab, ask, released


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
