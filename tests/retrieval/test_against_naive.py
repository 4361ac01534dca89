"""The engine agrees with the naive implementation on every list of generated corpora."""

import shutil
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lexiane_dagster.adapters.embedded import EmbeddedIndex, Limits, builder, lexical
from tests.retrieval.builds import assert_same, build
from tests.retrieval.naive import NaiveChunk, NaiveIndex

TERMS = ("a", "b", "c", "d", "é", "東京", "𝒳")
GROUPS = ("g", "h", "i")
_folders = count()

term_lists = st.lists(st.sampled_from(TERMS), max_size=12)
vectors = st.lists(st.integers(-3, 3) | st.integers(-1600, 1600), min_size=2, max_size=2)
group_sets = st.frozensets(st.sampled_from(GROUPS), max_size=2)


@st.composite
def corpora(draw: st.DrawFn) -> list[NaiveChunk]:
    bodies = draw(st.lists(st.tuples(term_lists, vectors, group_sets), max_size=30))
    # Copies make exact ties, in both lists.
    copies = draw(st.lists(st.sampled_from(bodies), max_size=40)) if bodies else []
    ids = sorted(
        draw(st.sets(st.text("0aéz𝒳", min_size=1), min_size=70, max_size=70)), key=str.encode
    )
    return [NaiveChunk(i, *body) for i, body in zip(ids, [*bodies, *copies], strict=False)]


@pytest.mark.parametrize("examples", [300, pytest.param(5000, marks=pytest.mark.long)])
def test_generated_corpora(tmp_path: Path, examples: int, monkeypatch: pytest.MonkeyPatch) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(data=st.data(), chunks=corpora(), threads=st.integers(1, 3))
    def check(data: st.DataObject, chunks: list[NaiveChunk], threads: int) -> None:
        # Small corpora must take the ways that are meant for large ones.
        monkeypatch.setattr(lexical, "_PROBE_AFTER", data.draw(st.integers(0, 40)))
        monkeypatch.setattr(lexical, "_SPARSE", data.draw(st.sampled_from((0, 1, 8))))
        monkeypatch.setattr(builder, "COLUMN_SHARE", data.draw(st.sampled_from((0, 2, 16))))
        limits = Limits(data.draw(st.integers(1, 60)), data.draw(st.integers(1, 60)))
        folder = tmp_path / str(next(_folders))
        searcher = build(EmbeddedIndex(threads, limits), folder, chunks)
        naive = NaiveIndex(chunks)
        asked = st.lists(st.sampled_from((*TERMS, "absent")), max_size=9)
        for _ in range(12):
            assert_same(
                searcher,
                naive,
                data.draw(asked),
                data.draw(vectors),
                data.draw(st.frozensets(st.sampled_from((*GROUPS, "unknown")))),
                data.draw(st.integers(1, 80)),
            )
        searcher.close()
        shutil.rmtree(folder)

    check()
