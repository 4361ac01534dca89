"""Each row of the threat model is a test, and each step of it exists."""

import re
from pathlib import Path

from lexiane_dagster.application.verification import walk
from tests.verification.lab import Lab

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security" / "threat-model.md").read_text("utf-8")


def test_the_tests_that_it_names_exist() -> None:
    written = "".join(file.read_text("utf-8") for file in Path(__file__).parent.glob("test_*.py"))
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    assert named
    assert named - set(re.findall(r"^def (test_\w+)", written, re.M)) == set()


def test_the_steps_that_it_names_are_those_of_the_report_and_of_the_docstring(intact: Lab) -> None:
    steps = [step.name for step in intact.verify(intact.past).steps] + ["memo"]
    section = PAGE.partition("## The steps of")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\w+)`", section, re.M) == steps
    numbered = re.findall(r"^ ?\d+\. `(\w+)`", str(walk.__doc__), re.M)
    assert numbered == [name for name in steps if name != "since"]
