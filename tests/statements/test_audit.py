"""The serving asset's metadata and the audit, on real Dagster instances."""

import hashlib
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from lexiane_dagster.application.audit import sample
from lexiane_dagster.bootstrap import application
from lexiane_dagster.domain.ledger.checkpoint import SignedCheckpoint
from lexiane_dagster.domain.ledger.entry import ANSWER, Event
from lexiane_dagster.entrypoints.cli.output import NoProgress
from lexiane_dagster.orchestration.audit import SAMPLE_SIZE
from lexiane_dagster.orchestration.launch import corpus_definitions, dagster_instance
from tests.orchestration.projects import QUESTIONS, released

CATALOG = ".lexiane/catalog.sqlite"


def audit(root: Path) -> Mapping[str, dg.AssetCheckEvaluation]:
    """Run the job `notes_audit`; what each check said."""
    job = corpus_definitions(root, root / "assets" / "notes").resolve_job_def("notes_audit")
    with dagster_instance(application(root).project) as instance:
        done = job.execute_in_process(instance=instance)
    assert done.success
    return {each.check_name: each for each in done.get_asset_check_evaluations()}


def ask(root: Path, count: int = 3) -> list[int]:
    app = application(root)
    digest = released(root, "notes")
    assert digest
    asker = app.asker(digest, NoProgress())
    return [asker.ask(f"How many weeks of parental leave, {n}?").answer_id for n in range(count)]


def serve(root: Path, checks: bool = False) -> dg.ExecuteInProcessResult:
    """Answer the judged questions on the released version, as a partition of the serving asset."""
    definitions = corpus_definitions(root, root / "assets" / "notes")
    answers = definitions.resolve_assets_def(dg.AssetKey(["notes", "answers"]))
    audits = [each for each in definitions.asset_checks or () if "answers" in str(each.check_keys)]
    with dagster_instance(application(root).project) as instance:
        (version,) = instance.get_dynamic_partitions("notes_index_versions")
        (questions,) = instance.get_dynamic_partitions("notes_question_sets")
        key = dg.MultiPartitionKey({"index_version": version, "question_set": questions})
        return dg.materialize(
            [answers, *(audits if checks else ())],
            instance=instance,
            partition_key=key,
            selection=dg.AssetSelection.assets(answers.key),
        )


def value(evaluation: dg.AssetCheckEvaluation, name: str) -> Any:
    return evaluation.metadata[name].value


def copy(database: Path, to: Path) -> None:
    with sqlite3.connect(database) as source, sqlite3.connect(to) as target:
        source.backup(target)


def change(root: Path, statement: str, *values: object) -> None:
    with sqlite3.connect(root / CATALOG) as catalog:
        assert catalog.execute(statement, values).rowcount > 0


def test_a_healthy_project_passes_and_the_sample_can_be_drawn_again(root: Path) -> None:
    first = audit(root)
    assert first["replay_sample"].passed
    assert first["replay_sample"].description == "no answers yet"
    assert first["ledger_consistent"].passed

    answers = ask(root, SAMPLE_SIZE + 5)
    height = application(root).backends.ledger.size()
    found = audit(root)
    ledger, replays = found["ledger_consistent"], found["replay_sample"]
    assert ledger.passed
    assert value(ledger, "height") == height
    head = SignedCheckpoint.from_note(value(ledger, "checkpoint"))
    assert head == application(root).backends.ledger.checkpoint(height)
    assert value(ledger, "since") == value(first["ledger_consistent"], "height")

    assert replays.passed
    drawn = value(replays, "sample")
    assert len(drawn) == SAMPLE_SIZE
    assert drawn == sample(answers, bytes.fromhex(value(replays, "seed")), SAMPLE_SIZE)
    assert value(replays, "verdicts") == {"IDENTICAL": SAMPLE_SIZE}
    assert value(replays, "answers") == len(answers)
    again = audit(root)["replay_sample"]
    assert value(again, "seed") != value(replays, "seed")


def test_checks_say_ids_and_never_text(root: Path) -> None:
    ask(root)
    for evaluation in audit(root).values():
        said = dg.serialize_value(evaluation)
        assert "parental" not in said
        assert "weeks" not in said


