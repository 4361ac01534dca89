"""What Dagster loads: quickly, completely, and with every version said explicitly."""

import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from tests.orchestration.projects import declare, definitions, expect, judge, new_project, write

HEAVY = (
    "torch",
    "great_expectations",
    "pandas",
    "matplotlib",
    "pyarrow",
    "kreuzberg",
    "sqlalchemy.orm",
)
STAGES = ("documents", "chunks", "embeddings", "index", "release", "answers")


def test_loading_imports_nothing_heavy(tmp_path: Path) -> None:
    folder = new_project(tmp_path, "notes") / "assets" / "notes"
    expect(folder, quality={"RR": {"floor": 0.1}})
    judge(folder)
    code = (
        "import sys, lexiane_dagster.definitions as found;"
        "assert found.defs.resolve_all_asset_keys();"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_two_corpora_live_in_one_project(tmp_path: Path) -> None:
    defs = definitions(new_project(tmp_path, "notes", "papers"))
    dg.Definitions.validate_loadable(defs)
    keys = {key.to_user_string() for key in defs.resolve_all_asset_keys()}
    assert keys == {f"{corpus}/{stage}" for corpus in ("notes", "papers") for stage in STAGES}
    for corpus in ("notes", "papers"):
        job = defs.resolve_job_def(f"{corpus}_index")
        assert job.executor_def is dg.in_process_executor
        selected = {key.to_user_string() for key in job.asset_layer.selected_asset_keys}
        assert selected == {f"{corpus}/{stage}" for stage in STAGES[:-1]}


def test_launched_assets_run_in_one_process(tmp_path: Path) -> None:
    """`dg launch --assets` uses the project's executor, not the job's."""
    assert definitions(new_project(tmp_path, "notes")).executor is dg.in_process_executor


def test_code_versions_follow_settings_and_nothing_else(tmp_path: Path) -> None:
    def versions(root: Path) -> dict[str, str | None]:
        specs = definitions(root).resolve_all_asset_specs()
        return {spec.key.path[-1]: spec.code_version for spec in specs}

    root = new_project(tmp_path / "a", "notes")
    base = versions(root)
    assert all(base.values())
    assert versions(new_project(tmp_path / "b", "notes")) == base
    declare(root, "notes", chunking={"max_tokens": 120})
    changed = versions(root)
    assert {stage for stage in base if base[stage] != changed[stage]} == {"chunks"}
    declare(root, "notes", source={"type": "folder", "path": "elsewhere"})
    assert versions(root) == base


def test_the_serving_asset_is_partitioned_by_version_and_question_set(tmp_path: Path) -> None:
    defs = definitions(new_project(tmp_path, "notes"))
    partitions = defs.resolve_asset_graph().get(dg.AssetKey(["notes", "answers"])).partitions_def
    assert isinstance(partitions, dg.MultiPartitionsDefinition)
    assert [each.name for each in partitions.partitions_defs] == ["index_version", "question_set"]


def test_the_default_gates_are_asset_checks(tmp_path: Path) -> None:
    graph = definitions(new_project(tmp_path, "notes")).resolve_asset_graph()
    checks = {(key.asset_key.path[-1], key.name) for key in graph.asset_check_keys}
    assert {
        ("documents", "documents_present"),
        ("chunks", "offsets_verified"),
        ("chunks", "documents_chunked"),
        ("embeddings", "vectors_unit"),
    } <= checks
    assert not graph.get_check_spec(
        dg.AssetCheckKey(dg.AssetKey(["notes", "embeddings"]), "vectors_not_collapsed")
    ).blocking


def test_a_folder_that_is_no_name_is_refused(tmp_path: Path) -> None:
    root = new_project(tmp_path, "Not-A-Name")
    with pytest.raises(Exception, match="Not-A-Name") as caught:
        definitions(root)
    assert "is no name for a corpus" in str(caught.value.__cause__)


def test_hand_written_assets_may_stand_beside_a_corpus(tmp_path: Path) -> None:
    root = new_project(tmp_path, "notes")
    code = "import dagster as dg\n\n@dg.asset(deps=[['notes', 'release']])\ndef report(): ...\n"
    write(root / "assets" / "reports.py", code)
    assert dg.AssetKey("report") in definitions(root).resolve_all_asset_keys()
