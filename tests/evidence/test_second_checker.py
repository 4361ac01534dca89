"""A second checker, in Go and with its standard library only, comes to the same verdicts."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.evidence.support import Pack, check, failing, flipped
from tests.evidence.test_good_packs import KINDS
from tests.evidence.test_tampering import LIES, ROTATIONS

SOURCE = Path(__file__).parent / "checker" / "main.go"
# Words cannot be split without Unicode tables, and the page is not looked at.
NOT_TAKEN = {"terms", "page"}

Second = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def second(tmp_path_factory: pytest.TempPathFactory) -> Second:
    go = shutil.which("go")
    if go is None:
        pytest.skip("Go is not installed: the second checker cannot be built")
    folder = tmp_path_factory.mktemp("go")
    program, file = folder / "checker", folder / "pack.zip"
    offline = {**os.environ, "GO111MODULE": "off", "GOTOOLCHAIN": "local", "GOFLAGS": ""}
    subprocess.run([go, "build", "-o", str(program), str(SOURCE)], env=offline, check=True)

    def run(data: bytes, *options: str) -> dict[str, Any]:
        file.write_bytes(data)
        done = subprocess.run(
            [program, *options, file], capture_output=True, text=True, check=False
        )
        told: dict[str, Any] = json.loads(done.stdout)
        assert done.returncode == (0 if told["ok"] else 6), done.stderr
        return told

    return run


def agree(second: Second, data: bytes, key: str | None = None) -> None:
    ours, theirs = check(data, key), second(data, *(["-key", key] if key else []))
    assert ours["ok"] is theirs["ok"]
    assert failing(ours) - NOT_TAKEN == failing(theirs) - NOT_TAKEN


@pytest.mark.parametrize("kind", KINDS)
def test_both_accept_good_packs(packs: Mapping[str, Pack], second: Second, kind: str) -> None:
    pack = packs[kind]
    assert second(pack.bytes(), "-key", pack.verifier)["ok"]
    agree(second, pack.bytes(), pack.verifier)
    agree(second, pack.bytes(), packs["tiny" if kind != "tiny" else "quotes"].verifier)


def test_both_find_the_same_lies(packs: Mapping[str, Pack], second: Second) -> None:
    for _, tell in LIES.values():
        agree(second, tell(packs["quotes"]).bytes())
    for tell in ROTATIONS.values():
        agree(second, tell(packs["rotated"]).bytes())


def test_both_find_changed_bytes_and_missing_members(
    packs: Mapping[str, Pack], second: Second
) -> None:
    pack = packs["quotes"]
    data = pack.bytes()
    for at in range(100, len(data), len(data) // 40):
        assert not check(flipped(data, at))["ok"]
        assert not second(flipped(data, at))["ok"]
    for path in pack.members:
        assert not second(pack.without(path).bytes())["ok"]
    for end in (0, 10, 1000, len(data) - 1):
        assert not second(data[:end])["ok"]
