"""The audit: is the ledger what it was, and do answers that were given still come out the same?

Two checks on the answers asset, in a job of their own: a build pays nothing for them. Dagster also
runs them whenever answers are materialised; then the ledger is verified from the last audit on only.
Neither blocks: nothing comes after answers, and what was recorded is not made truer by stopping.
"""

from collections import Counter
from typing import Any

import dagster as dg
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus

from lexiane_dagster.application.audit import sample
from lexiane_dagster.bootstrap import Application, entropy
from lexiane_dagster.domain.ledger.checkpoint import SignedCheckpoint
from lexiane_dagster.domain.ledger.entry import ANSWER
from lexiane_dagster.domain.replay import Replay, Verdict
from lexiane_dagster.domain.report import Report
from lexiane_dagster.orchestration.corpus import Corpus
from lexiane_dagster.orchestration.failures import explained
from lexiane_dagster.orchestration.progress import progress_of
from lexiane_dagster.ports.progress import Progress

LEDGER_CONSISTENT = "ledger_consistent"
REPLAY_SAMPLE = "replay_sample"
CHECKPOINT = "checkpoint"
FINISHED = {AssetCheckExecutionRecordStatus.SUCCEEDED, AssetCheckExecutionRecordStatus.FAILED}
# Every night, when nobody asks. The schedule is off until somebody switches it on.
NIGHTLY = "0 3 * * *"
SAMPLE_SIZE = 20
SEED_BYTES = 16
PROBLEMS_SHOWN = 20


def audit_checks(corpus: Corpus) -> list[dg.AssetChecksDefinition]:
    """The checks `ledger_consistent` and `replay_sample` of a corpus."""
    return [_ledger_consistent(corpus), _replay_sample(corpus)]


def job_name(corpus: str) -> str:
    return f"{corpus}_audit"


def audit_job(corpus: str) -> Any:
    """The job that runs both checks and builds nothing."""
    answers = dg.AssetKey([corpus, "answers"])
    return dg.define_asset_job(
        name=job_name(corpus),
        selection=dg.AssetSelection.checks(
            *(dg.AssetCheckKey(answers, name) for name in (LEDGER_CONSISTENT, REPLAY_SAMPLE))
        ),
        executor_def=dg.in_process_executor,
        tags={"lexiane/corpus": corpus},
        description=f"Verify the ledger and replay a sample of the answers of {corpus}.",
    )


def audit_schedule(corpus: str) -> dg.ScheduleDefinition:
    """The audit every night, once it is switched on."""
    return dg.ScheduleDefinition(
        name=f"{corpus}_audit_nightly",
        job_name=job_name(corpus),
        cron_schedule=NIGHTLY,
        default_status=dg.DefaultScheduleStatus.STOPPED,
        description=f"Audits {corpus} every night.",
    )


def _ledger_consistent(corpus: Corpus) -> dg.AssetChecksDefinition:
    key = dg.AssetCheckKey(corpus.key("answers"), LEDGER_CONSISTENT)

    @dg.asset_check(
        asset=key.asset_key,
        name=key.name,
        description="The ledger is whole, signed, and extends the one of the last audit.",
    )
    def ledger_consistent(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        app, progress = corpus.application(), progress_of(context)
        remembered = _remembered(context.instance, key)
        whole = remembered is None or context.run.job_name == job_name(corpus.name)
        with explained():
            size = app.backends.ledger.size()
            if size == 0 and remembered is None:
                return dg.AssetCheckResult(passed=True, description="the ledger is empty")
            report = _verified(app, remembered, whole, progress)
            # After a roll-back the older, longer ledger stays the one that is remembered.
            head = app.backends.ledger.checkpoint(size) if report.ok else remembered
        return dg.AssetCheckResult(
            passed=report.ok,
            severity=dg.AssetCheckSeverity.ERROR,
            description=_told(report, size),
            metadata={
                "height": size,
                "steps": dg.MetadataValue.json({step.name: step.checked for step in report.steps}),
                "problems": dg.MetadataValue.json(list(report.problems[:PROBLEMS_SHOWN])),
                "since": remembered.checkpoint.size if remembered else None,
                "whole": whole,
                **({CHECKPOINT: head.note()} if head else {}),
            },
        )

    return ledger_consistent


def _replay_sample(corpus: Corpus) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=corpus.key("answers"),
        name=REPLAY_SAMPLE,
        description=f"Up to {SAMPLE_SIZE} answers, drawn at random, come out as they were recorded.",
    )
    def replay_sample(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        from lexiane_dagster.application.replay import replay

        app, progress = corpus.application(), progress_of(context)
        with explained():
            answers = app.backends.ledger.find(ANSWER, corpus=corpus.name)
            if not answers:
                return dg.AssetCheckResult(passed=True, description="no answers yet")
            seed = entropy().token(SEED_BYTES)
            found = replay(
                sample(answers, seed, SAMPLE_SIZE),
                lambda version: app.asker(version, progress),
                app.backends,
                progress,
                groups=None,
            )
        return _judged(found, len(answers), seed)

    return replay_sample


def _judged(found: list[Replay], answers: int, seed: bytes) -> dg.AssetCheckResult:
    """Diverged answers are an error; those that could not be replayed here are told as a warning."""
    counts = Counter(each.verdict.name for each in found)
    by_verdict = {
        verdict: [each.answer_id for each in found if each.verdict is verdict]
        for verdict in (Verdict.DIVERGED, Verdict.UNAVAILABLE)
    }
    diverged, unavailable = by_verdict.values()
    return dg.AssetCheckResult(
        passed=not diverged and not unavailable,
        severity=dg.AssetCheckSeverity.ERROR if diverged else dg.AssetCheckSeverity.WARN,
        description=", ".join(f"{count} {name}" for name, count in sorted(counts.items())),
        metadata={
            "answers": answers,
            "seed": seed.hex(),
            "sample": dg.MetadataValue.json([each.answer_id for each in found]),
            "verdicts": dg.MetadataValue.json(dict(counts)),
            "diverged": dg.MetadataValue.json(diverged),
            "unavailable": dg.MetadataValue.json(unavailable),
        },
    )


def _verified(
    app: Application, remembered: SignedCheckpoint | None, whole: bool, progress: Progress
) -> Report:
    """What extends the ledger that is remembered, and everything anew where it is to be `whole`: what
    was verified once is not looked at again otherwise."""
    from lexiane_dagster.application.verification import verify_ledger

    extends = verify_ledger(app.backends, progress, since=remembered)
    if remembered is None or not whole:
        return extends
    anew = verify_ledger(app.backends, progress)
    added = [step for step in extends.steps if step.name not in {each.name for each in anew.steps}]
    return Report((*added, *anew.steps))


def _remembered(instance: dg.DagsterInstance, key: dg.AssetCheckKey) -> SignedCheckpoint | None:
    """The checkpoint that the last evaluation left in its metadata."""
    # Not the latest record: that is the one of this evaluation, which is still planned.
    records = instance.event_log_storage.get_asset_check_execution_history(
        key, limit=1, status=FINISHED
    )
    evaluation = records[0].evaluation if records else None
    note = evaluation.metadata.get(CHECKPOINT) if evaluation else None
    return SignedCheckpoint.from_note(str(note.value)) if note else None


def _told(report: Report, size: int) -> str:
    problems = report.problems
    if not problems:
        return f"{size} leaves, each in its place"
    return f"{len(problems)} problems, the first: {problems[0]}"
