"""A question set answered on one pinned version: rows in the store, named by their digest."""

from dataclasses import dataclass

from lexiane_dagster.application.answer import Asker
from lexiane_dagster.application.preserve import preserve
from lexiane_dagster.application.questions import QuestionSet
from lexiane_dagster.domain.canonical import canonical_bytes
from lexiane_dagster.ports.progress import Progress


@dataclass(frozen=True, slots=True)
class AnsweredSet:
    """`digest` names the rows in the store: one canonical JSON answer a line, in the set's order."""

    version: str
    question_set: str
    digest: str
    answers: int
    abstained: int
    citations: int


def answer_set(asker: Asker, questions: QuestionSet, progress: Progress) -> AnsweredSet:
    """Answer every question of a set. The same version and set give the same digest."""
    rows: list[bytes] = []
    abstained = citations = 0
    with progress.stage("answers", len(questions.questions)) as advance:
        for question in questions.questions:
            answer = asker.ask(question.text, question.groups)
            abstained += answer.abstained
            citations += len(answer.citations)
            row = {"question_id": question.question_id, **answer.to_json()}
            rows.append(canonical_bytes(row) + b"\n")
            advance(1)
    digest = preserve(asker.objects, b"".join(rows))
    return AnsweredSet(asker.version.name, questions.name, digest, len(rows), abstained, citations)
