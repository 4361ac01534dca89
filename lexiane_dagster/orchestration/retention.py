"""Retention as a Dagster job: answers and versions that the profile's rules let go."""

from pathlib import Path

import dagster as dg
from pydantic import Field

from lexiane_dagster.bootstrap import application
from lexiane_dagster.orchestration.failures import explained
from lexiane_dagster.orchestration.progress import progress_of

RETENTION = "retention"
# Dagster wants another name for the step than for the job.
STEP = "retain"
# Every night, after the audits.
NIGHTLY = "0 4 * * *"


class RetentionConfig(dg.Config):
    """A run tells what would go, unless it is told to carry it out."""

    carry_out: bool = Field(
        default=False, description="Erase and collect. Default: tell what would go."
    )


def retention_definitions(root: Path) -> dg.Definitions:
    """The job `retention` of the project at `root`, and a schedule that is off until it is switched on.

    The rules are the profile's, so one job serves all corpora.
    """
    job = _job(root)
    schedule = dg.ScheduleDefinition(
        name="retention_nightly",
        job=job,
        cron_schedule=NIGHTLY,
        run_config=dg.RunConfig({STEP: RetentionConfig(carry_out=True)}),
        default_status=dg.DefaultScheduleStatus.STOPPED,
        description="Carries the retention rules out every night.",
    )
    return dg.Definitions(jobs=[job], schedules=[schedule])


def _job(root: Path) -> dg.JobDefinition:
    @dg.op(
        name=STEP,
        out=dg.Out(dg.Nothing),
        description="Answers and versions that the rules let go.",
    )
    def step(context: dg.OpExecutionContext, config: RetentionConfig) -> None:
        from lexiane_dagster.application.erasure.retain import plan_retention, retain

        app, progress = application(root), progress_of(context)
        leaves: tuple[int, ...] = ()
        with explained():
            if config.carry_out:
                with app.alone():
                    plan = plan_retention(app.backends, app.rules, progress)
                    leaves = retain(plan, app.backends, progress)
            else:
                plan = plan_retention(app.backends, app.rules, progress)
        context.add_output_metadata(
            {
                "carried_out": config.carry_out,
                "leaves": dg.MetadataValue.json(list(leaves)),
                "plan": dg.MetadataValue.json(plan.to_json()),
            }
        )

    @dg.job(
        name=RETENTION,
        executor_def=dg.in_process_executor,
        description="Erase answers and collect versions that the profile's rules let go.",
    )
    def retention_job() -> None:
        step()

    return retention_job
