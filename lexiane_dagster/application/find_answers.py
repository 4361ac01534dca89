"""Which recorded answers there are, for somebody with certain groups."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from lexiane_dagster.application.records import all_records, may_see
from lexiane_dagster.domain.ledger.entry import ANSWER
from lexiane_dagster.domain.record import AnswerRecord
from lexiane_dagster.ports.ledger import Ledger

# Records read at once.
BATCH = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for. `version` is a full name; `since` is included, `until` is not.

    `text` is looked for in the question, whatever its case. An answer whose question was erased
    matches no text.
    """

    corpus: str | None = None
    version: str | None = None
    text: str | None = None
    principal: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Answers, newest first. `hidden` counts those of other groups that were met on the way, whether
    they match the text and the principal or not: that would tell something of them."""

    answers: Sequence[AnswerRecord]
    hidden: int


def find_answers(ledger: Ledger, wanted: Wanted, groups: frozenset[str], limit: int) -> Found:
    """The newest `limit` answers that match and that somebody with `groups` may see.

    Raises:
        IntegrityError: see `load_record`.
    """
    answers: list[AnswerRecord] = []
    hidden = 0
    for record in _newest_first(ledger, wanted):
        if len(answers) == limit:
            break
        if not _in_time(record, wanted):
            continue
        if not may_see(record, groups):
            hidden += 1
        elif _matches(record, wanted):
            answers.append(record)
    return Found(answers, hidden)


def visible_answers(
    ledger: Ledger, corpus: str | None, groups: frozenset[str]
) -> tuple[list[int], int]:
    """Ids of all answers for somebody with `groups`, oldest first, and how many others there are."""
    needed = {
        index: frozenset(json.loads(field.value)) for index, _, field in ledger.fields_at("groups")
    }
    all_ids = ledger.find(ANSWER, corpus=corpus)
    visible = [index for index in all_ids if needed.get(index, frozenset()) <= groups]
    return visible, len(all_ids) - len(visible)


def _newest_first(ledger: Ledger, wanted: Wanted) -> Iterator[AnswerRecord]:
    ids = ledger.find(ANSWER, wanted.corpus, wanted.version)[::-1]
    for start in range(0, len(ids), BATCH):
        yield from all_records(ledger, ids[start : start + BATCH])


def _in_time(record: AnswerRecord, wanted: Wanted) -> bool:
    at = datetime.fromisoformat(record.entry.at)
    return (wanted.since is None or at >= wanted.since) and (
        wanted.until is None or at < wanted.until
    )


def _matches(record: AnswerRecord, wanted: Wanted) -> bool:
    fields = record.fields
    if wanted.principal is not None and fields.get("principal") != wanted.principal:
        return False
    question: str | None = fields.get("question")
    if wanted.text is None:
        return True
    return question is not None and wanted.text.casefold() in question.casefold()
