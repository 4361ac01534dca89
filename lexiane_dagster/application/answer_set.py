"""A question set answered on one pinned version; every answer is a record in the ledger."""

import hashlib
from dataclasses import dataclass

from lexiane_dagster.application.answer import Asker
from lexiane_dagster.application.questions import QuestionSet
from lexiane_dagster.domain.canonical import canonical_bytes
from lexiane_dagster.ports.progress import Progress


@dataclass(frozen=True, slots=True)
class AnsweredSet:
    """`digest` is that of the answers: one canonical JSON answer a line, in the set's order, without
    what differs between two runs (ids, times). `answer_ids` are in the same order."""

    version: str
    question_set: str
    digest: str
    answer_ids: tuple[int, ...]
    abstained: int
    citations: int

    @property
    def answers(self) -> int:
        return len(self.answer_ids)


def answer_set(asker: Asker, questions: QuestionSet, progress: Progress) -> AnsweredSet:
    """Answer every question of a set. The same version and set give the same digest."""
    rows = hashlib.sha256()
    answer_ids: list[int] = []
    abstained = citations = 0
    with progress.stage("answers", len(questions.questions)) as advance:
        for question in questions.questions:
            recorded = asker.ask(question.text, question.groups)
            answer_ids.append(recorded.answer_id)
            abstained += recorded.answer.abstained
            citations += len(recorded.answer.citations)
            row = {"question_id": question.question_id, **recorded.answer.to_json()}
            rows.update(canonical_bytes(row) + b"\n")
            advance(1)
    return AnsweredSet(
        asker.version.name,
        questions.name,
        rows.hexdigest(),
        tuple(answer_ids),
        abstained,
        citations,
    )
