"""The keys that checkpoints and statements are signed with."""

from collections.abc import Sequence
from typing import Protocol


class Signer(Protocol):
    """One Ed25519 key. `public_key` has 32 bytes, a signature 64."""

    @property
    def public_key(self) -> bytes: ...

    def sign(self, message: bytes) -> bytes: ...


class Keyring(Protocol):
    """Private keys, kept where only their owner can read them; never logged, never shown.

    `create` MUST be durable before it returns. `load` raises `UnavailableError` where the private
    key is not here, naming what to do; `public_keys` are those that can be loaded. `remove` of a
    missing key is no error. `verify` needs no private key and never raises for a bad signature.
    Which key is the current one is said by the ledger, not by the keyring.
    """

    def create(self) -> Signer: ...

    def load(self, public_key: bytes) -> Signer: ...

    def public_keys(self) -> Sequence[bytes]: ...

    def remove(self, public_key: bytes) -> None: ...

    def verify(self, public_key: bytes, message: bytes, signature: bytes) -> bool: ...
