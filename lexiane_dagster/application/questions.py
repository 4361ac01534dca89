"""Question sets: JSONL files of questions, judged or not."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lexiane_dagster.domain.canonical import Json, canonical_bytes
from lexiane_dagster.domain.digest import digest_of_json
from lexiane_dagster.domain.errors import ConfigurationError, IntegrityError, NotFoundError
from lexiane_dagster.ports.object_store import ObjectStore

_KEYS = {"question_id", "question", "relevant", "groups"}


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `relevant` grades documents by id; None: not judged, empty: unanswerable."""

    question_id: str
    text: str
    relevant: Mapping[str, int] | None
    groups: tuple[str, ...]

    def to_json(self) -> dict[str, Json]:
        return {
            "question_id": self.question_id,
            "question": self.text,
            "relevant": dict(self.relevant) if self.relevant is not None else None,
            "groups": self.groups,
        }


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A named list of questions, in the order of the file."""

    name: str
    questions: tuple[Question, ...]

    @property
    def digest(self) -> str:
        return digest_of_json(
            {
                "format": "lexiane/question-set/v1",
                "questions": [question.to_json() for question in self.questions],
            }
        )

    @property
    def judged(self) -> tuple[Question, ...]:
        """Those with at least one relevant document."""
        return tuple(question for question in self.questions if question.relevant)


def parse_question_set(name: str, data: bytes) -> QuestionSet:
    """A question set from JSONL bytes; `name` is used in messages.

    Raises:
        ConfigurationError: a line is not a question, or an id occurs twice.
    """
    questions: dict[str, Question] = {}
    for number, line in enumerate(data.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            question = _question(json.loads(line))
        except (ValueError, TypeError, KeyError) as error:
            raise ConfigurationError(
                f"question set {name}, line {number}: {error}",
                remedy='a line is {"question_id": "…", "question": "…", "relevant": {document_id: grade}}',
            ) from error
        if question.question_id in questions:
            raise ConfigurationError(
                f"question set {name}, line {number}: question_id {question.question_id!r} "
                "occurs twice",
                remedy="give every question an id of its own",
            )
        questions[question.question_id] = question
    if not questions:
        raise ConfigurationError(f"question set {name} holds no question", remedy="add one a line")
    return QuestionSet(name, tuple(questions.values()))


def load_question_set(path: Path) -> QuestionSet:
    """The question set of a file; its name is the file's without the ending."""
    try:
        return parse_question_set(path.stem, path.read_bytes())
    except OSError as error:
        raise ConfigurationError(
            f"question file {path} cannot be read: {error.strerror}",
            remedy="name an existing JSONL file with --questions",
        ) from error


def _question(value: object) -> Question:
    if not isinstance(value, dict) or not value.keys() <= _KEYS:
        raise ValueError(f"not an object with the keys {', '.join(sorted(_KEYS))}")
    question_id, text = value["question_id"], value["question"]
    if not isinstance(question_id, str) or not isinstance(text, str) or not text.strip():
        raise ValueError("question_id and question must be texts, and the question not empty")
    relevant = value.get("relevant")
    if relevant is not None and not (
        isinstance(relevant, dict) and all(type(grade) is int for grade in relevant.values())
    ):
        raise ValueError("relevant must map document ids to whole grades")
    groups = value.get("groups", [])
    if not isinstance(groups, list) or not all(isinstance(group, str) for group in groups):
        raise ValueError("groups must be a list of texts")
    return Question(question_id, text, relevant, tuple(sorted(set(groups))))


def preserve_question_set(objects: ObjectStore, corpus: str, questions: QuestionSet) -> str:
    """Keep a set under its digest, so that a partition means the same questions for ever."""
    value: Json = {
        "name": questions.name,
        "questions": [item.to_json() for item in questions.questions],
    }
    objects.put(_set_key(corpus, questions.digest), canonical_bytes(value))
    return questions.digest


def preserved_question_set(objects: ObjectStore, corpus: str, prefix: str) -> QuestionSet:
    """The kept set whose digest starts with `prefix`.

    Raises:
        NotFoundError: no kept set, or several, start so.
        IntegrityError: the kept bytes are not those of the digest.
    """
    folder = f"question_sets/{corpus}/"
    keys = [key for key in objects.keys(folder) if key.startswith(folder + prefix)]
    if len(keys) != 1:
        raise NotFoundError(
            f"{len(keys)} kept question sets of corpus {corpus!r} start with {prefix!r}",
            remedy="give the partition key as the Dagster UI shows it",
        )
    value = json.loads(objects.get(keys[0]))
    questions = QuestionSet(value["name"], tuple(_question(item) for item in value["questions"]))
    if _set_key(corpus, questions.digest) != keys[0]:
        raise IntegrityError(
            f"kept question set {keys[0]} is damaged",
            remedy="restore this file from the store's back-up",
        )
    return questions


def _set_key(corpus: str, digest: str) -> str:
    return f"question_sets/{corpus}/{digest}.json"
