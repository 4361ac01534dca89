"""Files that were made to hurt the checker are refused like any other that is no pack."""

import io
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from lexiane_dagster.application.evidence.archive import archive
from tests.cli.commands import lexiane
from tests.evidence.support import Pack, check, failing


def zipped(members: Mapping[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as target:
        for path, data in members.items():
            target.writestr(path, data)
    return file.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\3\4",
        b"no archive at all",
        os.urandom(2000),
        zipped({}),
        zipped({"pack.json": b"0" * 50_000_000}, zipfile.ZIP_DEFLATED),
        zipped({"pack.json": b"{}"}),
        archive({"../pack.json": b"{}"}),
        archive({"/etc/passwd": b""}),
        archive({"texts/..": b""}),
        archive({"pack.json": b"{}", "CON": b""}),
        b"PK\3\4" + b"\xff" * 60,
    ],
    ids=range(12),
)
def test_what_is_no_pack_is_refused(data: bytes) -> None:
    report = check(data)
    assert [step["name"] for step in report["steps"]] == ["archive"]
    assert failing(report) == {"archive"}


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff",
        b'{"format":1e400}',
        b'{"format":NaN}',
        b'{"format":' + b"9" * 100_000 + b"}",
        b"[" * 200_000 + b"]" * 200_000,
        b'{"a":' * 200_000 + b"1" + b"}" * 200_000,
        b'{"a":1,"a":1}',
        b'{"format":"\\ud800"}',
        b'"' + b"a" * 1_000_000 + b'"',
    ],
    ids=range(13),
)
def test_hostile_json_is_refused_in_every_member(packs: Mapping[str, Pack], value: bytes) -> None:
    pack = packs["tiny"]
    for path in pack.members:
        if path.endswith(".json"):
            assert failing(check(Pack({**pack.members, path: value}).bytes())), path


OTHER_VALUES: tuple[Any, ...] = (None, -1, "x", [[]], [None], {"a": None})


def test_every_value_of_another_type_is_refused(packs: Mapping[str, Pack]) -> None:
    """Whatever stands where something else belongs, the checker says so and goes on to the end."""
    pack = packs["tiny"]
    for path in (
        "record.json",
        "chunks.json",
        "documents.json",
        "keys.json",
        "ledger.json",
        "terms.json",
    ):
        for key in pack.json(path):
            for new in OTHER_VALUES:
                if pack.json(path)[key] != new:
                    report = check(pack.having(path, {**pack.json(path), key: new}).bytes())
                    assert len(report["steps"]) == 19
                    assert "signature" in failing(report), (path, key, new)


def test_the_command_says_so_in_one_report(packs: Mapping[str, Pack], tmp_path: Path) -> None:
    (tmp_path / "bad.zip").write_bytes(b"no archive")
    done = lexiane(tmp_path, "check-evidence", "bad.zip", "--json")
    assert done.code == 6
    assert '"ok": false' in done.out
    assert done.err == ""
    missing = lexiane(tmp_path, "check-evidence", "none.zip", "--json")
    assert missing.code == 5
    assert missing.problem["title"] == "Not found"
    (tmp_path / "good.zip").write_bytes(packs["tiny"].bytes())
    good = lexiane(
        tmp_path, "check-evidence", "good.zip", "--json", "--key", packs["tiny"].verifier
    )
    assert good.json["ok"]
    assert [step["name"] for step in good.json["steps"]][:2] == ["archive", "members"]
    assert (
        lexiane(tmp_path, "check-evidence", "good.zip", "--key", packs["quotes"].verifier).code == 6
    )
