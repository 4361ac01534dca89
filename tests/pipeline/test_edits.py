"""One edited paragraph of a real document makes about one new text to embed. On the real model."""

import random
import statistics
from pathlib import Path

import pytest

from benchmarks.random_edits import OPERATIONS, paragraphs
from tests.pipeline.documents import pool
from tests.pipeline.support import MODEL, Project


@pytest.mark.parametrize(
    ("documents", "edits"), [(6, 20), pytest.param(30, 200, marks=pytest.mark.long)]
)
def test_random_edits(tmp_path: Path, documents: int, edits: int) -> None:
    rng = random.Random(edits)
    chosen = [name for name in pool() if not name.endswith(".html")]
    rng.shuffle(chosen)
    given = {name: pool()[name] for name in chosen[:documents]}
    project = Project.make(tmp_path / "p", given, embedder=MODEL)
    project.build()
    counts = project.embedded_after_each(random_edits(given, edits, rng))
    assert len(counts) == edits
    assert statistics.median(counts) == 1
    assert statistics.mean(counts) <= 1.5


def random_edits(given: dict[str, bytes], count: int, rng: random.Random) -> list[tuple[str, str]]:
    """Edited documents, one after another: each edit is made on top of those before."""
    texts = {name: content.decode() for name, content in given.items()}
    donors = paragraphs()
    made = []
    for turn in range(count):
        name = rng.choice(list(texts))
        operation = OPERATIONS[turn % len(OPERATIONS)]
        texts[name] = operation(texts[name], rng.choice(donors), rng)
        made.append((name, texts[name]))
    return made
