"""Quality gates: what they add, what they stop, and what is told of it."""

from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from lexiane_dagster.bootstrap import application
from lexiane_dagster.domain.errors import ConfigurationError, GateError
from lexiane_dagster.orchestration.gates import DEFAULTS, corpus_gates, gates_of
from lexiane_dagster.orchestration.launch import dagster_instance
from tests.orchestration.projects import (
    DOCUMENTS,
    build,
    expect,
    judge,
    new_project,
    released,
    write,
)

LONG = {
    "expectation": "expect_column_values_to_be_between",
    "column": "text_length",
    "min_value": 10**6,
}


def evaluations(root: Path, run_id: str) -> dict[str, dg.AssetCheckEvaluation]:
    with dagster_instance(application(root).project) as instance:
        records = instance.get_records_for_run(
            run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION
        ).records
    found = [record.event_log_entry.asset_check_evaluation for record in records]
    return {each.check_name: each for each in found if each is not None}


def test_a_failing_blocking_gate_names_itself_and_the_rows_and_leaves_the_release(
    tmp_path: Path,
) -> None:
    folder = new_project(tmp_path, "notes") / "assets" / "notes"
    build(tmp_path, "notes")
    before = released(tmp_path, "notes")
    assert before is not None
    expect(folder, documents=[{**LONG, "name": "long_enough"}])
    write(tmp_path / "docs" / "new.md", "# New\n\nSomething new.\n")
    with pytest.raises(GateError) as caught:
        build(tmp_path, "notes")
    assert caught.value.exit_code == 7
    assert "long_enough on notes/documents" in caught.value.detail
    assert all(name in caught.value.detail for name in (*DOCUMENTS, "new.md"))
    assert not any(
        text.split("\n\n")[1].strip() in caught.value.detail for text in DOCUMENTS.values()
    )
    assert released(tmp_path, "notes") == before


def test_a_failing_gate_that_only_warns_stops_nothing(tmp_path: Path) -> None:
    folder = new_project(tmp_path, "notes") / "assets" / "notes"
    expect(folder, documents=[{**LONG, "name": "long", "severity": "warn", "blocking": False}])
    launched = build(tmp_path, "notes")
    assert launched.metadata["release"]["gates_failed"] == ["long"]
    found = evaluations(tmp_path, launched.run_id)["long"]
    assert not found.passed
    assert found.severity is dg.AssetCheckSeverity.WARN
    assert released(tmp_path, "notes")


def test_quality_is_held_to_a_floor_and_to_the_release(tmp_path: Path) -> None:
    folder = new_project(tmp_path, "notes") / "assets" / "notes"
    judge(folder)
    expect(folder, quality={"RR": {"floor": 0.5, "max_drop": 0.0}, "nDCG@10": {"floor": 0.5}})
    launched = build(tmp_path, "notes")
    checks = evaluations(tmp_path, launched.run_id)
    assert checks["quality_rr"].passed
    assert checks["quality_ndcg_at_10"].passed
    before = released(tmp_path, "notes")

    write(tmp_path / "docs" / "storm.md", "# Weather\n\nNothing to be said.\n")
    with pytest.raises(GateError, match="quality_rr") as caught:
        build(tmp_path, "notes")
    assert "may drop by 0" in caught.value.detail
    assert released(tmp_path, "notes") == before


def test_quality_without_judged_questions_is_refused_before_anything_is_built(
    tmp_path: Path,
) -> None:
    folder = new_project(tmp_path, "notes") / "assets" / "notes"
    expect(folder, quality={"RR": {"floor": 0.5}})
    with pytest.raises(ConfigurationError, match=r"questions\.jsonl does not exist") as caught:
        build(tmp_path, "notes")
    assert "take `quality` out" in caught.value.remedy
    assert not (tmp_path / ".lexiane" / "store" / "documents").exists()


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        ({"document": []}, "document: Extra inputs"),
        ({"documents": [{"expectation": "expect_x"}]}, "documents.0.name: Field required"),
        ({"documents": [{"expectation": "be_good", "name": "x"}]}, "documents.0.expectation"),
        ({"chunks": [{**LONG, "name": "chunk_ids_unique"}]}, "'chunk_ids_unique' is used twice"),
        ({"chunks": [{**LONG, "name": "x", "severity": "fatal"}]}, "chunks.0.severity"),
        ({"quality": {"MAP": {"floor": 0.5}}}, "quality.MAP"),
        ({"quality": {"RR": {"floor": 2}}}, "quality.RR.floor"),
        ({"quality": {"RR": {"drop": 0.1}}}, "quality.RR.drop"),
    ],
)
def test_mistakes_in_expectations_are_told_with_their_place(
    tmp_path: Path, declared: dict[str, Any], told: str
) -> None:
    judge(tmp_path)
    expect(tmp_path, **declared)
    with pytest.raises(ConfigurationError) as caught:
        corpus_gates(tmp_path)
    assert told in caught.value.detail
    assert str(tmp_path / "expectations.yaml") in caught.value.detail


@pytest.mark.parametrize(
    ("gate", "told"),
    [
        ({"expectation": "expect_columns_to_sing", "name": "x"}, "expect_columns_to_sing"),
        ({"expectation": "expect_column_values_to_be_unique", "name": "x"}, "column"),
        ({**LONG, "column": "colour", "name": "x"}, "colour"),
    ],
)
def test_an_expectation_that_cannot_be_evaluated_is_a_mistake_and_no_verdict(
    tmp_path: Path, gate: dict[str, Any], told: str
) -> None:
    folder = new_project(tmp_path, "notes") / "assets" / "notes"
    expect(folder, documents=[gate])
    with pytest.raises(ConfigurationError, match="gate 'x'") as caught:
        build(tmp_path, "notes")
    assert told in caught.value.detail


def test_defaults_hold_without_a_file_and_stay_with_one(tmp_path: Path) -> None:
    assert gates_of(tmp_path / "expectations.yaml") == DEFAULTS
    expect(tmp_path, chunks=[{**LONG, "name": "more"}])
    gates = corpus_gates(tmp_path)
    assert gates[:-1] == DEFAULTS
    assert gates[-1].name == "more"
