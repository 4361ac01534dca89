"""Retrieval quality of a candidate version, against floors and against the current release."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from lexiane_dagster.application.evaluate import evaluate
from lexiane_dagster.application.publish import PRODUCTION
from lexiane_dagster.application.questions import QuestionSet, load_question_set
from lexiane_dagster.bootstrap import Application, measures
from lexiane_dagster.domain.digest import digest_of_json
from lexiane_dagster.orchestration.corpus import Corpus
from lexiane_dagster.orchestration.gates import ALGORITHM, QUESTIONS, Gate, GateResult
from lexiane_dagster.ports.progress import Progress

MEMO = "quality/v1"


def measured_gates(
    corpus: Corpus, gates: Sequence[Gate], version: str, app: Application, progress: Progress
) -> list[GateResult]:
    """The `quality` gates on a version, named by its full digest."""
    if not gates:
        return []
    questions = load_question_set(questions_file(corpus.folder))
    candidate = measured(version, questions, app, progress)
    current = app.backends.catalog.release(corpus.name, PRODUCTION)
    before = measured(current, questions, app, progress) if current else None
    return [_result(gate, candidate, before) for gate in gates]


def questions_file(folder: Path) -> Path:
    """The judged questions of a corpus, beside its `defs.yaml`."""
    return folder / QUESTIONS


def measured(
    version: str, questions: QuestionSet, app: Application, progress: Progress
) -> Mapping[str, float]:
    """Measures of a version over a question set; both are immutable, so the result is remembered."""
    key = digest_of_json(
        {"version": version, "questions": questions.digest, "algorithm": ALGORITHM}
    )
    if known := app.backends.memo.get_many(MEMO, [key]).get(key):
        return {name: float(value) for name, value in json.loads(known).items()}
    found = evaluate(app.asker(version, progress), questions, measures(), progress).measures
    app.backends.memo.put_many(MEMO, {key: json.dumps(dict(found)).encode()})
    return found


def _result(
    gate: Gate, candidate: Mapping[str, float], before: Mapping[str, float] | None
) -> GateResult:
    name, floor, drop = (gate.arguments[key] for key in ("measure", "floor", "max_drop"))
    value = candidate[name]
    detail = f"{name} {value:.4f}, floor {floor}"
    ok = value >= floor
    if before is not None:
        detail += f", release {before[name]:.4f}, may drop by {drop}"
        ok = ok and value >= before[name] - drop
    return GateResult(gate.name, ok, detail)
