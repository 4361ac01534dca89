"""The `dg` commands that the owner of a corpus types, each in a process of its own."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import yaml

from lexiane_dagster.bootstrap import application
from tests.orchestration.projects import build, judge, new_project, released, write

DG = str(Path(sys.executable).parent / "dg")
CHAIN = "notes/documents,notes/chunks,notes/embeddings,notes/index,notes/release"


def environment(root: Path) -> dict[str, str]:
    home = root / ".dagster"
    home.mkdir(exist_ok=True)
    quiet = {"DAGSTER_HOME": str(home), "DAGSTER_DISABLE_TELEMETRY": "yes", "COLUMNS": "200"}
    return os.environ | quiet


def dg(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [DG, *arguments],
        cwd=root,
        capture_output=True,
        text=True,
        env=environment(root),
        timeout=240,
        check=False,
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    judge(new_project(tmp_path, "notes") / "assets" / "notes")
    return tmp_path


def test_the_whole_chain_then_one_asset_then_one_partition(root: Path) -> None:
    alone = dg(root, "launch", "--assets", "notes/release")
    assert alone.returncode != 0
    assert "notes/index has not been materialised yet" in alone.stderr
    assert "To mend: launch notes/index too" in alone.stderr

    chain = dg(root, "launch", "--assets", CHAIN)
    assert chain.returncode == 0, chain.stderr
    version = released(root, "notes")
    assert version is not None

    again = dg(root, "launch", "--assets", "notes/release")
    assert again.returncode == 0, again.stderr
    assert released(root, "notes") == version

    sets = application(root).backends.objects.keys("question_sets/notes/")
    question_set = next(iter(sets)).rsplit("/", 1)[1]
    partition = f"{version[:12]}|{question_set[:12]}"
    answers = dg(root, "launch", "--assets", "notes/answers", "--partition", partition)
    assert answers.returncode == 0, answers.stderr
    unknown = dg(root, "launch", "--assets", "notes/answers", "--partition", "0|0")
    assert unknown.returncode != 0


def test_list_and_check(root: Path) -> None:
    listed = dg(root, "list", "defs", "--json")
    assert listed.returncode == 0, listed.stderr
    found: dict[str, Any] = json.loads(listed.stdout)
    assert "notes/answers" in {asset["asset_key"] for asset in found["assets"]}
    assert {job["name"] for job in found["jobs"]} >= {"notes_index"}
    components = dg(root, "list", "components")
    assert "lexiane_dagster.CorpusIndex" in components.stdout
    assert dg(root, "check", "defs").returncode == 0

    file = root / "assets" / "notes" / "defs.yaml"
    good = file.read_text()
    write(file, good.replace("type: folder", "type: floder"))
    refused = dg(root, "check", "defs")
    assert refused.returncode != 0
    assert "attributes.source.type 'floder' is not one of" in refused.stdout + refused.stderr

    write(file, good.replace("path: docs", 'path: "{{ env.NOPE }}"'))
    refused = dg(root, "check", "defs")
    assert refused.returncode != 0
    told = refused.stdout + refused.stderr
    assert "source.path: {{ env.NOPE }} gives nothing" in told
    assert "To mend: set the environment variable" in told


@pytest.mark.parametrize(
    ("options", "source", "language"),
    [
        ((), {"type": "folder", "path": "documents"}, "english"),
        pytest.param(
            ("--path", "notes.jsonl", "--language", "french"),
            {"type": "jsonl", "path": "notes.jsonl"},
            "french",
            marks=pytest.mark.long,
        ),
    ],
)
def test_scaffold_then_check(
    root: Path, options: tuple[str, ...], source: dict[str, str], language: str
) -> None:
    made = dg(root, "scaffold", "defs", "lexiane_dagster.CorpusIndex", "papers", *options)
    assert made.returncode == 0, made.stderr
    declared = yaml.safe_load((root / "assets" / "papers" / "defs.yaml").read_text())
    assert declared["attributes"] == {"source": source, "language": language}
    assert dg(root, "check", "defs").returncode == 0


@pytest.mark.long
def test_the_ui_shows_the_project(root: Path) -> None:
    build(root, "notes")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [DG, "dev", "--port", str(port)],
        cwd=root,
        env=environment(root),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    query = (
        "{ repositoriesOrError { ... on RepositoryConnection { nodes { jobs { name } assetNodes {"
        " assetKey { path } opVersion assetMaterializations(limit: 1) { runId }"
        " assetChecksOrError { ... on AssetChecks { checks { name blocking } } } } } } } }"
    )
    try:
        nodes = _graphql(f"http://127.0.0.1:{port}/graphql", query)
    finally:
        server.terminate()
        server.wait(60)
    (found,) = nodes["data"]["repositoriesOrError"]["nodes"]
    assert {job["name"] for job in found["jobs"]} >= {"notes_index"}
    assets = {node["assetKey"]["path"][-1]: node for node in found["assetNodes"]}
    assert all(node["opVersion"] for node in assets.values())
    assert all(assets[stage]["assetMaterializations"] for stage in ("documents", "release"))
    checks = assets["chunks"]["assetChecksOrError"]["checks"]
    assert {"name": "offsets_verified", "blocking": True} in checks


def _graphql(url: str, query: str) -> Any:
    request = urllib.request.Request(
        url, json.dumps({"query": query}).encode(), {"Content-Type": "application/json"}
    )
    for _ in range(90):
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except OSError:
            time.sleep(1)
    raise TimeoutError(url)
