"""Engine and naive implementation over real texts and questions, with and without groups."""

import json
from pathlib import Path

import numpy as np
import pytest

from lexiane_dagster.adapters.embedded import EmbeddedIndex, lexical
from lexiane_dagster.adapters.snowball import SnowballAnalyzer
from tests.retrieval.builds import assert_same, build
from tests.retrieval.naive import NaiveChunk, NaiveIndex

FOLDER = Path(__file__).parents[2].parent / "shared" / "data" / "cranfield"
DIMENSION = 16
DEPTH = 100

pytestmark = pytest.mark.skipif(
    not (FOLDER / "corpus.jsonl").exists(),
    reason="the Cranfield collection (shared/data/cranfield) is missing",
)


def rows(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (FOLDER / name).read_text().splitlines()]


def clustered(count: int, seed: int) -> list[list[int]]:
    """Grid vectors around few centres; every tenth is a copy, so that there are ties."""
    centres = np.random.default_rng(1).standard_normal((20, DIMENSION))
    random = np.random.default_rng(seed)
    vectors = centres[random.integers(20, size=count)] + random.normal(0, 0.5, (count, DIMENSION))
    vectors[::10] = centres[0]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.rint(vectors * 4000).astype(int).tolist()  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("copies", "probe_after"),
    [(1, 8192), (1, 300), pytest.param(20, 8192, marks=pytest.mark.long)],
    ids=["once", "once_as_if_large", "twenty_times"],
)
def test_all_questions(
    tmp_path: Path, copies: int, probe_after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lexical, "_PROBE_AFTER", probe_after)
    analyzer = SnowballAnalyzer("english")
    documents = rows("corpus.jsonl") * copies
    terms = analyzer.terms_of_many([f"{d['title']}\n{d['text']}" for d in documents])
    vectors = clustered(len(documents), seed=2)
    group_of = (frozenset[str](), frozenset({"staff"}), frozenset({"board", "staff"}))
    chunks = [
        NaiveChunk(f"{number:05}", terms[number], vectors[number], group_of[number % 7 % 3])
        for number in range(len(documents))
    ]
    searcher = build(EmbeddedIndex(), tmp_path / "index", chunks)
    naive = NaiveIndex(chunks)
    questions = rows("queries.jsonl")
    assert len(questions) == 225
    for number, (question, vector) in enumerate(
        zip(questions, clustered(len(questions), seed=3), strict=True)
    ):
        groups = (frozenset({"staff"}), frozenset({"board"}), frozenset[str]())[number % 3]
        asked = analyzer.terms(question["text"])
        assert_same(searcher, naive, asked, vector, groups, DEPTH)
        assert_same(searcher, naive, asked, vector, frozenset({"staff", "board"}), DEPTH)
