"""Edit locality: a small edit changes about one chunk."""

import pytest

from benchmarks.edits import ALL, cutting, default_chunker, locality
from benchmarks.random_edits import edits


def test_an_edit_changes_one_chunk() -> None:
    measured = locality(cutting(default_chunker()), list(edits(20, seed=1)))[ALL]
    assert measured.median <= 1
    assert measured.mean <= 1.5


@pytest.mark.long
@pytest.mark.parametrize("seed", [7, 8, 9])
def test_two_hundred_edits(seed: int) -> None:
    measured = locality(cutting(default_chunker()), list(edits(200, seed=seed)))[ALL]
    assert measured.median == 1
    assert measured.mean <= 1.5
