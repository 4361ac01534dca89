"""Finding recorded answers, and who gets to see them."""

import re
from datetime import datetime, timedelta

import pytest

from lexiane_dagster.bootstrap import application
from lexiane_dagster.domain.errors import ConfigurationError
from tests.pipeline.support import CORPUS
from tests.replay.conftest import Asked
from tests.replay.support import ASKS, PRINCIPAL, STAFF, asker, record_of
from tests.replay.test_erased import erase

ALL_GROUPS = ("--group", STAFF, "--group", "board")
OPEN = [number for number, ask in enumerate(ASKS) if not ask.groups]


def listed(asked: Asked, *options: str) -> tuple[list[int], int]:
    found = asked.project.run("answers", "--json", *options).json
    return [item["answer_id"] for item in found["answers"]], found["hidden"]


def test_newest_first_and_only_what_the_asker_may_see(asked: Asked) -> None:
    everything, hidden = listed(asked, *ALL_GROUPS)
    assert (everything, hidden) == (asked.ids[::-1], 0)
    visible, hidden = listed(asked)
    assert visible == [asked.ids[number] for number in OPEN][::-1]
    assert hidden == len(ASKS) - len(OPEN)
    one, hidden = listed(asked, "--limit", "1", *ALL_GROUPS)
    assert (one, hidden) == (asked.ids[-1:], 0)


def test_filters(asked: Asked) -> None:
    assert listed(asked, "--search", "ELTERNZEIT")[0] == [asked.ids[15]]
    assert listed(asked, "--principal", "nobody")[0] == []
    assert len(listed(asked, "--principal", PRINCIPAL, *ALL_GROUPS)[0]) == len(ASKS)
    assert asked.project.run("answers", "--corpus", "other", "--json").problem["exit_code"] == 5
    version = record_of(asked.project, asked.ids[0]).version
    assert len(listed(asked, "--version", version[:20])[0]) == len(OPEN)
    at = record_of(asked.project, asked.ids[5]).entry.at
    later = str(datetime.fromisoformat(at) + timedelta(milliseconds=1))
    within, _ = listed(asked, *ALL_GROUPS, "--since", at, "--until", later)
    assert asked.ids[5] in within
    assert listed(asked, *ALL_GROUPS, "--until", at)[0] == [
        answer for answer in asked.ids[:5][::-1] if answer not in within
    ]
    assert asked.project.run("answers", "--since", "yesterday", "--json").problem["exit_code"] == 3


def test_what_is_hidden_does_not_depend_on_what_is_looked_for(asked: Asked) -> None:
    """Else a count would tell what was asked."""
    _, fraud = listed(asked, "--search", "fraud")
    _, other = listed(asked, "--search", "zzz")
    assert fraud == other == len(ASKS) - len(OPEN)


def test_a_person_reads_one_line_an_answer(own: Asked) -> None:
    erase(own, own.ids[OPEN[0]], ["*"])
    erase(own, own.ids[OPEN[1]], ["ranking/000"])
    lines = own.project.run("answers", "--corpus", CORPUS).out.splitlines()
    assert lines[-1] == (
        f"{len(ASKS) - len(OPEN)} answers of other groups left out: name the groups with --group"
    )
    by_id = {int(line.split()[0]): line for line in lines[:-1]}
    assert by_id[own.ids[OPEN[0]]].endswith("  (erased)")
    assert by_id[own.ids[OPEN[1]]].endswith("(partly erased)")
    pattern = rf" *\d+  \d{{4}}-\d\d-\d\dT[\d:.]+Z  {CORPUS}@[0-9a-f]{{12}}  .+"
    assert all(re.fullmatch(pattern, line) for line in lines[:-1])


def test_groups_are_needed_and_never_named(asked: Asked) -> None:
    secret = next(asked.ids[n] for n, ask in enumerate(ASKS) if ask.groups == (STAFF, "board"))
    for command in (["replay", str(secret), "--no-record"], ["show", str(secret)]):
        for groups in ((), ("--group", STAFF)):
            problem = asked.project.run(*command, *groups, "--json").problem
            assert problem["exit_code"] == 5
            assert "board" not in str(problem)
        assert asked.project.run(*command, *ALL_GROUPS, "--json").code == 0


def test_all_leaves_the_others_out_and_says_how_many(asked: Asked) -> None:
    done = asked.project.run("replay", "--all", "--no-record")
    assert done.code == 0
    assert done.out == (
        f"{len(OPEN)} answers: {len(OPEN)} IDENTICAL, 0 SAME_EVIDENCE, 0 DIVERGED, 0 UNAVAILABLE, "
        f"0 ERASED\n{len(ASKS) - len(OPEN)} answers of other groups left out: name the groups "
        "with --group\n"
    )


def test_what_is_no_answer(asked: Asked) -> None:
    for command in ("replay", "show"):
        for number in ("0", "999999", "9" * 30):
            assert asked.project.run(command, number, "--json").problem["exit_code"] == 5
    for arguments in ([], ["--corpus", CORPUS], ["14", "--all"]):
        assert asked.project.run("replay", *arguments, "--json").problem["exit_code"] == 3


def test_what_no_record_could_hold_is_refused(asked: Asked) -> None:
    app = application(asked.project.root)
    asking, size = asker(app), app.backends.ledger.size()
    for refused in (
        lambda: asking.ask(" "),
        lambda: asking.ask("who \udcff"),
        lambda: asking.ask("who", ("st\udcff",)),
        lambda: asking.ask("who", principal="\udcff"),
        lambda: asking.ask("who", top=0),
        lambda: asking.search("who", ("st\udcff",)),
    ):
        with pytest.raises(ConfigurationError):
            refused()
    assert app.backends.ledger.size() == size


def test_one_string_is_no_list_of_groups(asked: Asked) -> None:
    with pytest.raises(ConfigurationError, match="'board' is one string, not a list"):
        asker(application(asked.project.root)).ask("When does it open?", "board")