def test_a_changed_leaf_is_noticed(root: Path) -> None:
    audit(root)
    (answer,) = ask(root, 1)
    change(
        root, "update ledger set data = replace(data, 'notes@', 'motes@') where leaf = ?", answer
    )
    found = audit(root)["ledger_consistent"]
    assert not found.passed
    assert found.severity is dg.AssetCheckSeverity.ERROR
    assert f"leaf {answer}" in str(value(found, "problems"))


def test_a_roll_back_between_two_audits_is_noticed_until_it_is_undone(root: Path) -> None:
    old, later = root / "old", root / "later"
    copy(root / CATALOG, old)
    ask(root)
    assert audit(root)["ledger_consistent"].passed
    copy(root / CATALOG, later)

    copy(old, root / CATALOG)
    for _ in range(2):
        found = audit(root)["ledger_consistent"]
        assert not found.passed
        assert "since" in str(found.description)
    ask(root, 10)  # longer than the one that is remembered, but another
    assert not audit(root)["ledger_consistent"].passed
    copy(later, root / CATALOG)
    assert audit(root)["ledger_consistent"].passed


def test_an_answer_that_comes_out_differently_fails_the_sample(root: Path) -> None:
    """Whoever can rewrite the record as well, leaf and signature included, is caught by the replay."""
    (answer,) = ask(root, 1)
    app = application(root)
    stored, fields = app.backends.ledger.entry(answer), app.backends.ledger.fields([answer])[answer]
    forged = {path: field.value for path, field in fields.items()}
    forged["ranking/000"], forged["ranking/001"] = forged["ranking/001"], forged["ranking/000"]
    recorded = app.backends.ledger.append([Event(ANSWER, stored.entry.body, forged)])
    found = audit(root)
    assert found["ledger_consistent"].passed
    replays = found["replay_sample"]
    assert not replays.passed
    assert replays.severity is dg.AssetCheckSeverity.ERROR
    assert value(replays, "diverged") == list(recorded.indexes)
    assert value(replays, "verdicts") == {"IDENTICAL": 1, "DIVERGED": 1}


def test_a_build_runs_no_audit_and_the_schedule_waits_to_be_switched_on(root: Path) -> None:
    definitions = corpus_definitions(root, root / "assets" / "notes")
    index = definitions.resolve_job_def("notes_index")
    names = {key.name for key in index.asset_layer.asset_graph.asset_check_keys}
    assert not names & {"ledger_consistent", "replay_sample"}
    (schedule,) = definitions.schedules or ()
    assert isinstance(schedule, dg.ScheduleDefinition)
    assert schedule.default_status is dg.DefaultScheduleStatus.STOPPED
    assert schedule.job_name == "notes_audit"


def test_the_serving_asset_tells_its_answers_and_the_head_of_the_ledger(root: Path) -> None:
    done = serve(root)
    (event,) = done.get_asset_materialization_events()
    metadata = {name: each.value for name, each in event.materialization.metadata.items()}
    head = application(root).backends.ledger.checkpoint()
    assert metadata["answer_ids"] == [metadata["first_answer_id"], metadata["last_answer_id"]]
    assert metadata["last_answer_id"] == head.checkpoint.size - 1
    assert metadata["ledger_height"] == head.checkpoint.size
    assert metadata["ledger_root"] == head.checkpoint.root.hex()
    assert metadata["ledger_checkpoint"] == head.note()


def test_serving_verifies_what_came_since_the_last_audit(root: Path) -> None:
    assert value(audit(root)["ledger_consistent"], "whole") is True
    checks = {
        each.check_name: each for each in serve(root, checks=True).get_asset_check_evaluations()
    }
    assert all(each.passed for each in checks.values())
    assert value(checks["replay_sample"], "answers") == len(QUESTIONS)
    ledger = checks["ledger_consistent"]
    assert value(ledger, "whole") is False
    added = value(ledger, "height") - value(ledger, "since")
    assert value(ledger, "steps")["entries"] == added >= len(QUESTIONS)


def test_a_sample_is_whole_ordered_and_decided_by_the_seed() -> None:
    ids = range(0, 3000, 3)
    drawn = sample(ids, b"seed", 20)
    assert drawn == sorted(drawn)
    assert set(drawn) < set(ids)
    by_hand = sorted(ids, key=lambda n: hashlib.sha256(b"seed" + str(n).encode()).hexdigest())
    assert drawn == sorted(by_hand[:20])
    assert drawn != sample(ids, b"other", 20)
    assert sample(range(5), b"seed", 20) == list(range(5))
    assert sample([], b"seed", 20) == []
