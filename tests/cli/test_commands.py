"""Every command through the front door, with and without --json."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.commands import environment, fresh, lexiane

FULL = r"notes@[0-9a-f]{64}"
SHORT = r"notes@[0-9a-f]{12}"


def test_build_tells_what_was_done(built: Path) -> None:
    found = lexiane(built, "build", "notes", "--json").json
    assert set(found) >= {
        "corpus",
        "version",
        "documents",
        "chunks",
        "embedded",
        "reused",
        "quarantined",
        "released",
    }
    assert re.fullmatch(FULL, found["version"])
    assert (found["documents"], found["embedded"], found["released"]) == (5, 0, True)
    told = lexiane(built, "build", "notes")
    assert re.match(rf"{SHORT}: 5 documents, \d+ chunks, 0 embedded", told.out)
    assert "production serves it already" in told.out
    assert told.err == ""


def test_ask_quotes_what_is_there(built: Path) -> None:
    found = lexiane(built, "ask", "notes", "How many weeks of parental leave?", "--json").json
    assert re.fullmatch(FULL, found["version"])
    assert set(found) >= {"question", "answer", "abstained", "citations", "ranking"}
    for entry in found["ranking"]:
        assert set(entry) >= {"chunk_id", "document_id", "score", "lexical_rank", "dense_rank"}
    told = lexiane(built, "ask", "notes", "How many weeks of parental leave?")
    assert told.code == 0
    assert re.search(rf"pinned to {SHORT}, recorded as answer \d+\n$", told.out)


def test_search_ranks_up_to_top_passages(built: Path) -> None:
    found = lexiane(built, "search", "notes", "parental leave", "--top", "2", "--json").json
    assert "answer" not in found
    assert found["ranking"][0]["document_id"] == "leave.md"
    assert len(found["ranking"]) == 2
    told = lexiane(built, "search", "notes", "parental leave", "--top", "1")
    assert "leave.md | Leave" in told.out
    assert " 2. " not in told.out


def test_groups_decide_who_sees_what(built: Path) -> None:
    def documents(*options: str) -> set[str]:
        found = lexiane(built, "search", "notes", "merger harbour bank", "--json", *options).json
        return {entry["document_id"] for entry in found["ranking"]}

    assert "board/plan.md" not in documents()
    assert "board/plan.md" in documents("--group", "board", "--group", "staff")


def test_versions_and_show(built: Path) -> None:
    found = lexiane(built, "versions", "notes", "--json").json
    assert [set(entry) for entry in found] == [
        {"version", "created", "documents", "chunks", "releases"}
    ] * 2
    assert [(entry["documents"], entry["releases"]) for entry in found] == [
        (5, ["production"]),
        (4, []),
    ]
    told = lexiane(built, "versions", "notes").out.splitlines()
    assert told[0].endswith("<- production")
    newest = found[0]["version"]
    manifest = lexiane(built, "show", newest[:18], "--json").json
    assert manifest["counts"]["documents"] == 5
    shown = lexiane(built, "show", newest.partition("@")[2][:12])
    assert newest in shown.out
    assert "releases   production" in shown.out


def test_a_pinned_version_is_the_one_that_answers(built: Path) -> None:
    old = lexiane(built, "versions", "notes", "--json").json[1]["version"]
    pinned = lexiane(
        built, "search", "notes", "second version", "--version", old[:14], "--json"
    ).json
    assert pinned["version"] == old
    assert "more.md" not in {entry["document_id"] for entry in pinned["ranking"]}


def test_evaluate(built: Path) -> None:
    found = lexiane(built, "evaluate", "notes", "--json").json
    assert set(found) >= {"version", "questions", "measures"}
    assert set(found["measures"]) == {"nDCG@10", "R@10", "RR"}
    assert found["questions"] == 1
    told = lexiane(built, "evaluate", "notes")
    assert "1 judged questions" in told.out
    assert re.search(r"nDCG@10 +\d\.\d{4}", told.out)


def test_plan_changes_nothing(own: Path) -> None:
    (own / "docs" / "third.md").write_text("# Third\n\nAnd one more.\n")
    (own / "docs" / "more.md").unlink()

    def state() -> list[tuple[str, int]]:
        kept = [own / ".lexiane" / name for name in ("store", "memo")]
        return sorted(
            (str(p), p.stat().st_size) for top in kept for p in top.rglob("*") if p.is_file()
        )

    before = state()
    found = lexiane(own, "plan", "notes", "--json").json
    assert {
        key: found[key] for key in ("extract", "chunk", "embed", "add", "change", "remove")
    } == {
        "extract": 1,
        "chunk": 1,
        "embed": 1,
        "add": 1,
        "change": 0,
        "remove": 1,
    }
    told = lexiane(own, "plan", "notes").out
    assert "1 to add, 0 to change, 1 to remove" in told
    assert "Nothing was changed" in told
    assert state() == before


def test_doctor(built: Path) -> None:
    found = lexiane(built, "doctor", "--no-probe", "--json").json
    assert found["ok"]
    assert [check["name"] for check in found["checks"]] == [
        "python",
        "memory",
        "libraries",
        "project",
    ]
    told = lexiane(built, "doctor", "--no-probe")
    assert all(line.startswith("ok ") for line in told.out.splitlines())


@pytest.mark.parametrize(
    "arguments",
    [
        ("search", "notes", "purple terminal sequence hidden"),
        ("ask", "notes", "What is hidden in the purple terminal sequence?"),
        ("versions", "notes"),
        ("build", "notes"),
        ("plan", "notes"),
    ],
)
def test_without_a_terminal_nothing_controls_one(built: Path, arguments: tuple[str, ...]) -> None:
    done = lexiane(built, *arguments)
    assert done.code == 0
    assert re.sub(r"[^\x00-\x1f\x7f-\x9f]", "", done.out + done.err).strip("\n") == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ("build", "notes", "--json"),
        ("ask", "notes", "How long is parental leave?", "--json"),
        ("search", "notes", "leave", "--json"),
        ("plan", "notes", "--json"),
        ("versions", "notes", "--json"),
        ("evaluate", "notes", "--json"),
        ("doctor", "--no-probe", "--json"),
    ],
)
def test_each_command_works_in_a_new_interpreter(built: Path, arguments: tuple[str, ...]) -> None:
    """Nothing that a server preloads is needed, and the process ends as it should."""
    done = fresh(built, *arguments)
    assert done.json is not None
    assert done.err == ""


def test_a_terminal_shows_progress_while_dagster_builds(own: Path) -> None:
    (own / "docs" / "more.md").write_text("# More\n\nA third version.\n")
    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "lexiane_dagster.entrypoints.cli", "build", "notes"],
        cwd=own,
        env=environment(TERM="xterm"),
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            shown += os.read(ours, 4096)
        except OSError:
            break
    assert running.wait(60) == 0
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())
    for stage in ("documents", "chunks", "embeddings", "index"):
        assert re.search(rf"{stage} .* \d+/\d+", plain), plain


def test_a_reader_that_has_enough_is_no_error(built: Path) -> None:
    piped = f'"{sys.executable}" -m lexiane_dagster.entrypoints.cli show "$0" --json | head -c 1'
    version = lexiane(built, "versions", "notes", "--json").json[0]["version"]
    done = subprocess.run(
        ["bash", "-c", piped, version],
        cwd=built,
        env=environment(),
        capture_output=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == (b"{", b"")
