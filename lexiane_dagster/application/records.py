"""Reading answer records back: every value is checked against its commitment first."""

from collections.abc import Iterable, Mapping, Sequence

from lexiane_dagster.domain.canonical import INTEGER_LIMIT
from lexiane_dagster.domain.errors import IntegrityError, NotFoundError
from lexiane_dagster.domain.ledger.commitment import opens
from lexiane_dagster.domain.ledger.entry import ANSWER, ERASURE, Entry
from lexiane_dagster.domain.ledger.erasures import Erasures
from lexiane_dagster.domain.record import AnswerRecord, decoded
from lexiane_dagster.ports.ledger import Field, Ledger, StoredEntry

RESTORE = "run `lexiane verify`, and restore the catalog from its back-up"
LISTED = "`lexiane answers` lists the answers"


def load_record(ledger: Ledger, answer_id: int, groups: Iterable[str]) -> AnswerRecord:
    """One answer, for somebody with `groups`.

    Raises:
        NotFoundError: there is no such answer, or it was given to groups that the asker lacks.
        IntegrityError: a value is not what the ledger committed to, or is gone without an erasure.
    """
    return load_records(ledger, [answer_id], groups)[0]


def load_records(
    ledger: Ledger, answer_ids: Sequence[int], groups: Iterable[str]
) -> list[AnswerRecord]:
    """The same for several answers."""
    held = frozenset(groups)
    found = all_records(ledger, answer_ids)
    for record in found:
        if not may_see(record, held):
            raise not_for_you(record.answer_id)
    return found


def not_for_you(answer_id: int) -> NotFoundError:
    """The refusal of an answer; it names none of its groups."""
    return NotFoundError(
        f"answer {answer_id} was given to members of groups that you did not name",
        remedy="name each of the asker's groups with --group",
    )


def may_see(record: AnswerRecord, groups: frozenset[str]) -> bool:
    """An answer may rest on everything that its asker could see, so all of the groups are needed.

    Where it is not known any more which they were, only an answer of which nothing is left is seen.
    """
    if "groups" not in record.fields:
        return not record.fields
    return frozenset(record.groups) <= groups


def all_records(ledger: Ledger, answer_ids: Sequence[int]) -> list[AnswerRecord]:
    """Records whatever their groups: for auditing jobs that show no content."""
    entries = {answer_id: answer_entry(ledger, answer_id) for answer_id in answer_ids}
    fields, erasures = ledger.fields(answer_ids), erasures_of(ledger)
    return [
        checked_record(answer_id, entry, fields[answer_id], erasures)
        for answer_id, entry in entries.items()
    ]


def erasures_of(ledger: Ledger) -> Erasures:
    return Erasures((index, ledger.entry(index).entry) for index in ledger.find(ERASURE))


def stored_answer(ledger: Ledger, answer_id: int) -> StoredEntry:
    """The leaf of an answer, not read yet."""
    if answer_id >= INTEGER_LIMIT:
        raise NotFoundError(f"there is no answer {answer_id}", remedy=LISTED)
    stored = ledger.entry(answer_id)
    if stored.type != ANSWER:
        raise NotFoundError(
            f"leaf {answer_id} of the ledger is of type {stored.type!r}, not an answer",
            remedy=LISTED,
        )
    return stored


def answer_entry(ledger: Ledger, answer_id: int) -> Entry:
    """The leaf of an answer."""
    try:
        return stored_answer(ledger, answer_id).entry
    except ValueError as error:
        raise IntegrityError(
            f"the leaf of answer {answer_id} is damaged: {error}", remedy=RESTORE
        ) from error


def checked_record(
    answer_id: int, entry: Entry, fields: Mapping[str, Field], erasures: Erasures
) -> AnswerRecord:
    """The record of an answer from its leaf and the fields that are left.

    Raises:
        IntegrityError: see `load_record`.
    """
    for path, field in fields.items():
        commitment = entry.commitments.get(path)
        if commitment is None or not opens(commitment, field.opening, path, field.value):
            raise IntegrityError(
                f"the field {path!r} of answer {answer_id} is not what the ledger committed to",
                remedy=RESTORE,
            )
    missing = tuple(sorted(entry.commitments.keys() - fields.keys()))
    for path in missing:
        if not erasures.covers(answer_id, path):
            raise IntegrityError(
                f"the field {path!r} of answer {answer_id} is gone, and no erasure covers it",
                remedy=RESTORE,
            )
    try:
        values = decoded((path, field.value) for path, field in fields.items())
    except ValueError as error:
        raise IntegrityError(
            f"answer {answer_id} was recorded with a field that is no JSON: {error}",
            remedy=RESTORE,
        ) from error
    return AnswerRecord(answer_id, entry, values, missing)
