"""An intact project is found intact, and everything in it was looked at."""

from tests.verification.lab import Lab

STEPS = [
    "database",
    "entries",
    "keys",
    "tree",
    "checkpoints",
    "records",
    "statements",
    "versions",
    "tables",
    "embeddings",
    "indexes",
    "objects",
    "memo",
]


def test_an_intact_project_has_no_problem(intact: Lab) -> None:
    report = intact.verify()
    assert report.problems == []
    assert [step.name for step in report.steps] == STEPS
    assert all(step.checked > 0 for step in report.steps)
