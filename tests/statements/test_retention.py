"""Retention as a job on a real Dagster instance: it tells first, and acts when it is told to."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml

from lexiane_dagster.adapters.system.clock import SystemClock
from lexiane_dagster.bootstrap import application
from lexiane_dagster.domain.ledger.entry import ERASURE
from lexiane_dagster.orchestration.launch import dagster_instance
from lexiane_dagster.orchestration.retention import STEP, RetentionConfig, retention_definitions
from tests.orchestration.projects import build, released, write


def run(root: Path, **config: Any) -> Mapping[str, Any]:
    """What a run of the job `retention` said."""
    job = retention_definitions(root).resolve_job_def("retention")
    given = dg.RunConfig({STEP: RetentionConfig(**config)}) if config else None
    with dagster_instance(application(root).project) as instance:
        done = job.execute_in_process(instance=instance, run_config=given)
    (output,) = [event for event in done.all_events if event.is_successful_output]
    return {name: each.value for name, each in output.step_output_data.metadata.items()}


@pytest.fixture
def old(root: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The full name of a version that a rule of one day lets go: two days ago another one came in its
    place, and nobody asked it."""
    rules = {"retention": {"versions": {"days": 1, "keep": 0}}}
    write(root / "resources" / "local.yaml", yaml.safe_dump(rules))
    before = released(root, "notes")
    write(root / "docs" / "new.md", "# New\n\nSomething new.\n")
    build(root, "notes")
    monkeypatch.setattr(SystemClock, "now", lambda _: "2099-01-01T00:00:00.000Z")
    return f"notes@{before}"


def test_a_run_tells_what_would_go_and_changes_nothing(root: Path, old: str) -> None:
    before = application(root).backends.ledger.size()
    for _ in range(2):
        told = run(root)
        assert (told["carried_out"], told["leaves"]) == (False, [])
        assert told["plan"]["versions"] == [old]
        assert [each["reasons"] for each in told["plan"]["kept"]] == [["release production"]]
    assert application(root).backends.ledger.size() == before
    assert (root / ".lexiane" / "store" / "versions" / f"{old.partition('@')[2]}.json").is_file()


def test_a_run_that_is_told_to_collects_what_nothing_pins(root: Path, old: str) -> None:
    serving = released(root, "notes")
    told = run(root, carry_out=True)
    assert told["plan"]["versions"] == [old]
    ledger = application(root).backends.ledger
    assert {ledger.entry(index).type for index in told["leaves"]} == {ERASURE}
    assert not (root / ".lexiane" / "store" / "versions" / f"{old.partition('@')[2]}.json").exists()
    assert released(root, "notes") == serving
    again = run(root, carry_out=True)
    assert (again["plan"]["versions"], again["leaves"]) == ([], [])


def test_without_rules_nothing_goes(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SystemClock, "now", lambda _: "2099-01-01T00:00:00.000Z")
    told = run(root, carry_out=True)
    assert (told["plan"]["versions"], told["plan"]["answers"], told["leaves"]) == ([], [], [])


def test_the_schedule_carries_out_and_waits_to_be_switched_on(root: Path) -> None:
    (schedule,) = retention_definitions(root).schedules or ()
    assert isinstance(schedule, dg.ScheduleDefinition)
    assert schedule.default_status is dg.DefaultScheduleStatus.STOPPED
    with dagster_instance(application(root).project) as instance:
        tick = schedule.evaluate_tick(dg.build_schedule_context(instance=instance))
    (request,) = tick.run_requests or ()
    assert request.run_config["ops"] == {STEP: {"config": {"carry_out": True}}}
