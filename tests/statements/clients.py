"""Statements as clients see them that are not ours: securesystemslib and in-toto's protobufs."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from google.protobuf import json_format
from in_toto_attestation.predicates.provenance.v1.provenance_pb2 import Provenance
from in_toto_attestation.predicates.test_result.v0.test_result_pb2 import TestResult
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement
from securesystemslib.dsse import Envelope
from securesystemslib.signer import Key, SSlibKey  # type: ignore[attr-defined]

from lexiane_dagster.bootstrap import Application
from lexiane_dagster.domain.ledger.entry import Entry

PREDICATES = {
    "https://slsa.dev/provenance/v1": Provenance,
    "https://in-toto.io/attestation/test-result/v0.1": TestResult,
}


@dataclass(frozen=True)
class Attested:
    """A leaf with the envelope that stands in its field `statement`."""

    index: int
    entry: Entry
    envelope: bytes

    @property
    def statement(self) -> dict[str, Any]:
        made: dict[str, Any] = json.loads(Envelope.from_dict(json.loads(self.envelope)).payload)
        return made

    @property
    def predicate(self) -> dict[str, Any]:
        made: dict[str, Any] = self.statement["predicate"]
        return made


def attested(app: Application, kind: str | None = None) -> Iterator[Attested]:
    """Every leaf that carries a statement, of one type or of all."""
    ledger = app.backends.ledger
    for stored in ledger.entries():
        field = ledger.fields([stored.index])[stored.index].get("statement")
        if field and kind in (None, stored.type):
            yield Attested(stored.index, stored.entry, field.value)


def keys_of(app: Application) -> list[Key]:
    keys = app.backends.ledger.keys()
    return [key_for_clients(key.public_key) for key in keys]


def key_for_clients(public_key: bytes) -> Key:
    """The key as securesystemslib takes it, under the id that docs/statements.md defines."""
    keyid = hashlib.sha256(public_key).hexdigest()
    return SSlibKey.from_crypto(Ed25519PublicKey.from_public_bytes(public_key), keyid=keyid)


def accepted(envelope: bytes, keys: list[Key]) -> dict[str, Any]:
    """The statement, once securesystemslib took the signature and in-toto the form."""
    found = Envelope.from_dict(json.loads(envelope))
    assert found.payload_type == "application/vnd.in-toto+json"
    assert len(found.verify(keys, threshold=1)) == 1
    statement = json_format.Parse(found.payload, statement_pb2.Statement())
    Statement.copy_from_pb(statement).validate()
    if kind := PREDICATES.get(statement.predicate_type):
        json_format.ParseDict(json_format.MessageToDict(statement.predicate), kind())
    made: dict[str, Any] = json.loads(found.payload)
    return made
