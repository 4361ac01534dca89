"""Statements: who says what about which version (docs/statements.md).

Formats: in-toto Statement v1 (https://in-toto.io/Statement/v1) inside a DSSE envelope v1
(https://github.com/secure-systems-lab/dsse). The signature itself is the business of the signer
port; here is what is signed and how it is written down.
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from lexiane_dagster.domain.canonical import Json, canonical_bytes
from lexiane_dagster.domain.digest import digest_of_bytes, is_digest
from lexiane_dagster.domain.ledger.checkpoint import Verify

STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"
PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"


def pae(payload_type: str, payload: bytes) -> bytes:
    """What DSSE signs: `DSSEv1 SP length SP type SP length SP payload`, lengths in bytes, decimal."""
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def keyid_of(public_key: bytes) -> str:
    """The `keyid` of a signature: SHA-256 of the 32 bytes of the Ed25519 public key, in hex.

    It is a hint that says which key to try; a signature holds or not whatever it says.
    """
    return digest_of_bytes(public_key)


@dataclass(frozen=True, slots=True)
class Statement:
    """An in-toto Statement about one version. `subject` is its full name (`corpus@digest`)."""

    subject: str
    predicate_type: str
    predicate: Mapping[str, Json]

    def to_json(self) -> dict[str, Json]:
        digest = self.subject.partition("@")[2]
        return {
            "_type": STATEMENT_TYPE,
            "subject": [{"name": self.subject, "digest": {"sha256": digest}}],
            "predicateType": self.predicate_type,
            "predicate": self.predicate,
        }

    def to_bytes(self) -> bytes:
        """Canonical bytes: the payload of the envelope."""
        return canonical_bytes(self.to_json())

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Raises ValueError for anything that `to_bytes` would not have written."""
        value: Any = json.loads(payload)
        try:
            (subject,) = value["subject"]
            made = cls(subject["name"], value["predicateType"], value["predicate"])
            same = is_digest(made.subject.partition("@")[2]) and made.to_bytes() == payload
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ValueError(f"not a statement about one version: {error}") from error
        if not same:
            raise ValueError("not a statement as this release writes it")
        return made


@dataclass(frozen=True, slots=True)
class EnvelopeSignature:
    """One signature of an envelope: 64 bytes of Ed25519, and whose."""

    keyid: str
    signature: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """A payload with at least one signature over its `pae`."""

    payload: bytes
    signatures: tuple[EnvelopeSignature, ...]
    payload_type: str = PAYLOAD_TYPE

    def to_bytes(self) -> bytes:
        """Canonical JSON, as it is kept in the field `statement` of a leaf."""
        return canonical_bytes(
            {
                "payload": _encoded(self.payload),
                "payloadType": self.payload_type,
                "signatures": [
                    {"keyid": each.keyid, "sig": _encoded(each.signature)}
                    for each in self.signatures
                ],
            }
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises ValueError for anything that `to_bytes` would not have written."""
        value: Any = json.loads(data)
        try:
            made = cls(
                _decoded(value["payload"]),
                tuple(
                    EnvelopeSignature(each["keyid"], _decoded(each["sig"]))
                    for each in value["signatures"]
                ),
                value["payloadType"],
            )
            same = bool(made.signatures) and made.to_bytes() == data
        except (KeyError, TypeError, AttributeError, binascii.Error) as error:
            raise ValueError(f"not a DSSE envelope: {error}") from error
        if not same:
            raise ValueError("not a DSSE envelope as this release writes it")
        return made

    def statement(self) -> Statement:
        """The statement inside, signed or not. Raises ValueError where there is none."""
        if self.payload_type != PAYLOAD_TYPE:
            raise ValueError(f"the payload is of type {self.payload_type!r}, not {PAYLOAD_TYPE!r}")
        return Statement.from_bytes(self.payload)

    def signed_by(self, public_keys: Iterable[bytes], verify: Verify) -> bytes | None:
        """The first of `public_keys` with a valid signature; None: none of them signed."""
        message = pae(self.payload_type, self.payload)
        for key in public_keys:
            for each in self.signatures:
                if each.keyid == keyid_of(key) and verify(key, message, each.signature):
                    return key
        return None


def sign(statement: Statement, public_key: bytes, signing: Callable[[bytes], bytes]) -> Envelope:
    """The envelope of a statement, signed by `signing`, whose public half is `public_key`."""
    payload = statement.to_bytes()
    signature = signing(pae(PAYLOAD_TYPE, payload))
    return Envelope(payload, (EnvelopeSignature(keyid_of(public_key), signature),))


def checked(data: bytes, public_keys: Iterable[bytes], verify: Verify) -> Statement:
    """The statement in the envelope `data`.

    Raises:
        ValueError: it is no envelope of a statement, or none of `public_keys` signed it.
    """
    envelope = Envelope.from_bytes(data)
    if envelope.signed_by(public_keys, verify) is None:
        raise ValueError("no signature of a known key holds")
    return envelope.statement()


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _decoded(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
