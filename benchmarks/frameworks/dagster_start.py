"""Dagster alone: a fresh process loads it and runs a job of one empty asset on a persistent instance."""

import os
from pathlib import Path

from benchmarks.frameworks.hashing import Embedded
from benchmarks.frameworks.worker import run


def update(folder: Path, state: Path, model: str) -> Embedded:
    """Run the empty job with Dagster's own files in `state`; `folder` and `model` are not looked at."""
    import dagster as dg

    @dg.asset
    def nothing() -> None:
        """Does nothing."""

    state.mkdir(parents=True, exist_ok=True)
    (state / "dagster.yaml").write_text("telemetry:\n  enabled: false\n", "utf-8")
    os.environ["DAGSTER_HOME"] = str(state)
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    job = dg.Definitions(
        assets=[nothing],
        jobs=[dg.define_asset_job("empty", executor_def=dg.in_process_executor)],
    ).resolve_job_def("empty")
    with dg.DagsterInstance.get() as instance:
        job.execute_in_process(instance=instance, run_config=quiet)
    return Embedded(0, 0)


if __name__ == "__main__":
    run(update)
