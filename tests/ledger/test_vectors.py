"""The committed vectors: written by the library under two hash seeds, read by code that shares
nothing with it but the page (docs/formats/ledger-v1.md)."""

import base64
import hashlib
import hmac
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.ledger.make_vectors import ORIGIN, VECTORS

PAGE = Path(__file__).parents[2] / "docs" / "formats" / "ledger-v1.md"
FOUND: dict[str, Any] = json.loads(VECTORS.read_text("utf-8"))
ENTRIES: list[dict[str, Any]] = FOUND["entries"]


@pytest.mark.parametrize("seed", ["0", "12345"])
def test_the_library_writes_the_committed_vectors(seed: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from tests.ledger.make_vectors import text; print(text(), end='')"],
        cwd=VECTORS.parents[2],
        env={"PYTHONHASHSEED": seed, "LC_ALL": "C", "PYTHONUTF8": "1"},
        capture_output=True,
        check=True,
    )
    assert done.stdout == VECTORS.read_bytes()


def mth(entries: list[bytes]) -> bytes:
    if len(entries) == 1:
        return hashlib.sha256(b"\0" + entries[0]).digest()
    split = 1 << ((len(entries) - 1).bit_length() - 1)
    return hashlib.sha256(b"\1" + mth(entries[:split]) + mth(entries[split:])).digest()


@pytest.mark.parametrize("item", ENTRIES, ids=lambda item: str(item["type"]))
def test_entries_are_what_the_page_says(item: dict[str, Any]) -> None:
    entry = json.loads(item["entry"])
    assert rfc8785.dumps(entry).decode() == item["entry"]
    assert set(entry) == {"format", "type", "at", "body", "commitments"}
    assert (entry["type"], entry["body"]) == (item["type"], item["body"])
    tag = b"lexiane/commitment/v1"
    for path, field in item["fields"].items():
        name, value = path.encode(), bytes.fromhex(field["value"])
        message = b"".join(
            (len(tag).to_bytes(4, "big"), tag, len(name).to_bytes(4, "big"), name, value)
        )
        expected = hmac.new(bytes.fromhex(field["opening"]), message, hashlib.sha256).hexdigest()
        assert field["commitment"] == expected == entry["commitments"][path]
    assert set(entry["commitments"]) == set(item["fields"])
    leaf = hashlib.sha256(b"\0" + item["entry"].encode()).hexdigest()
    assert item["leaf_hash"] == leaf


def test_checkpoints_are_what_the_page_says() -> None:
    data = [item["entry"].encode() for item in ENTRIES]
    keys = [bytes.fromhex(key["public_key"]) for key in FOUND["keys"]]
    sizes = []
    for note in FOUND["checkpoints"]:
        body, _, lines = note.partition("\n\n")
        origin, size, root = body.split("\n")
        sizes.append(int(size))
        assert origin == ORIGIN
        assert base64.b64decode(root) == mth(data[: int(size)])
        signed = []
        for line in lines.splitlines():
            dash, name, encoded = line.split(" ")
            assert (dash, name) == ("—", ORIGIN)
            blob = base64.b64decode(encoded)
            for key in keys:
                if hashlib.sha256(f"{name}\n".encode() + b"\1" + key).digest()[:4] == blob[:4]:
                    Ed25519PublicKey.from_public_bytes(key).verify(blob[4:], f"{body}\n".encode())
                    signed.append(key)
        assert signed == ([keys[1], keys[0]] if int(size) == 8 else [keys[0]])
    assert sizes == [2, 3, 4, 5, 6, 7, 8]


def test_keys_are_what_the_page_says() -> None:
    for key, leaf in zip(FOUND["keys"], (0, 7), strict=True):
        public = bytes.fromhex(key["public_key"])
        assert key["from_leaf"] == leaf
        assert ENTRIES[leaf]["body"] == {
            "origin": ORIGIN,
            "public_key": base64.b64encode(public).decode(),
        }
        material = base64.b64encode(b"\1" + public).decode()
        assert key["verifier"] == f"{ORIGIN}+{key['key_id']}+{material}"


def test_files_are_what_the_page_says() -> None:
    data = [item["entry"].encode() for item in ENTRIES]
    expected = {
        "tile/entries/000.p/8": b"".join(len(one).to_bytes(2, "big") + one for one in data),
        "tile/0/000.p/8": b"".join(hashlib.sha256(b"\0" + one).digest() for one in data),
    }
    assert FOUND["files"] == {
        path: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for path, content in expected.items()
    }


def test_the_page_shows_the_vectors() -> None:
    """Its worked example is leaf 4, its commitment and the last checkpoint."""
    shown = re.findall(r"^```\w*\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S)
    item = ENTRIES[4]
    assert any(block.replace("\n", "") == item["entry"] for block in shown)
    assert FOUND["checkpoints"][-1] in shown
    text = PAGE.read_text("utf-8")
    field = item["fields"]["question"]
    for told in (
        item["leaf_hash"],
        field["opening"],
        field["commitment"],
        FOUND["keys"][1]["verifier"],
    ):
        assert told in text
