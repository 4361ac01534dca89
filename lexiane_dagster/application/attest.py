"""Signed statements about versions, as fields of the ledger's leaves (docs/statements.md)."""

from collections.abc import Iterable, Mapping, Sequence

from lexiane_dagster.application.backends import Backends
from lexiane_dagster.domain.canonical import Json, canonical_bytes
from lexiane_dagster.domain.errors import IntegrityError
from lexiane_dagster.domain.ledger.commitment import opens
from lexiane_dagster.domain.ledger.entry import GATE, PROMOTION, VERSION, Event
from lexiane_dagster.domain.predicates import (
    JudgedGate,
    Making,
    gate_result,
    provenance,
    release,
    without_documents,
)
from lexiane_dagster.domain.statement import Envelope, Statement, sign
from lexiane_dagster.domain.version import Manifest, full_name
from lexiane_dagster.ports.keyring import Signer

STATEMENT = "statement"
PROVENANCE = "provenance"
DETAIL = "detail"
FAILING = "failing"


def version_event(
    manifest: Manifest, documents: Iterable[str], making: Making, backends: Backends
) -> Event:
    """The leaf of a version that a run made. Fields: the signed `statement`, and `provenance`, which
    is what the catalog keeps.

    `documents` are digests of raw bytes.
    """
    signer = backends.ledger.signer()
    made = provenance(
        manifest, documents, making, builder_of(backends), finished=backends.clock.now()
    )
    return Event(
        VERSION,
        {"version": full_name(manifest.corpus, manifest.digest)},
        {
            STATEMENT: _signed(made, signer),
            PROVENANCE: canonical_bytes(making.to_json()),
        },
    )


def builder_of(backends: Backends) -> str:
    """The URI of who builds: whoever holds the keys of this ledger."""
    return f"https://{backends.ledger.keys()[-1].origin}"


def promotion_event(version: str, name: str, before: str | None, backends: Backends) -> Event:
    """The leaf of a release that moves from `before` to `version`, both full names."""
    return Event(
        PROMOTION,
        {"version": version, "release": name, "before": before},
        {STATEMENT: _signed(release(version, name), backends.ledger.signer())},
    )


def record_gates(version: str, judged: Sequence[JudgedGate], backends: Backends) -> int:
    """Append a leaf for each gate whose result on `version` (full name) the ledger does not hold yet,
    in one transaction; returns how many.

    A result is known when the newest leaf of the gate states the same with the same configuration:
    judging again what did not change adds nothing.
    """
    known = _stated(version, backends)
    fresh = [
        (gate, statement)
        for gate in judged
        for statement in [gate_result(version, gate)]
        if known.get(gate.name) != statement.to_bytes()
    ]
    if fresh:
        signer = backends.ledger.signer()
        backends.ledger.append([_gate_event(gate, made, signer) for gate, made in fresh])
    return len(fresh)


def reissued_statement(envelope: bytes, erased: Iterable[tuple[str, str]], signer: Signer) -> bytes:
    """A version's provenance statement again, without the digests of erased documents.

    `envelope` is the field `statement` of the version's leaf, already checked against its commitment;
    `erased` holds (digest of the raw bytes, Merkle leaf hash in hex), one a document. Subject, run and
    times stay; the current key signs.

    Raises:
        ValueError: `envelope` is none, or it does not name one of the documents.
    """
    statement = Envelope.from_bytes(envelope).statement()
    return _signed(without_documents(statement, erased), signer)


def reissue_event(
    index: int, envelope: bytes, erased: Iterable[tuple[str, str]], signer: Signer
) -> Event:
    """The leaf that stands in for the statement of the leaf `index`, which is erased in the same
    transaction. Arguments and errors as for `reissued_statement`."""
    reissued = reissued_statement(envelope, erased, signer)
    subject = Envelope.from_bytes(reissued).statement().subject
    return Event(VERSION, {"version": subject, "reissues": index}, {STATEMENT: reissued})


def _stated(version: str, backends: Backends) -> Mapping[str, bytes]:
    """The newest statement (payload) of each gate about a version."""
    ledger = backends.ledger
    indexes = ledger.find(GATE, version=version)
    fields = ledger.fields(indexes)
    found: dict[str, bytes] = {}
    for index in indexes:
        entry, field = ledger.entry(index).entry, fields[index].get(STATEMENT)
        if field is None:
            continue
        commitment = entry.commitments.get(STATEMENT, "")
        if not opens(commitment, field.opening, STATEMENT, field.value):
            raise IntegrityError(
                f"the field {STATEMENT!r} of leaf {index} is not what the ledger committed to",
                remedy="run `lexiane verify`, and restore the catalog from its back-up",
            )
        found[str(entry.body["gate"])] = Envelope.from_bytes(field.value).payload
    return found


def _gate_event(gate: JudgedGate, statement: Statement, signer: Signer) -> Event:
    body: dict[str, Json] = {
        "version": statement.subject,
        "gate": gate.name,
        "ok": gate.ok,
        "severity": gate.severity,
        "blocking": gate.blocking,
    }
    fields = {STATEMENT: _signed(statement, signer), DETAIL: canonical_bytes(gate.detail)}
    if gate.failing:
        fields[FAILING] = canonical_bytes(gate.failing)
    return Event(GATE, body, fields)


def _signed(statement: Statement, signer: Signer) -> bytes:
    return sign(statement, signer.public_key, signer.sign).to_bytes()
