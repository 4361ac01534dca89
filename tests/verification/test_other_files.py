"""Index files, private keys and the memo, tampered with in every way: caught, and named."""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from lexiane_dagster.adapters.ed25519 import FolderKeyring
from lexiane_dagster.domain.canonical import canonical_bytes
from lexiane_dagster.domain.digest import digest_of_json
from tests.verification.lab import Case, Lab, Tamper
from tests.verification.tampering import (
    arrays,
    changed,
    deleted,
    duplicated,
    exchanged,
    flip,
    halved,
    seals,
    stray,
)


def forged_index(lab: Lab) -> str:
    """Index files of one version under the name of another, seal and all."""
    one, two = sorted((lab.home / "derived").iterdir())[:2]
    shutil.rmtree(one)
    shutil.copytree(two, one)
    return one.name[:12]


def resealed_index(lab: Lab) -> str:
    """A changed impact, and a seal that fits it: opening the version notices nothing."""
    folder = next((lab.home / "derived").iterdir())
    file, seal = folder / "posting_impacts.npy", folder / "seal.json"
    data = bytearray(file.read_bytes())
    data[-2:] = b"\xff\x00"
    file.write_bytes(data)
    body = json.loads(seal.read_bytes())["body"]
    body["files"]["posting_impacts.npy"] = hashlib.sha256(data).hexdigest()
    seal.write_bytes(canonical_bytes({"body": body, "digest": digest_of_json(body)}))
    backends = lab.application().backends
    assert backends.engine.open(folder) is not None
    return folder.name[:12]


INDEXES = [
    Case(
        "index: a bit flipped",
        changed(arrays, flip),
        "indexes",
        r"^index file {} of papers@.* is not what its tables give",
    ),
    Case(
        "index: a file truncated",
        changed(arrays, halved),
        "indexes",
        r"^index file {} of papers@.* is not what",
    ),
    Case(
        "index: a file deleted",
        deleted(arrays),
        "indexes",
        r"^index file {} of papers@.* is missing",
    ),
    Case(
        "index: two files exchanged",
        exchanged(arrays),
        "indexes",
        r"^index file {} of papers@.* is not what",
    ),
    Case(
        "index: a file duplicated",
        duplicated(arrays),
        "indexes",
        r"^index of papers@.* has an unknown file {}",
    ),
    Case(
        "index: the seal flipped",
        changed(seals, flip),
        "indexes",
        r"^index file {} of papers@.* is not what",
    ),
    Case(
        "index: the seal deleted",
        deleted(seals),
        "indexes",
        r"^index file {} of papers@.* is missing",
    ),
    Case(
        "index: two versions exchanged",
        exchanged(seals),
        "indexes",
        r"^index file {} of papers@.* is not what",
    ),
    Case(
        "index: files of another version",
        forged_index,
        "indexes",
        r"^index file .* of papers@{} is not what",
    ),
    Case(
        "index: forged with its seal",
        resealed_index,
        "indexes",
        r"^index file posting_impacts.npy of papers@{} is not what",
    ),
    Case(
        "index: a folder of no version",
        stray(f"derived/{'0' * 64}/seal.json"),
        "indexes",
        r"^index folder 0{64} is of no version",
    ),
]


def key_file(lab: Lab) -> list[Path]:
    return sorted((lab.home / "keys").iterdir())


def early_key(lab: Lab) -> None:
    """A key of somebody else in place of the ledger's."""
    shutil.rmtree(lab.home / "keys")
    FolderKeyring(lab.home / "keys").create()


def readable_key(lab: Lab) -> None:
    key_file(lab)[0].chmod(0o644)


KEYS = [
    Case(
        "key: a bit flipped",
        changed(key_file, lambda d: d.replace(b"M", b"N", 1)),
        "keys",
        r"^the folder of private keys: the private key .*{} cannot be read",
    ),
    Case(
        "key: truncated",
        changed(key_file, halved),
        "keys",
        r"^the folder of private keys: .*{} cannot be read",
    ),
    Case(
        "key: exchanged for another",
        early_key,
        "keys",
        r"^none of the private keys is the current key",
    ),
    Case("key: readable by others", readable_key, "keys", r"can be read by others"),
]


def remember(namespace: str, key: str, value: bytes) -> Tamper:
    def tamper(lab: Lab) -> str:
        lab.application().backends.memo.put_many(namespace, {key: value})
        return key[:12]

    return tamper


def misled(namespace: str, another: Callable[[Lab, str], str]) -> Tamper:
    """One entry of the memo, with what `another` names in place of its value."""

    def tamper(lab: Lab) -> str:
        with sqlite3.connect(lab.home / "memo" / "memo.sqlite") as memo:
            key, value = memo.execute(
                "SELECT key, value FROM memo WHERE namespace = ?", (namespace,)
            ).fetchone()
            memo.execute(
                "UPDATE memo SET value = ? WHERE namespace = ? AND key = ?",
                (another(lab, value.decode()).encode(), namespace, key),
            )
        return str(key)[:12]

    return tamper


def another_version(lab: Lab, known: str) -> str:
    listed = lab.application().backends.catalog.versions("papers")
    return next(row.version for row in listed if row.version != known)


def embeddings(lab: Lab, known: str) -> str:
    """The digest of an embeddings snapshot other than `known`."""
    objects = lab.application().backends.objects
    for name in objects.keys("objects/"):
        data = objects.get(name)
        if data.startswith(b'{"embedder"') and not name.endswith(known):
            assert json.loads(data)["format"] == "lexiane/embeddings/v1"
            return name.rpartition("/")[2]
    raise AssertionError("no other snapshot")


def damaged_memo(lab: Lab) -> None:
    (lab.home / "memo" / "memo.sqlite").write_bytes(b"x" * 5000)


MEMO = [
    Case(
        "memo: the version of other embeddings",
        misled("version-of/v1", another_version),
        "memo",
        r"^version-of/v1 {} names version",
    ),
    Case(
        "memo: embeddings of other chunks",
        misled("embeddings-of/v1", embeddings),
        "memo",
        r"^embeddings-of/v1 {} names embeddings of other chunks",
    ),
    Case(
        "memo: embeddings as chunks",
        misled("chunks-of/v1", embeddings),
        "memo",
        r"^chunks-of/v1 {} names something else than chunks",
    ),
    Case(
        "memo: an extraction that is none",
        remember("extraction/v1", "e" * 64, b"{}"),
        "memo",
        r"^extraction/v1 {}: ",
    ),
    Case(
        "memo: passages that are none",
        remember("passages/v1", "e" * 64, b"[[5,1,[]]]"),
        "memo",
        r"^passages/v1 {}: ",
    ),
    Case("memo: not a database", damaged_memo, "memo", r"^the memo: the memo .* cannot be used"),
]

CASES = [*INDEXES, *KEYS, *MEMO]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_tampering_with_other_files_is_caught_and_named(lab: Lab, case: Case) -> None:
    returned = case.tamper(lab)
    case.check(lab.verify(), returned)


@pytest.mark.parametrize("folder", ["derived", "memo", "keys"])
def test_what_may_be_deleted_is_no_problem(lab: Lab, folder: str) -> None:
    """Index files and memos are made again; verifying needs no private key."""
    shutil.rmtree(lab.home / folder)
    report = lab.verify()
    assert report.problems == []
    assert not (lab.home / folder).exists()
