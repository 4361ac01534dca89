"""What a pack holds of the ledger: leaves with proofs to one checkpoint, keys and openings."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from lexiane_dagster.application.records import RESTORE, erasures_of, load_record
from lexiane_dagster.domain.canonical import Json, canonical_bytes
from lexiane_dagster.domain.errors import IntegrityError, UnavailableError
from lexiane_dagster.domain.ledger.checkpoint import SignedCheckpoint
from lexiane_dagster.domain.ledger.commitment import opens
from lexiane_dagster.domain.ledger.entry import ERASURE, GATE, PROMOTION, VERSION, Entry
from lexiane_dagster.domain.ledger.erasures import Erasures
from lexiane_dagster.domain.proofs import consistency_proof, inclusion_proof
from lexiane_dagster.domain.record import AnswerRecord
from lexiane_dagster.ports.ledger import Field, Ledger, LedgerKey

# The only field of leaves about a version that a pack shows: it holds digests, never names.
STATEMENT = "statement"


@dataclass(frozen=True, slots=True)
class LedgerPart:
    """The record of the answer, the checkpoint that everything is proven to, and the members.

    `events` are the enclosed leaves besides the answer's and the keys', by index; `statements` counts
    the signed statements among their fields.
    """

    record: AnswerRecord
    head: SignedCheckpoint
    keys: Sequence[LedgerKey]
    events: Sequence[tuple[int, Entry]]
    statements: int
    members: Mapping[str, Json]

    @property
    def erasures(self) -> Sequence[tuple[int, Entry]]:
        """The events that took something from the record."""
        answer = self.record.answer_id
        return [
            (index, entry)
            for index, entry in self.events
            if entry.type == ERASURE and answer in Erasures([(index, entry)]).entries
        ]


def ledger_part(ledger: Ledger, answer_id: int, groups: frozenset[str]) -> LedgerPart:
    """Gather it.

    Raises:
        NotFoundError, IntegrityError: as `records.load_record`.
        UnavailableError: something was erased meanwhile.
    """
    head = ledger.checkpoint()
    size = head.checkpoint.size
    record = load_record(ledger, answer_id, groups)
    about = [
        index
        for kind in (VERSION, GATE, PROMOTION)
        for index in ledger.find(kind, version=record.version)
    ]
    shown = {answer_id, *about}
    erasing = [index for index in ledger.find(ERASURE) if _concerns(ledger, index, shown)]
    if any(index >= size for index in (answer_id, *erasing)):
        raise UnavailableError(
            f"answer {answer_id} was erased, or given, while its pack was being made",
            remedy="run the command again",
        )
    listed = sorted(index for index in (*about, *erasing) if index < size)
    fields, erasures = ledger.fields([answer_id, *listed]), erasures_of(ledger)
    ever_valid = ledger.keys()
    keys = [key for key in ever_valid if key.index < size]
    entries = {index: ledger.entry(index).entry for index in listed}
    statements = {
        index: _statement(index, entries[index], fields[index], erasures) for index in listed
    }
    return LedgerPart(
        record,
        head,
        keys,
        list(entries.items()),
        sum(map(len, statements.values())),
        {
            "record.json": {
                "format": "lexiane/evidence-record/v1",
                **_leaf(ledger, answer_id, size),
                "fields": _fields(fields[answer_id]),
            },
            "ledger.json": {
                "format": "lexiane/evidence-ledger/v1",
                "entries": [
                    {**_leaf(ledger, index, size), "fields": _fields(statements[index])}
                    for index in listed
                ],
            },
            "keys.json": {
                "format": "lexiane/evidence-keys/v1",
                "keys": [
                    {**_leaf(ledger, key.index, size), "rotation": _rotation(ledger, key, size)}
                    for key in keys
                ],
            },
        },
    )


def _concerns(ledger: Ledger, index: int, shown: Collection[int]) -> bool:
    """True for an erasure leaf that removed a field of one of the leaves `shown`."""
    return not Erasures([(index, ledger.entry(index).entry)]).entries.isdisjoint(shown)


def _statement(
    index: int, entry: Entry, fields: Mapping[str, Field], erasures: Erasures
) -> dict[str, Field]:
    """The field `statement`, where the leaf has one that was not erased."""
    commitment, field = entry.commitments.get(STATEMENT), fields.get(STATEMENT)
    if commitment is None or (field is None and erasures.covers(index, STATEMENT)):
        return {}
    if field is None or not opens(commitment, field.opening, STATEMENT, field.value):
        raise IntegrityError(
            f"the statement of leaf {index} is not what the ledger committed to", remedy=RESTORE
        )
    return {STATEMENT: field}


def _leaf(ledger: Ledger, index: int, size: int) -> dict[str, Json]:
    return {
        "index": index,
        "leaf": _value(ledger.entry(index).data),
        "proof": _hex(inclusion_proof(ledger.node, index, size)),
    }


def _rotation(ledger: Ledger, key: LedgerKey, size: int) -> Json:
    """How the key before vouched for this one: the checkpoint that both signed."""
    if key.index == 0:
        return None
    covered = key.index + 1
    return {
        "checkpoint": ledger.checkpoint(covered).note(),
        "proof": _hex(inclusion_proof(ledger.node, key.index, covered)),
        "consistency": _hex(consistency_proof(ledger.node, covered, size)),
    }


def _fields(fields: Mapping[str, Field]) -> dict[str, Json]:
    return {
        path: {"opening": field.opening.hex(), "value": _value(field.value)}
        for path, field in fields.items()
    }


def _value(data: bytes) -> Json:
    """Canonical JSON as a value, so that the canonical bytes of a member hold the same bytes."""
    value: Json = json.loads(data)
    if canonical_bytes(value) != data:
        raise IntegrityError("a value of the ledger is not canonical JSON", remedy=RESTORE)
    return value


def _hex(proof: Sequence[bytes]) -> list[str]:
    return [each.hex() for each in proof]
