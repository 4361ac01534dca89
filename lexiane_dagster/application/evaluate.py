"""Retrieval quality over judged questions, and answer quality beside it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lexiane_dagster.application.answer import DEFAULT_TOP, Asker
from lexiane_dagster.application.questions import Question, QuestionSet
from lexiane_dagster.domain.answer import Answer
from lexiane_dagster.domain.retrieval import Ranked
from lexiane_dagster.ports.measures import Measures
from lexiane_dagster.ports.progress import Progress


@dataclass(frozen=True, slots=True)
class AnswerQuality:
    """Counts over the judged and unanswerable questions of a set."""

    answerable: int
    unanswerable: int
    quoting: int
    abstained: int
    abstained_rightly: int

    def to_json(self) -> dict[str, object]:
        """Rates are null where there was nothing to count."""
        return {
            "answerable": self.answerable,
            "unanswerable": self.unanswerable,
            "quoting_a_relevant_document": _ratio(self.quoting, self.answerable),
            "abstention_precision": _ratio(self.abstained_rightly, self.abstained),
            "abstention_recall": _ratio(self.abstained_rightly, self.unanswerable),
        }


@dataclass(frozen=True, slots=True)
class Evaluation:
    """`measures` are means over the questions with relevant documents, of rankings of documents
    (each at the rank of its best chunk)."""

    version: str
    question_set: str
    questions: int
    measures: Mapping[str, float]
    per_question: Mapping[str, Mapping[str, float]]
    answers: AnswerQuality

    def to_json(self) -> dict[str, object]:
        return {
            "version": self.version,
            "question_set": self.question_set,
            "questions": self.questions,
            "measures": dict(self.measures),
            "answers": self.answers.to_json(),
        }


def evaluate(
    asker: Asker, questions: QuestionSet, measures: Measures, progress: Progress
) -> Evaluation:
    """Measure one version over one question set; questions without judgements are left out."""
    judgements = {item.question_id: item.relevant for item in questions.questions if item.relevant}
    rankings: dict[str, Sequence[str]] = {}
    answers: list[tuple[Question, Answer]] = []
    with progress.stage("questions", len(questions.questions)) as advance:
        for question in questions.questions:
            if question.relevant is not None:
                ranking = asker.rank(question.text, question.groups)
                rankings[question.question_id] = document_ranking(asker, ranking)
                best = ranking[:DEFAULT_TOP]
                answers.append((question, asker.answer(question.text, question.groups, best)))
            advance(1)
    per_question = measures.of(judgements, rankings)
    return Evaluation(
        version=asker.version.name,
        question_set=questions.name,
        questions=len(judgements),
        measures=_means(per_question.values()),
        per_question=per_question,
        answers=_quality(answers),
    )


def document_ranking(asker: Asker, ranking: Iterable[Ranked]) -> list[str]:
    """Documents in the order of their best chunk."""
    return list(dict.fromkeys(asker.version.chunks[e.chunk_id].document_id for e in ranking))


def _means(found: Iterable[Mapping[str, float]]) -> dict[str, float]:
    values: dict[str, list[float]] = {}
    for measures in found:
        for name, value in measures.items():
            values.setdefault(name, []).append(value)
    return {name: sum(each) / len(each) for name, each in values.items()}


def _quality(answers: Iterable[tuple[Question, Answer]]) -> AnswerQuality:
    counts = AnswerQuality(0, 0, 0, 0, 0)
    for question, answer in answers:
        relevant = question.relevant or {}
        quoted = {citation.document_id for citation in answer.citations}
        counts = AnswerQuality(
            answerable=counts.answerable + bool(relevant),
            unanswerable=counts.unanswerable + (not relevant),
            quoting=counts.quoting + bool(quoted & relevant.keys()),
            abstained=counts.abstained + answer.abstained,
            abstained_rightly=counts.abstained_rightly + (answer.abstained and not relevant),
        )
    return counts


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
