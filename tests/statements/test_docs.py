"""The ways to check a statement that docs/statements.md gives to others work as they stand there."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lexiane_dagster.bootstrap import application
from tests.statements.clients import attested

PAGE = Path(__file__).parents[2] / "docs" / "statements.md"


def snippet(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S)
    return str(found)


def test_the_snippet_for_securesystemslib(root: Path) -> None:
    run = [sys.executable, "-c", snippet("python")]
    done = subprocess.run(run, cwd=root, capture_output=True, text=True, check=True)
    told = [line.split() for line in done.stdout.splitlines()]
    assert told == [
        [str(each.index), each.statement["predicateType"], each.entry.version]
        for each in attested(application(root))
    ]
    assert "lexiane" not in snippet("python").replace(".lexiane", "")


@pytest.mark.skipif(
    not all(shutil.which(tool) for tool in ("openssl", "sqlite3", "xxd")),
    reason="needs openssl, sqlite3 and xxd",
)
def test_the_snippet_for_openssl(root: Path) -> None:
    shell = ["sh", "-e", "-c", snippet("sh")]
    done = subprocess.run(shell, cwd=root, capture_output=True, text=True, check=True)
    assert "Signature Verified Successfully" in done.stdout
    assert json.loads((root / "payload").read_bytes())["_type"].startswith("https://in-toto.io/")
    (root / "payload").write_bytes(b"{}")
    line = snippet("sh").splitlines()[-1]
    assert subprocess.run(["sh", "-c", line], cwd=root, check=False).returncode == 0
    (root / "signed").write_bytes((root / "signed").read_bytes().replace(b"notes", b"motes"))
    assert subprocess.run(["sh", "-c", line], cwd=root, check=False).returncode != 0
