"""The keys that were ever valid for the ledger, and where their private halves are."""

from collections.abc import Sequence
from dataclasses import dataclass

from lexiane_dagster.domain.canonical import Json
from lexiane_dagster.domain.ledger.checkpoint import verifier_key
from lexiane_dagster.ports.keyring import Keyring
from lexiane_dagster.ports.ledger import Ledger


@dataclass(frozen=True, slots=True)
class KeyState:
    """One key: it signs from the leaf `from_leaf` on, until the next one does."""

    verifier: str
    from_leaf: int
    current: bool
    private_key_here: bool

    def to_json(self) -> dict[str, Json]:
        return {
            "verifier": self.verifier,
            "from_leaf": self.from_leaf,
            "current": self.current,
            "private_key_here": self.private_key_here,
        }


@dataclass(frozen=True, slots=True)
class Keys:
    """The ledger's name and keys, oldest first.

    `unknown` counts private keys that the ledger never named: an interrupted rotation leaves one.
    """

    origin: str
    keys: tuple[KeyState, ...]
    unknown: int

    def to_json(self) -> dict[str, Json]:
        return {
            "origin": self.origin,
            "keys": [key.to_json() for key in self.keys],
            "unknown_private_keys": self.unknown,
        }


def ledger_keys(ledger: Ledger, keyring: Keyring) -> Keys:
    """The keys of the ledger; the first one is made where the ledger is empty."""
    if not ledger.size():
        ledger.signer()
    found = ledger.keys()
    here = set(keyring.public_keys())
    if _retired(here, [key.public_key for key in found]):
        # A crash came between the leaf of a new key and the removal of the old one.
        ledger.retire_keys()
        here = set(keyring.public_keys())
    return Keys(
        found[-1].origin,
        tuple(
            KeyState(
                verifier_key(key.origin, key.public_key),
                key.index,
                key == found[-1],
                key.public_key in here,
            )
            for key in found
        ),
        len(here - {key.public_key for key in found}),
    )


def _retired(here: set[bytes], named: Sequence[bytes]) -> bool:
    return bool(here & set(named[:-1]))
