"""The envelope against DSSE's published vector and against a client that is not ours."""

import base64
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib.dsse import Envelope as TheirEnvelope

from lexiane_dagster.adapters.ed25519.keyring import Ed25519Signer, FolderKeyring
from lexiane_dagster.domain.statement import Envelope, Statement, checked, keyid_of, pae, sign
from tests.statements.clients import accepted, key_for_clients

VERSION = f"notes@{'ab' * 32}"
STATEMENT = Statement(VERSION, "https://example.org/predicate/v1", {"result": "fine"})
SIGNER = Ed25519Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
ENVELOPE = sign(STATEMENT, SIGNER.public_key, SIGNER.sign).to_bytes()


def verify(public_key: bytes, message: bytes, signature: bytes) -> bool:
    return FolderKeyring(Path("nowhere")).verify(public_key, message, signature)


def test_the_vector_of_the_dsse_protocol() -> None:
    """https://github.com/secure-systems-lab/dsse/blob/master/protocol.md, "Test Vectors"."""
    message = pae("http://example.com/HelloWorld", b"hello world")
    assert message == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    key = ec.EllipticCurvePublicNumbers(
        46950820868899156662930047687818585632848591499744589407958293238635476079160,
        5640078356564379163099075877009565129882514886557779369047442380624545832820,
        ec.SECP256R1(),
    ).public_key()
    signature = base64.b64decode(
        "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA=="
    )
    r, s = (int.from_bytes(half) for half in (signature[:32], signature[32:]))
    key.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))


@given(st.text(max_size=40), st.binary(max_size=80))
def test_what_is_signed_is_what_securesystemslib_signs(kind: str, payload: bytes) -> None:
    assert pae(kind, payload) == TheirEnvelope(payload, kind, {}).pae()


def test_lengths_count_bytes_and_not_characters() -> None:
    assert pae("tüp", "größe".encode()) == "DSSEv1 4 tüp 7 größe".encode()


def test_an_envelope_is_taken_by_both_sides() -> None:
    assert checked(ENVELOPE, [SIGNER.public_key], verify) == STATEMENT
    assert accepted(ENVELOPE, [key_for_clients(SIGNER.public_key)]) == STATEMENT.to_json()
    assert Envelope.from_bytes(ENVELOPE).to_bytes() == ENVELOPE


def test_any_flipped_bit_fails() -> None:
    for position in range(len(ENVELOPE)):
        for bit in (0, 3, 7):
            damaged = bytearray(ENVELOPE)
            damaged[position] ^= 1 << bit
            with pytest.raises(ValueError):
                checked(bytes(damaged), [SIGNER.public_key], verify)


def test_another_key_signed_nothing() -> None:
    other = Ed25519Signer(Ed25519PrivateKey.generate()).public_key
    with pytest.raises(ValueError, match="no signature of a known key"):
        checked(ENVELOPE, [other], verify)
    assert Envelope.from_bytes(ENVELOPE).signed_by([other, SIGNER.public_key], verify) is not None


def test_the_keyid_is_a_hint_and_no_signature() -> None:
    """Whoever changes it makes nothing valid: the signature is tried with the key itself."""
    other = Ed25519Signer(Ed25519PrivateKey.generate())
    forged = json.loads(sign(STATEMENT, other.public_key, other.sign).to_bytes())
    forged["signatures"][0]["keyid"] = keyid_of(SIGNER.public_key)
    damaged = json.dumps(forged, separators=(",", ":"), sort_keys=True).encode()
    assert Envelope.from_bytes(damaged).signed_by([SIGNER.public_key], verify) is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b'{"payload":"","payloadType":"x","signatures":[]}',
        b'{"payload":"*","payloadType":"x","signatures":[{"keyid":"a","sig":""}]}',
        b'{"payload":1,"payloadType":"x","signatures":[{"keyid":"a","sig":""}]}',
        ENVELOPE + b"\n",
        ENVELOPE.replace(b"vnd.in-toto", b"vnd.other"),
    ],
)
def test_what_is_no_envelope_of_a_statement_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        checked(data, [SIGNER.public_key], verify)


@pytest.mark.parametrize("subject", ["notes", "notes@", "notes@xyz", f"notes@{'AB' * 32}"])
def test_a_statement_is_about_a_version_and_nothing_else(subject: str) -> None:
    made = Statement(subject, "https://example.org/predicate/v1", {})
    with pytest.raises(ValueError, match="not a statement"):
        Statement.from_bytes(made.to_bytes())
