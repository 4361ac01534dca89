"""Answers, and everything that was given to a person."""

import json
from pathlib import Path

from lexiane_dagster.application.erasure.leaves import LostFields, erasure_events
from lexiane_dagster.domain.ledger.entry import ENTRY_LIMIT, entry_of
from lexiane_dagster.domain.ledger.erasures import Erasures
from tests.cli.commands import lexiane
from tests.erasure.support import held, opened

BOB, EVE = "subject-4711-bob", "subject-0815-eve"
QUESTION = "Who counts the gulls of Nevermore?"


def ask(root: Path, question: str, principal: str) -> int:
    answer = lexiane(root, "ask", "notes", question, "--principal", principal, "--json")
    return int(answer.json["answer_id"])


def test_an_answer_is_gone_from_every_file_and_says_so(own: Path) -> None:
    mine, other = ask(own, QUESTION, BOB), ask(own, QUESTION, EVE)
    before = opened(own).backends.ledger.checkpoint()
    dry = lexiane(own, "erase", "--answer", str(mine), "--json").json
    assert (dry["answers"], dry["erased"], dry["leaves"]) == ([mine], False, [])
    assert opened(own).backends.ledger.size() == before.checkpoint.size
    done = lexiane(own, "erase", "--answer", str(mine), "--reason", "Kafkaesque", "--yes", "--json")
    assert done.json["leaves"] == [before.checkpoint.size]
    assert not held(own, BOB.encode())
    assert held(own, EVE.encode())
    ledger = opened(own).backends.ledger
    leaf = ledger.entry(done.json["leaves"][0])
    assert leaf.entry.body == {"kind": "answer", "covers": [{"entry": mine, "paths": ["*"]}]}
    assert b"Kafkaesque" not in leaf.data
    assert json.loads(ledger.fields([leaf.index])[leaf.index]["reason"].value) == "Kafkaesque"
    assert lexiane(own, "replay", str(mine)).code == 13
    assert lexiane(own, "replay", str(other)).code == 0
    # The head from before is still the head of a tree that the ledger goes on from.
    assert lexiane(own, "verify").code == 0
    assert ledger.checkpoint(before.checkpoint.size) == before


def test_all_of_a_person_and_nobody_else(own: Path) -> None:
    mine = [ask(own, f"{QUESTION} {number}", BOB) for number in range(3)]
    ask(own, QUESTION, EVE)
    done = lexiane(own, "erase", "--principal", BOB, "--yes", "--json").json
    assert done["answers"] == mine
    assert not held(own, BOB.encode())
    assert held(own, EVE.encode())
    assert lexiane(own, "verify").code == 0


def test_a_person_to_whom_nothing_was_given_is_told_as_that(own: Path) -> None:
    ask(own, QUESTION, BOB)
    told = lexiane(own, "erase", "--principal", f"{BOB}x")
    assert told.code == 0
    assert "no answer that is kept was given to that name" in told.out
    assert "was given to that name" not in lexiane(own, "erase", "--principal", BOB).out


def test_erasing_twice_adds_nothing(own: Path) -> None:
    mine = ask(own, QUESTION, BOB)
    assert lexiane(own, "erase", "--answer", str(mine), "--yes").code == 0
    size = opened(own).backends.ledger.size()
    again = lexiane(own, "erase", "--answer", str(mine), "--principal", BOB, "--yes", "--json").json
    assert (again["answers"], again["leaves"]) == ([], [])
    assert opened(own).backends.ledger.size() == size


def test_what_cannot_be_erased_is_refused(own: Path) -> None:
    assert lexiane(own, "erase", "--json").problem["exit_code"] == 3
    assert lexiane(own, "erase", "--answer", "0", "--json").problem["exit_code"] == 5
    assert lexiane(own, "erase", "--answer", "99999", "--json").problem["exit_code"] == 5
    assert lexiane(own, "erase", "--document", "leave.md", "--json").problem["exit_code"] == 3


def test_an_erasure_of_any_size_fits_into_leaves() -> None:
    fields = [LostFields(index, ("answer",), whole=True) for index in range(10_000)]
    events = erasure_events("principal", fields, reason="x" * 1000)
    entries = [
        entry_of(event, "2026-01-01T00:00:00.000Z", {"reason": b"0" * 32}) for event in events
    ]
    assert all(len(entry.to_bytes()) <= ENTRY_LIMIT for entry in entries)
    erasures = Erasures(enumerate(entries, start=10_000))
    assert erasures.entries == frozenset(range(10_000))
    assert all(erasures.covers(index, "anything") for index in range(10_000))
