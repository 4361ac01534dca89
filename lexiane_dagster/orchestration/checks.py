"""Gates as asset checks: one step a stage, one check a gate, remembered by what they judged."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict

import dagster as dg

from lexiane_dagster.application.attest import record_gates
from lexiane_dagster.application.backends import Backends
from lexiane_dagster.application.reconcile import (
    Finding,
    documents_are_chunked,
    offsets_hold,
    texts_are_readable,
    vectors_are_unit,
)
from lexiane_dagster.bootstrap import Application
from lexiane_dagster.domain.canonical import canonical_bytes
from lexiane_dagster.domain.digest import digest_of_json
from lexiane_dagster.domain.version import full_name
from lexiane_dagster.orchestration.corpus import Corpus
from lexiane_dagster.orchestration.failures import explained
from lexiane_dagster.orchestration.frames import chunks_frame, documents_frame, embeddings_frame
from lexiane_dagster.orchestration.gates import Gate, GateResult, judged
from lexiane_dagster.orchestration.handles import HANDLE, upstream_handle
from lexiane_dagster.orchestration.progress import progress_of
from lexiane_dagster.orchestration.quality import measured_gates
from lexiane_dagster.ports.progress import Progress

MEMO = "gates/v1"
FAILING_SHOWN = 20

_RULES: Mapping[str, Callable[[str, Backends], Finding]] = {
    "documents_are_chunked": documents_are_chunked,
    "offsets_hold": offsets_hold,
    "texts_are_readable": texts_are_readable,
    "vectors_are_unit": vectors_are_unit,
}
_FRAMES = {
    "documents": documents_frame,
    "chunks": chunks_frame,
    "embeddings": embeddings_frame,
}


def corpus_checks(corpus: Corpus) -> list[dg.AssetChecksDefinition]:
    """One checks definition for each stage that has gates."""
    stages = dict.fromkeys(gate.stage for gate in corpus.gates)
    return [
        _stage_checks(corpus, stage, [gate for gate in corpus.gates if gate.stage == stage])
        for stage in stages
    ]


def _stage_checks(corpus: Corpus, stage: str, gates: Sequence[Gate]) -> dg.AssetChecksDefinition:
    key = corpus.key(stage)

    @dg.multi_asset_check(
        name=f"{corpus.name}_{stage}_gates",
        specs=[gate.spec(corpus.name) for gate in gates],
        can_subset=True,
    )
    def checks(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        selected = {check.name for check in context.selected_asset_check_keys}
        chosen = [gate for gate in gates if gate.name in selected]
        app = corpus.application()
        with explained():
            handle = upstream_handle(context.instance, context.run.run_id, key)
            results = judge(corpus, chosen, handle, app, progress_of(context))
            if stage == "index":
                # The release does not run when one of these fails, and the version exists already.
                record_gates(full_name(corpus.name, handle), judged(chosen, results), app.backends)
        for gate, result in zip(chosen, results, strict=True):
            yield dg.AssetCheckResult(
                check_name=gate.name,
                asset_key=key,
                passed=result.ok,
                severity=dg.AssetCheckSeverity[gate.severity.upper()],
                description=result.detail,
                metadata={HANDLE: handle, "failing": list(result.failing)},
            )

    return checks


def judge(
    corpus: Corpus, gates: Sequence[Gate], handle: str, app: Application, progress: Progress
) -> list[GateResult]:
    """Results of `gates` on the snapshot `handle`, in their order."""
    remembered = [gate for gate in gates if gate.rule != "quality"]
    keys = {gate.name: digest_of_json({"gate": gate.digest, "of": handle}) for gate in remembered}
    known = app.backends.memo.get_many(MEMO, keys.values())
    results = {
        gate.name: _decode(known[key]) for gate in remembered if (key := keys[gate.name]) in known
    }
    fresh = _evaluate([gate for gate in remembered if gate.name not in results], handle, app)
    app.backends.memo.put_many(MEMO, {keys[each.name]: _encode(each) for each in fresh})
    measured = measured_gates(
        corpus, [gate for gate in gates if gate.rule == "quality"], handle, app, progress
    )
    results.update({each.name: each for each in (*fresh, *measured)})
    return [results[gate.name] for gate in gates]


def _evaluate(gates: Sequence[Gate], handle: str, app: Application) -> list[GateResult]:
    expected = [gate for gate in gates if gate.rule.startswith("expect_")]
    results = [_ruled(gate, handle, app) for gate in gates if gate.rule in _RULES]
    if expected:
        from lexiane_dagster.orchestration.expectations import validate

        frame = _FRAMES[expected[0].stage](handle, app.backends)
        results.extend(validate(frame, expected))
    return results


def _ruled(gate: Gate, handle: str, app: Application) -> GateResult:
    finding = _RULES[gate.rule](handle, app.backends)
    detail = f"{len(finding.failing)} of {finding.checked} fail"
    return GateResult(gate.name, not finding.failing, detail, finding.failing[:FAILING_SHOWN])


def _encode(result: GateResult) -> bytes:
    return canonical_bytes({**asdict(result), "failing": list(result.failing)})


def _decode(value: bytes) -> GateResult:
    found = json.loads(value)
    return GateResult(**{**found, "failing": tuple(found["failing"])})
