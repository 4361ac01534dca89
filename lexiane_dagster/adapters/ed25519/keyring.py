"""A folder with one file a private key: PKCS #8 PEM, readable by its owner only."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from lexiane_dagster.domain.errors import UnavailableError

MODE = 0o600
ENDING = ".pem"


class Ed25519Signer:
    """The `Signer` port."""

    def __init__(self, private_key: Ed25519PrivateKey) -> None:
        self._private_key = private_key
        self.public_key = private_key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self._private_key.sign(message)


class FolderKeyring:
    """The `Keyring` port."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loaded: dict[bytes, Ed25519Signer] = {}

    def create(self) -> Ed25519Signer:
        key = Ed25519PrivateKey.generate()
        signer = Ed25519Signer(key)
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._write(self._file(signer.public_key), pem)
        except OSError as error:
            raise self._unavailable(error) from error
        self._loaded[signer.public_key] = signer
        return signer

    def load(self, public_key: bytes) -> Ed25519Signer:
        if found := self._loaded.get(public_key):
            return found
        file = self._file(public_key)
        signer = self._read(file)
        if signer.public_key != public_key:
            raise UnavailableError(
                f"{file} holds another key than its name says",
                remedy="restore the file from its back-up",
            )
        self._loaded[public_key] = signer
        return signer

    def public_keys(self) -> Sequence[bytes]:
        return [self._read(file).public_key for file in sorted(self._folder.glob(f"*{ENDING}"))]

    def remove(self, public_key: bytes) -> None:
        self._loaded.pop(public_key, None)
        try:
            self._file(public_key).unlink(missing_ok=True)
        except OSError as error:
            raise self._unavailable(error) from error

    def verify(self, public_key: bytes, message: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    def _file(self, public_key: bytes) -> Path:
        return self._folder / f"{hashlib.sha256(public_key).hexdigest()[:16]}{ENDING}"

    def _read(self, file: Path) -> Ed25519Signer:
        try:
            if file.stat().st_mode & 0o077:
                raise UnavailableError(
                    f"the private key {file} can be read by others",
                    remedy=f"run `chmod 600 {file}`, and `lexiane keys --rotate` if others had access",
                )
            key = serialization.load_pem_private_key(file.read_bytes(), password=None)
        except FileNotFoundError as error:
            raise UnavailableError(
                f"the private key {file} that the ledger is signed with is missing",
                remedy="restore it from its back-up; `lexiane verify` and reading need no key",
            ) from error
        except (OSError, TypeError, ValueError) as error:
            raise UnavailableError(
                f"the private key {file} cannot be read",
                remedy="restore the file from its back-up",
            ) from error
        if not isinstance(key, Ed25519PrivateKey):
            raise UnavailableError(
                f"{file} is no Ed25519 key", remedy="restore the file from its back-up"
            )
        return Ed25519Signer(key)

    def _write(self, file: Path, pem: bytes) -> None:
        """Synced before it has its name: a ledger must never name a key that a crash took away."""
        staged = file.with_suffix(".new")
        staged.unlink(missing_ok=True)
        descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE)
        try:
            os.write(descriptor, pem)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        staged.rename(file)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _unavailable(self, error: OSError) -> UnavailableError:
        return UnavailableError(
            f"the keys in {self._folder} cannot be written: {error.strerror}",
            remedy="check that the folder exists, can be written and that the disk has space",
        )
