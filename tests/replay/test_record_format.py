"""docs/formats/answer-record-v1.md, byte for byte."""

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from lexiane_dagster.bootstrap import application
from tests.replay.conftest import Asked
from tests.replay.support import ASKS, asker, record_of
from tests.replay.vectors import vectors

ROOT = Path(__file__).parents[2]
COMMITTED = json.loads((ROOT / "tests" / "vectors" / "answer-v1.json").read_text("utf-8"))
PAGE = ROOT / "docs" / "formats" / "answer-record-v1.md"


def sha256(value: Any) -> str:
    """With an encoder that is not ours."""
    return hashlib.sha256(rfc8785.dumps(value)).hexdigest()


def test_committed_vectors() -> None:
    assert vectors() == COMMITTED


@pytest.mark.parametrize("seed", ["1", "2"])
def test_vectors_hold_under_any_hash_seed(seed: str) -> None:
    made = subprocess.run(
        [sys.executable, "-m", "tests.replay.vectors"],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONUTF8": "1"},
        capture_output=True,
        check=True,
    )
    assert json.loads(made.stdout) == COMMITTED


def test_values_are_canonical_json() -> None:
    for vector in COMMITTED:
        for value in vector["fields"].values():
            assert rfc8785.dumps(json.loads(value)).decode() == value


def test_digests_are_those_that_the_page_describes() -> None:
    for vector in COMMITTED:
        fields = {path: json.loads(value) for path, value in vector["fields"].items()}
        for name in ("lexical", "dense"):
            listed = vector[name]
            assert fields[name] == {
                "length": len(listed),
                "best": listed[0][1] if listed else 0,
                "digest": sha256({"format": "lexiane/ranked-list/v1", "entries": listed}),
            }
        assert fields["prompt"] == sha256(
            {
                "format": "lexiane/prompt/v1",
                "question": fields["question"],
                "weights": fields["analysis"]["weights"],
                "evidence": vector["evidence"],
            }
        )


def test_the_page_names_every_field() -> None:
    rows = re.findall(r"^\| (`.+?) \| (.*?) \|", PAGE.read_text("utf-8"), re.M)
    named = {path for cell, _ in rows for path in re.findall(r"`([a-z_/0-9]+)`", cell)}
    recorded = {re.sub(r"/\d+$", "", path) for path in COMMITTED[0]["fields"]}
    assert {path.partition("/")[0] for path in named} == recorded


def test_a_real_record_is_what_the_page_says(asked: Asked) -> None:
    opened = asker(application(asked.project.root)).version
    for ask, answer in zip(ASKS, asked.ids, strict=True):
        record = record_of(asked.project, answer)
        fields = record.fields
        assert fields["question"] == ask.question
        assert fields["groups"] == sorted(set(ask.groups))
        assert fields["settings"] == {"top": ask.top}
        assert sorted(fields["analysis"]["weights"]) == sorted(fields["analysis"]["terms"])
        assert len(base64.b64decode(fields["query_vector"])) == 64 * 2
        assert len(record.ranking) <= ask.top
        assert fields["prompt"] == sha256(
            {
                "format": "lexiane/prompt/v1",
                "question": ask.question,
                "weights": fields["analysis"]["weights"],
                "evidence": [
                    {
                        "chunk_id": item.ranked.chunk_id,
                        "score": item.ranked.score,
                        "document_id": item.document_id,
                        "heading": list(opened.chunks[item.ranked.chunk_id].heading),
                        "text": opened.chunks[item.ranked.chunk_id].text,
                    }
                    for item in record.ranking
                    if item is not None
                ],
            }
        )
        assert len(fields["selection"]["sentences"]) == len(record.citations)
