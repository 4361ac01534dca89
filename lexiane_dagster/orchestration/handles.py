"""Handles between assets: each asset reads the exact upstream snapshot that this run was given.

A handle is the DataVersion of a materialisation. What this run materialised counts first; otherwise
the latest materialisation before it.
"""

from datetime import UTC, datetime

import dagster as dg
from dagster import DagsterEventType, DagsterInstance

from lexiane_dagster.domain.digest import is_digest
from lexiane_dagster.domain.errors import NotFoundError

HANDLE = "lexiane/handle"


def upstream_handle(instance: DagsterInstance, run_id: str, key: dg.AssetKey) -> str:
    """The handle of the asset `key` as seen by the run.

    Raises:
        NotFoundError: the asset has never been materialised in this Dagster instance.
    """
    of_run = instance.get_records_for_run(run_id, of_type=DagsterEventType.ASSET_MATERIALIZATION)
    for record in reversed(of_run.records):
        materialization = record.asset_materialization
        if materialization and materialization.asset_key == key:
            return _handle(materialization, key)
    latest = instance.get_latest_materialization_event(key)
    if latest is None or latest.asset_materialization is None:
        raise NotFoundError(
            f"{key.to_user_string()} has not been materialised yet",
            remedy=f"launch {key.to_user_string()} too; DAGSTER_HOME must stay the same",
        )
    return _handle(latest.asset_materialization, key)


def started_at(context: dg.AssetExecutionContext) -> str:
    """When the run began, RFC 3339 in UTC."""
    found = context.instance.get_run_record_by_id(context.run.run_id)
    began = found.start_time if found else None
    moment = datetime.now(UTC) if began is None else datetime.fromtimestamp(began, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _handle(materialization: dg.AssetMaterialization, key: dg.AssetKey) -> str:
    value = materialization.metadata.get(HANDLE)
    if value is None or not is_digest(str(value.value)):
        raise NotFoundError(
            f"the last materialisation of {key.to_user_string()} carries no handle",
            remedy="launch it again",
        )
    return str(value.value)
