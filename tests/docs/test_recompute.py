"""The independent checker of docs/formats recomputes what the library names, and finds damage."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

FORMATS = Path(__file__).parents[2] / "docs" / "formats"
PAGE = FORMATS / "index-version-v1.md"
DIGEST = re.compile(r"\b[0-9a-f]{64}\b")
KINDS = ["versions", "documents", "waived", "chunks", "vectors", "objects"]


def example() -> dict[str, str]:
    """The files of the worked example, by the path that stands above each of its fences."""
    found = re.findall(r"^`([\w./]+)`:\n\n```\w*\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S)
    return dict(found)


def run(*command: str | Path, at: Path) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("LEXIANE", "DAGSTER"))}
    return subprocess.run(
        [sys.executable, *command], cwd=at, env=environment, capture_output=True, text=True
    )


def lexiane(project: Path, *arguments: str) -> None:
    call = "from lexiane_dagster.entrypoints.cli.main import main; main()"
    done = run("-c", call, *arguments, at=project)
    assert done.returncode == 0, done.stderr


def recompute(store: Path, version: str) -> subprocess.CompletedProcess[str]:
    return run(FORMATS / "recompute_version.py", store, version, at=store)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of the worked example, built through the command line."""
    project = tmp_path_factory.mktemp("example")
    for name, content in example().items():
        file = project / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, "utf-8")
    declared = project / "assets" / "tiny" / "defs.yaml"
    content = declared.read_text("utf-8")
    declared.unlink()
    lexiane(project, "add", "tiny", "documents")
    declared.write_text(content, "utf-8")
    lexiane(project, "build", "tiny")
    return project / ".lexiane" / "store"


def rows(store: Path, kind: str) -> str:
    (table,) = (file for file in (store / kind).rglob("*") if file.is_file())
    return str(pq.read_table(table).to_pylist())


def only_version(store: Path) -> str:
    (manifest,) = (store / "versions").iterdir()
    return manifest.stem


def test_the_checker_recomputes_every_root_and_the_name(store: Path) -> None:
    done = recompute(store, only_version(store)[:12])
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [
        ["ok", step] for step in ("name", "sources", "waived", "passages", "vectors", "terms")
    ]


def test_the_worked_example_is_what_is_built(store: Path) -> None:
    told = recompute(store, only_version(store)).stdout
    assert f"```\n{told}```" in PAGE.read_text("utf-8")


def test_every_digest_of_the_worked_example_is_in_the_store(store: Path) -> None:
    known = " ".join(str(file) for file in store.rglob("*"))
    known += next((store / "versions").iterdir()).read_text("utf-8") + rows(store, "chunks")
    named = set(DIGEST.findall(PAGE.read_text("utf-8").partition("## 9.")[2]))
    assert len(named) > 10
    assert {digest for digest in named if digest not in known} == set()


@pytest.mark.parametrize("kind", KINDS)
def test_a_flipped_bit_is_found_and_named(store: Path, tmp_path: Path, kind: str) -> None:
    damaged = tmp_path / "store"
    shutil.copytree(store, damaged)
    # The first object may be a snapshot, which names what a version was made from and is no part of it.
    bound = DIGEST.findall(rows(damaged, "documents")) if kind == "objects" else None
    files = sorted(file for file in (damaged / kind).rglob("*") if file.is_file())
    file = next(file for file in files if bound is None or file.name in bound)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    done = recompute(damaged, only_version(damaged))
    assert done.returncode == 1
    last = done.stdout.splitlines()[-1]
    assert last.startswith("FAILED")
    assert file.name in last


def test_a_missing_file_is_found_and_named(store: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "store"
    shutil.copytree(store, damaged)
    shutil.rmtree(damaged / "vectors")
    done = recompute(damaged, only_version(damaged))
    assert done.returncode == 1
    assert "vectors" in done.stdout.splitlines()[-1]
