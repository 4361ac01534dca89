"""The committed test vectors: `python -m tests.ledger.make_vectors` writes them again.

They come from the real ledger, with a clock, openings and keys that do not change.
"""

import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lexiane_dagster.adapters.ed25519 import FolderKeyring
from lexiane_dagster.adapters.ed25519.keyring import Ed25519Signer
from lexiane_dagster.adapters.sql.appending import Appender
from lexiane_dagster.adapters.sql.database import Database
from lexiane_dagster.adapters.sql.ledger import SqlLedger
from lexiane_dagster.application.ledger_files import tile_files
from lexiane_dagster.domain.canonical import canonical_bytes
from lexiane_dagster.domain.ledger.checkpoint import key_id, verifier_key
from lexiane_dagster.domain.ledger.entry import (
    ANSWER,
    ERASURE,
    GATE,
    PROMOTION,
    REPLAY,
    VERSION,
    Event,
)
from lexiane_dagster.domain.ledger.tiles import Bundle, Tile
from lexiane_dagster.domain.merkle import leaf_hash
from lexiane_dagster.domain.proofs import consistency_proof, inclusion_proof

VECTORS: Final = Path(__file__).parents[1] / "vectors" / "ledger-v1.json"
ORIGIN: Final = "example.org/handbook"
NAME: Final = "handbook@3f9c2a1b04de5566778899aabbccddeeff00112233445566778899aabbccddee"
SEEDS: Final = (bytes(range(32)), bytes(range(32, 64)))

EVENTS: Final = (
    Event(
        VERSION,
        {"version": NAME},
        {"statement": canonical_bytes({"payload": "e30=", "payloadType": "t", "signatures": []})},
    ),
    Event(
        GATE, {"version": NAME, "gate": "norms", "ok": True, "severity": "error", "blocking": True}
    ),
    Event(PROMOTION, {"version": NAME, "release": "production", "before": None}),
    Event(
        ANSWER,
        {"version": NAME},
        {
            "question": canonical_bytes("Wie lange dauert die Elternzeit?"),
            "groups": canonical_bytes(["board"]),
            "ranking/000": canonical_bytes({"rank": 1}),
            "ranking/001": canonical_bytes({"rank": 2}),
            "empty": b"",
        },
    ),
    Event(
        REPLAY,
        {
            "version": NAME,
            "answer": 4,
            "verdict": "IDENTICAL",
            "stage": None,
            "query_vector": "recomputed",
        },
    ),
    Event(ERASURE, {"kind": "answer", "covers": [{"entry": 4, "paths": ["question", "groups"]}]}),
)
PLACES: Final = (
    Tile(0, 0),
    Tile(0, 999, 1),
    Tile(0, 1_234_067),
    Tile(1, 1_000, 17),
    Bundle(0, 255),
    Bundle(1_234_067),
)


class FixedClock:
    def now(self) -> str:
        return "2026-01-31T09:30:00.000Z"

    def elapsed(self) -> int:
        return 0


class CountingEntropy:
    """32 times 00, 32 times 01, …"""

    def __init__(self) -> None:
        self._count = 0

    def token(self, size: int) -> bytes:
        self._count += 1
        return bytes([self._count - 1]) * size


class FixedKeyring:
    """Keys from `SEEDS`, in order."""

    def __init__(self) -> None:
        self._made: list[Ed25519Signer] = []

    def create(self) -> Ed25519Signer:
        seed = SEEDS[len(self._made)]
        self._made.append(Ed25519Signer(Ed25519PrivateKey.from_private_bytes(seed)))
        return self._made[-1]

    def load(self, public_key: bytes) -> Ed25519Signer:
        return next(signer for signer in self._made if signer.public_key == public_key)

    def public_keys(self) -> Sequence[bytes]:
        return [signer.public_key for signer in self._made]

    def remove(self, public_key: bytes) -> None:
        """Kept: nothing here is secret."""

    def verify(self, public_key: bytes, message: bytes, signature: bytes) -> bool:
        return FolderKeyring(Path()).verify(public_key, message, signature)


def vectors() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/ledger.sqlite")
        appender = Appender(FixedKeyring(), FixedClock(), CountingEntropy(), ORIGIN)
        ledger = SqlLedger(database, appender)
        for event in EVENTS:
            ledger.append([event])
        ledger.rotate()
        return _told(ledger)


def _told(ledger: SqlLedger) -> dict[str, Any]:
    size = ledger.size()
    fields = ledger.fields(range(size))
    named = ledger.keys()
    return {
        "keys": [
            {
                "from_leaf": key.index,
                "seed": seed.hex(),
                "public_key": key.public_key.hex(),
                "key_id": key_id(key.origin, key.public_key).hex(),
                "verifier": verifier_key(key.origin, key.public_key),
            }
            for key, seed in zip(named, SEEDS, strict=True)
        ],
        "entries": [
            {
                "index": stored.index,
                "type": stored.type,
                "body": stored.entry.body,
                "fields": {
                    path: {
                        "opening": field.opening.hex(),
                        "value": field.value.hex(),
                        "commitment": stored.entry.commitments[path],
                    }
                    for path, field in fields[stored.index].items()
                },
                "entry": stored.data.decode(),
                "leaf_hash": leaf_hash(stored.data).hex(),
            }
            for stored in ledger.entries()
        ],
        "checkpoints": [text for _, text in ledger.checkpoints()],
        "inclusion": [
            {"index": at, "size": size, "proof": _hex(inclusion_proof(ledger.node, at, size))}
            for at in range(size)
        ],
        "consistency": [
            {
                "first": first,
                "second": size,
                "proof": _hex(consistency_proof(ledger.node, first, size)),
            }
            for first in range(1, size + 1)
        ],
        "files": _digests(dict(tile_files(ledger, ledger.checkpoint().checkpoint))),
        "paths": [place.path for place in PLACES],
    }


def _hex(hashes: Sequence[bytes]) -> list[str]:
    return [each.hex() for each in hashes]


def _digests(files: Mapping[str, bytes]) -> dict[str, dict[str, Any]]:
    return {
        path: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for path, data in files.items()
    }


def text() -> str:
    return json.dumps(vectors(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    VECTORS.write_text(text(), "utf-8")
