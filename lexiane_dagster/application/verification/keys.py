"""The step over keys, and which of them had to sign what."""

import base64
from bisect import bisect_left
from collections.abc import Sequence
from typing import Self

from lexiane_dagster.application.verification.facts import Facts
from lexiane_dagster.application.verification.findings import Findings
from lexiane_dagster.domain.report import Step
from lexiane_dagster.ports.audit import Rows
from lexiane_dagster.ports.keyring import Keyring
from lexiane_dagster.ports.ledger import LedgerKey

PUBLIC_BYTES = 32


class ValidKeys:
    """The keys that the leaves introduce, oldest first."""

    def __init__(self, keys: Sequence[LedgerKey]) -> None:
        self.keys = keys
        self._leaves = [key.index for key in keys]

    @property
    def origin(self) -> str:
        """The ledger's name: that of its first key."""
        return self.keys[0].origin if self.keys else ""

    def at(self, size: int) -> list[bytes]:
        """Who must have signed a checkpoint over `size` leaves: the key that was current, and where
        the last of the leaves introduced it, the one before it too."""
        known = bisect_left(self._leaves, size)
        rotated = known > 1 and self._leaves[known - 1] == size - 1
        return [
            key.public_key for key in self.keys[known - 2 if rotated else max(known - 1, 0) : known]
        ]

    @classmethod
    def of(cls, facts: Facts) -> Self:
        found = []
        for index, entry in facts.keys:
            key = str(entry.body["public_key"])
            found.append(
                LedgerKey(index, str(entry.body["origin"]), base64.b64decode(key, validate=True))
            )
        return cls(found)


def check_keys(rows: Rows, facts: Facts, keyring: Keyring) -> tuple[Step, ValidKeys]:
    """Leaf 0 is a key, all keys are of one origin, the table of keys repeats the leaves, and the
    private key, where there is one, is that of the ledger."""
    found = Findings("keys")
    keys = ValidKeys([])
    with found.item("the leaves of keys"):
        keys = ValidKeys.of(facts)
    if facts.size:
        found.require(bool(keys.keys) and keys.keys[0].index == 0, "leaf 0 is not a key")
    for key in keys.keys:
        where = f"the key of leaf {key.index}"
        found.require(key.origin == keys.origin, f"{where} is of another origin, {key.origin!r}")
        found.require(len(key.public_key) == PUBLIC_BYTES, f"{where} is no Ed25519 key")
        found.checked += 1
    with found.item("the table of keys"):
        _compare(
            found,
            {key.index: key for key in keys.keys},
            {row.index: row for row in rows.ledger_keys()},
        )
    with found.item("the folder of private keys"):
        _check_private(found, keys, keyring)
    return found.step(), keys


def _compare(found: Findings, said: dict[int, LedgerKey], stored: dict[int, LedgerKey]) -> None:
    for index in sorted(said.keys() | stored.keys()):
        if index not in stored:
            found.problem(f"the table of keys lacks the key of leaf {index}")
        elif index not in said:
            found.problem(f"the table of keys has a key of leaf {index}, which introduces none")
        else:
            found.require(
                said[index] == stored[index],
                f"the table of keys has another key than leaf {index} introduces",
            )


def _check_private(found: Findings, keys: ValidKeys, keyring: Keyring) -> None:
    """Without any private key there is nothing to check: verifying needs none."""
    held = keyring.public_keys()
    if held and keys.keys and keys.keys[-1].public_key not in held:
        found.problem("none of the private keys is the current key of the ledger")
