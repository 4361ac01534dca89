"""Checkpoints: the signed head of the ledger, as a C2SP signed note (docs/formats/ledger-v1.md).

Formats: https://c2sp.org/tlog-checkpoint and https://c2sp.org/signed-note. The signature itself is
the business of the signer port; here is what is signed and how it is written down.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Self

ED25519: Final = b"\x01"
SIGNATURE_BYTES: Final = 64
_DASH: Final = "— "

Verify = Callable[[bytes, bytes, bytes], bool]
"""(public key, message, signature) -> True when the Ed25519 signature holds."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a ledger: `size` leaves under `root` (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def body(self) -> bytes:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n".encode()

    @classmethod
    def from_body(cls, body: bytes) -> Self:
        """Raises ValueError for a body that is not exactly three lines of a checkpoint."""
        try:
            origin, size, root, end = body.decode("utf-8").split("\n")
            made = cls(origin, int(size), base64.b64decode(root, validate=True))
        except (ValueError, binascii.Error) as error:
            raise ValueError(f"not a checkpoint: {error}") from error
        if end or len(made.root) != 32 or made.size < 0 or made.body() != body:
            raise ValueError("not a checkpoint as this release writes it")
        return made


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: the key's name, the first bytes of its id, the signature."""

    name: str
    key_id: bytes
    signature: bytes

    def line(self) -> str:
        encoded = base64.b64encode(self.key_id + self.signature).decode()
        return f"{_DASH}{self.name} {encoded}\n"

    @classmethod
    def from_line(cls, line: str) -> Self:
        """Raises ValueError for anything that `line` would not have written."""
        name, gap, encoded = line.removeprefix(_DASH).partition(" ")
        try:
            data = base64.b64decode(encoded, validate=True)
        except ValueError as error:
            raise ValueError(f"not a signature line: {line!r}") from error
        made = cls(name, data[:4], data[4:])
        if not (gap and name and made.signature) or made.line() != f"{line}\n":
            raise ValueError(f"not a signature line: {line!r}")
        return made


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint with at least one signature."""

    checkpoint: Checkpoint
    signatures: tuple[NoteSignature, ...]

    def note(self) -> str:
        return (
            self.checkpoint.body().decode()
            + "\n"
            + "".join(each.line() for each in self.signatures)
        )

    @classmethod
    def from_note(cls, note: str) -> Self:
        """Raises ValueError for a text that is not a signed checkpoint."""
        body, gap, lines = note.partition("\n\n")
        if not gap or not lines.endswith("\n"):
            raise ValueError("not a signed note: body, empty line, signature lines")
        signatures = tuple(NoteSignature.from_line(line) for line in lines[:-1].split("\n"))
        return cls(Checkpoint.from_body(f"{body}\n".encode()), signatures)

    def signed_by(self, public_keys: Iterable[bytes], verify: Verify) -> bytes | None:
        """The first of `public_keys` with a valid signature; None: none of them signed."""
        origin, body = self.checkpoint.origin, self.checkpoint.body()
        for key in public_keys:
            for each in self.signatures:
                if (each.name, each.key_id) == (origin, key_id(origin, key)) and verify(
                    key, body, each.signature
                ):
                    return key
        return None


def key_id(name: str, public_key: bytes) -> bytes:
    """First 4 bytes of SHA-256(name ‖ LF ‖ 01 ‖ public key)."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public_key).digest()[:4]


def verifier_key(name: str, public_key: bytes) -> str:
    """A public key as the tools of the ecosystem take it: `name+keyid+base64(01 ‖ key)`."""
    encoded = base64.b64encode(ED25519 + public_key).decode()
    return f"{name}+{key_id(name, public_key).hex()}+{encoded}"


def sign(
    checkpoint: Checkpoint, signers: Iterable[tuple[bytes, Callable[[bytes], bytes]]]
) -> SignedCheckpoint:
    """Sign with each (public key, signing function)."""
    body = checkpoint.body()
    return SignedCheckpoint(
        checkpoint,
        tuple(
            NoteSignature(checkpoint.origin, key_id(checkpoint.origin, public_key), signing(body))
            for public_key, signing in signers
        ),
    )
