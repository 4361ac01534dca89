"""Errors: one line with a remedy, or RFC 9457 with --json; the exit code says the kind."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.commands import environment, lexiane

CASES = [
    (("ask", "nope", "x"), 5, "declares no corpus 'nope'"),
    (("build", "nope"), 5, "declares no corpus 'nope'"),
    (("plan", "nope"), 5, "declares no corpus 'nope'"),
    (("versions", "nope"), 5, "declares no corpus 'nope'"),
    (("evaluate", "nope"), 5, "declares no corpus 'nope'"),
    (("show", "notes@ffffffffffff"), 5, "no version matches 'notes@ffffffffffff'"),
    (("show", "something else"), 5, "does not name a version"),
    (("ask", "notes", "x", "--version", "notes@ffff"), 5, "no version matches"),
    (
        ("ask", "notes", "x", "--version", "other@ffff"),
        5,
        "does not name a version of corpus 'notes'",
    ),
    (("search", "notes", "x", "--release", "staging"), 5, "no release 'staging'"),
    (("evaluate", "notes", "--questions", "none.jsonl"), 3, "none.jsonl"),
    (("versions", "notes", "--project", "elsewhere"), 3, "elsewhere is no project"),
    (("add", "Bad-Name", "docs"), 3, "'Bad-Name' is no name for a corpus"),
    (("add", "fine", "missing"), 3, "missing is neither a folder nor a .jsonl file"),
    (("add", "notes", "docs"), 3, "corpus 'notes' exists already"),
    (("add", "fine", "docs", "--on-error", "quarantine"), 3, "go together"),
    (("add", "fine", "docs", "--on-error", "ignore"), 3, "on_error"),
]


@pytest.mark.parametrize(("arguments", "code", "told"), CASES)
def test_each_error_is_one_line_with_its_remedy(
    built: Path, arguments: tuple[str, ...], code: int, told: str
) -> None:
    done = lexiane(built, *arguments)
    assert done.code == code
    assert done.out == ""
    assert done.err.count("\n") == 1
    assert told in done.err
    assert done.err.startswith("lexiane: ")
    assert ". To mend: " in done.err


@pytest.mark.parametrize("place", [0, 1, 3])
def test_json_is_honoured_wherever_it_stands(built: Path, place: int) -> None:
    arguments = ["ask", "nope", "question"]
    arguments.insert(max(1, place), "--json")
    problem = lexiane(built, *arguments).problem
    assert problem["title"] == "Not found"
    assert problem["remedy"] == "add it: lexiane add nope PATH"


def test_a_wrong_option_is_a_problem_too(built: Path) -> None:
    assert "No such option" in lexiane(built, "ask", "--json", "--colour", "x").problem["detail"]
    told = lexiane(built, "ask", "notes")
    assert (told.code, told.out) == (2, "")
    assert "Missing argument 'QUESTION'" in told.err


@pytest.mark.long
def test_an_ambiguous_prefix_is_not_guessed(own: Path) -> None:
    """One hex digit with the corpus named: enough versions make two of them share it."""
    names = set()
    for number in range(20):
        found = [entry["version"] for entry in lexiane(own, "versions", "notes", "--json").json]
        names = {name[: len("notes@") + 1] for name in found}
        if len(names) < len(found):
            break
        (own / "docs" / "more.md").write_text(f"# More\n\nVersion {number}.\n")
        assert lexiane(own, "build", "notes").code == 0
    found = [name[: len("notes@") + 1] for name in found]
    twice = next(name for name in found if found.count(name) > 1)
    done = lexiane(own, "show", twice)
    assert done.code == 5
    assert f"versions match '{twice}'" in done.err


def test_outside_a_project(tmp_path: Path) -> None:
    done = lexiane(tmp_path, "versions", "notes", "--json")
    assert done.problem["title"] == "Configuration error"
    assert "lexiane add" in done.problem["remedy"]


def test_a_broken_declaration_is_told_in_one_line(own: Path) -> None:
    file = own / "assets" / "notes" / "defs.yaml"
    file.write_text(file.read_text().replace("type: folder", "type: floder"))
    for command in ("build", "plan"):
        done = lexiane(own, command, "notes")
        assert done.code == 3
        assert done.err.count("\n") == 1
        assert "'floder'" in done.err


def test_a_bad_document_is_named_and_the_release_stays(own: Path) -> None:
    before = lexiane(own, "versions", "notes", "--json").json
    (own / "docs" / "bad.txt").write_bytes(b"caf\xe9 \xff")
    problem = lexiane(own, "build", "notes", "--json").problem
    assert problem["exit_code"] == 4
    assert "bad.txt" in problem["detail"]
    assert lexiane(own, "versions", "notes", "--json").json == before


@pytest.mark.parametrize(
    ("variables", "code", "told"),
    [
        ({"LEXIANE_PROFILE": "moon"}, 3, "profile 'moon'"),
        ({"LEXIANE_HOME": "/proc/none"}, 8, "/proc/none"),
        ({"DAGSTER_HOME": "/proc/none"}, 8, "/proc/none"),
    ],
)
def test_an_environment_that_cannot_be_used(
    built: Path, variables: dict[str, str], code: int, told: str
) -> None:
    done = lexiane(built, "build", "notes", **variables)
    assert done.code == code
    assert told in done.err
    assert done.err.count("\n") == 1


def test_an_interrupted_build_says_so_in_one_line(own: Path) -> None:
    (own / "docs" / "new.md").write_text("# New\n\nSomething about the garage.\n")
    tables = own / ".lexiane" / "store" / "documents"
    before = set(tables.rglob("*"))
    building = subprocess.Popen(
        [sys.executable, "-m", "lexiane_dagster.entrypoints.cli", "build", "notes"],
        cwd=own,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while set(tables.rglob("*")) == before and building.poll() is None:
        time.sleep(0.02)
    building.send_signal(signal.SIGINT)
    out, err = building.communicate(timeout=60)
    assert (building.returncode, out) == (130, "")
    assert err == "lexiane: interrupted; nothing half-done is visible.\n"
