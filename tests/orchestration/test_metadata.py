"""What a run leaves in Dagster: content-derived versions, counts, schemas and lineage, never text."""

from pathlib import Path

import dagster as dg
import pytest

from lexiane_dagster.bootstrap import application
from lexiane_dagster.orchestration.launch import dagster_instance
from tests.orchestration.projects import DOCUMENTS, build, judge, new_project

STAGES = ("documents", "chunks", "embeddings", "index", "release")


def logged(root: Path, run_id: str) -> list[dg.EventLogEntry]:
    with dagster_instance(application(root).project) as instance:
        return list(instance.all_logs(run_id))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    judge(new_project(tmp_path, "notes") / "assets" / "notes")
    return tmp_path


def test_every_stage_reports_its_version_counts_schema_and_lineage(root: Path) -> None:
    launched = build(root, "notes")
    assert tuple(launched.metadata) == STAGES
    for stage, metadata in launched.metadata.items():
        assert metadata["seconds"] >= 0
        assert len(metadata["lexiane/handle"]) == 64
        if stage != "release":
            assert metadata["dagster/row_count"] > 0
            assert metadata["dagster/column_schema"].columns
        if stage not in ("documents", "release"):
            assert metadata["dagster/column_lineage"].deps_by_column
    assert "data:image/png;base64," in launched.metadata["documents"]["by_media_type"]
    assert "data:image/png;base64," in launched.metadata["chunks"]["lengths"]


def test_data_versions_are_the_handles_and_equal_for_equal_content(root: Path) -> None:
    first, second = build(root, "notes"), build(root, "notes")
    with dagster_instance(application(root).project) as instance:
        for stage in STAGES:
            event = instance.get_latest_materialization_event(dg.AssetKey(["notes", stage]))
            assert event is not None
            assert event.asset_materialization is not None
            version = (event.asset_materialization.tags or {})["dagster/data_version"]
            handles = {run.metadata[stage]["lexiane/handle"] for run in (first, second)}
            assert handles == {version}
    work = second.metadata
    assert (work["documents"]["extracted"], work["chunks"]["cut_documents"]) == (0, 0)
    assert (work["embeddings"]["embedded"], work["release"]["moved"]) == (0, False)


def test_neither_logs_nor_metadata_hold_text_and_the_log_is_short(root: Path) -> None:
    entries = logged(root, build(root, "notes").run_id)
    everything = "".join(dg.serialize_value(entry) for entry in entries)
    for text in DOCUMENTS.values():
        body = text.split("\n\n")[1].strip()
        assert body not in everything
        assert body.rsplit(" ", 3)[0] not in everything
    assert len([entry for entry in entries if not entry.is_dagster_event]) <= 5


def test_columns_of_lineage_exist_upstream(root: Path) -> None:
    stages = build(root, "notes").metadata
    columns = {
        stage: {column.name for column in metadata["dagster/column_schema"].columns}
        for stage, metadata in stages.items()
        if "dagster/column_schema" in metadata
    }
    for stage in ("chunks", "embeddings", "index"):
        deps = stages[stage]["dagster/column_lineage"].deps_by_column
        assert set(deps) <= columns[stage]
        for origins in deps.values():
            for origin in origins:
                assert origin.column_name in columns[origin.asset_key.path[-1]]
