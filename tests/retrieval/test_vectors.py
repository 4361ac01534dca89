"""The committed vectors of analysis v1 and retrieval v1."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lexiane_dagster.adapters.embedded import EmbeddedIndex
from lexiane_dagster.adapters.snowball import SnowballAnalyzer
from lexiane_dagster.domain.retrieval import idf, impact
from tests.retrieval.builds import assert_same, build
from tests.retrieval.make_vectors import VECTORS
from tests.retrieval.naive import NaiveChunk, NaiveIndex

ANALYSIS: dict[str, Any] = json.loads((VECTORS / "analysis-v1.json").read_text("utf-8"))
RETRIEVAL: dict[str, Any] = json.loads((VECTORS / "retrieval-v1.json").read_text("utf-8"))


@pytest.mark.parametrize("language", ANALYSIS["languages"])
def test_analysis(language: str) -> None:
    expected = ANALYSIS["languages"][language]
    analyzer = SnowballAnalyzer(language)
    assert analyzer.settings.stop_words == expected["stop_words"]
    texts = [case["text"] for case in expected["cases"]]
    assert [analyzer.terms(text) for text in texts] == [c["terms"] for c in expected["cases"]]
    assert analyzer.terms_of_many(texts) == [case["terms"] for case in expected["cases"]]


def test_formulas() -> None:
    for *arguments, expected in RETRIEVAL["impacts"]:
        assert impact(*arguments) == expected
    for *arguments, expected in RETRIEVAL["idfs"]:
        assert idf(*arguments) == expected


def test_rankings(tmp_path: Path) -> None:
    chunks = [
        NaiveChunk(c["id"], c["terms"], c["vector"], frozenset(c["groups"]))
        for c in RETRIEVAL["chunks"]
    ]
    searcher = build(EmbeddedIndex(), tmp_path / "index", chunks)
    for case in RETRIEVAL["questions"]:
        found = assert_same(
            searcher,
            NaiveIndex(chunks),
            case["terms"],
            case["vector"],
            frozenset(case["groups"]),
            case["depth"],
        )
        assert [[e.chunk_id, e.score] for e in found.lexical] == case["lexical"]
        assert [[e.chunk_id, e.score] for e in found.dense] == case["dense"]
        assert {i: list(both) for i, both in found.scores.items()} == case["scores"]


@pytest.mark.parametrize("seed", ["1", "2"])
def test_vectors_do_not_depend_on_the_hash_seed(seed: str) -> None:
    script = (
        "from tests.retrieval.make_vectors import rendered;"
        "assert all(path.read_text('utf-8') == text for path, text in rendered().items())"
    )
    subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONHASHSEED": seed},
        cwd=Path(__file__).parents[2],
        check=True,
    )
