"""Sealing, determinism and the edges of the embedded engine."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from lexiane_dagster.adapters.embedded import EmbeddedIndex, Limits, lexical
from lexiane_dagster.adapters.embedded.builder import _impacts
from lexiane_dagster.domain.canonical import canonical_bytes
from lexiane_dagster.domain.errors import IntegrityError
from lexiane_dagster.domain.merkle import EMPTY_ROOT, merkle_root
from lexiane_dagster.domain.retrieval import impact
from lexiane_dagster.domain.version import LexicalStatistics
from lexiane_dagster.ports.index import IndexedChunk
from tests.retrieval.builds import build
from tests.retrieval.naive import NaiveChunk

EVERYBODY = frozenset[str]()
CHUNKS = [
    NaiveChunk("a", ("flow", "wing", "flow"), (10, 0)),
    NaiveChunk("b", ("wing",), (0, 10), frozenset({"staff"})),
    NaiveChunk("c", (), (-10, 0)),
    NaiveChunk("d", ("flow", "wing", "flow"), (10, 0), frozenset({"board", "staff"})),
]


def digests(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}


def many_chunks(count: int) -> list[NaiveChunk]:
    random = np.random.default_rng(7)
    return [
        NaiveChunk(
            f"{number:04}",
            [f"t{term}" for term in random.zipf(1.5, size=random.integers(0, 60)) % 500],
            random.integers(-1000, 1000, size=8).tolist(),
            frozenset({f"g{number % 5}"} if number % 3 == 0 else ()),
        )
        for number in range(count)
    ]


def test_every_flipped_byte_is_found_and_its_file_named(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    build(EmbeddedIndex(), folder, CHUNKS).close()
    for path in folder.iterdir():
        intact = path.read_bytes()
        for place in {0, len(intact) // 2, len(intact) - 1}:
            damaged = bytearray(intact)
            damaged[place] ^= 1
            path.write_bytes(damaged)
            with pytest.raises(IntegrityError, match=path.name):
                EmbeddedIndex().open(folder)
        path.unlink()
        with pytest.raises(IntegrityError, match=path.name):
            EmbeddedIndex().open(folder)
        path.write_bytes(intact)
    EmbeddedIndex().open(folder).close()


def test_bytes_do_not_depend_on_threads_or_limits(tmp_path: Path) -> None:
    chunks = many_chunks(400)
    variants = [(1, Limits()), (2, Limits(50, 1)), (3, Limits(1000, 77)), (8, Limits(1, 10**6))]
    found = []
    for number, (threads, limits) in enumerate(variants):
        build(EmbeddedIndex(threads, limits), tmp_path / str(number), chunks).close()
        found.append(digests(tmp_path / str(number)))
    assert all(one == found[0] for one in found)


def test_bytes_do_not_depend_on_the_hash_seed(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from tests.retrieval.builds import build;"
        "from tests.retrieval.test_engine import many_chunks, EmbeddedIndex;"
        "build(EmbeddedIndex(), Path(sys.argv[1]), many_chunks(200)).close()"
    )
    for seed in ("1", "2"):
        subprocess.run(
            [sys.executable, "-c", script, str(tmp_path / seed)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[2],
            check=True,
        )
    assert digests(tmp_path / "1") == digests(tmp_path / "2")


def test_statistics_bind_every_term_and_its_frequency(tmp_path: Path) -> None:
    searcher = build(EmbeddedIndex(), tmp_path / "index", CHUNKS)
    leaves = [canonical_bytes(["flow", 2]), canonical_bytes(["wing", 3])]
    statistics = searcher.statistics
    assert (statistics.chunks, statistics.length, statistics.terms) == (3, 7, 2)
    assert statistics.root == merkle_root(leaves)
    assert searcher.frequencies(["wing", "absent", "flow"]) == {"wing": 3, "absent": 0, "flow": 2}


def test_leaves_are_canonical_whatever_a_term_holds(tmp_path: Path) -> None:
    odd = ['"', "\\", "\n", "\x01", "é", "𝒳", "/", "\u2028"]
    searcher = build(EmbeddedIndex(), tmp_path / "index", [NaiveChunk("a", odd, (1, 1))])
    leaves = [canonical_bytes([term, 1]) for term in sorted(odd, key=str.encode)]
    assert searcher.statistics.root == merkle_root(leaves)


def test_groups_filter_both_lists(tmp_path: Path) -> None:
    searcher = build(EmbeddedIndex(), tmp_path / "index", CHUNKS)
    query = np.array([1, 1], np.int16)
    for groups, visible in (
        (EVERYBODY, {"a", "c"}),
        (frozenset({"unknown"}), {"a", "c"}),
        (frozenset({"board"}), {"a", "c", "d"}),
        (frozenset({"staff"}), {"a", "b", "c", "d"}),
    ):
        found = searcher.search(["wing"], query, groups, 10)
        assert {entry.chunk_id for entry in found.dense} == visible
        assert {entry.chunk_id for entry in found.lexical} == visible - {"c"}


def test_nothing_visible_and_empty_index(tmp_path: Path) -> None:
    hidden = [NaiveChunk("a", ("x",), (1, 2), frozenset({"g"}))]
    for name, chunks in (("hidden", hidden), ("empty", [])):
        searcher = build(EmbeddedIndex(), tmp_path / name, chunks)
        found = searcher.search(["x"], np.array([1, 1], np.int16), EVERYBODY, 5)
        assert (found.lexical, found.dense, found.scores) == ((), (), {})
        searcher.close()
    assert searcher.statistics.root == EMPTY_ROOT


def test_zero_vector_ranks_all_by_id(tmp_path: Path) -> None:
    searcher = build(EmbeddedIndex(), tmp_path / "index", CHUNKS)
    found = searcher.search([], np.zeros(2, np.int16), frozenset({"staff"}), 3)
    assert [(e.chunk_id, e.score) for e in found.dense] == [("a", 0), ("b", 0), ("c", 0)]


def test_what_cannot_be_built_or_asked(tmp_path: Path) -> None:
    engine = EmbeddedIndex()
    chunks = [IndexedChunk("b", ("x",), ()), IndexedChunk("a", ("x",), ())]
    with pytest.raises(ValueError, match="ascend"):
        engine.build(tmp_path / "order", chunks, np.zeros((2, 2), np.int16))
    with pytest.raises(ValueError, match="1 chunks and 2 vectors"):
        engine.build(tmp_path / "count", chunks[:1], np.zeros((2, 2), np.int16))
    with pytest.raises(ValueError, match="norm"):
        engine.build(tmp_path / "norm", chunks[:1], np.array([[4096, 0]], np.int16))
    assert not list(tmp_path.iterdir())
    searcher = build(engine, tmp_path / "index", CHUNKS)
    with pytest.raises(FileExistsError):
        engine.build(tmp_path / "index", [], np.zeros((0, 2), np.int16))
    with pytest.raises(ValueError, match="shape"):
        searcher.search([], np.zeros(3, np.int16), EVERYBODY, 5)
    with pytest.raises(ValueError, match="depth"):
        searcher.search([], np.zeros(2, np.int16), EVERYBODY, 0)


def test_what_a_killed_build_left_is_removed(tmp_path: Path) -> None:
    partial = tmp_path / ".index.partial"
    partial.mkdir()
    (partial / "vectors.npy").write_bytes(b"half")
    build(EmbeddedIndex(), tmp_path / "index", CHUNKS).close()
    assert [path.name for path in tmp_path.iterdir()] == ["index"]


def test_largest_norm_is_exact(tmp_path: Path) -> None:
    vector = (4095, 90, 3, 1)  # squared norm 2^24 - 1 - 80
    chunk = NaiveChunk("a", (), vector)
    searcher = build(EmbeddedIndex(), tmp_path / "index", [chunk])
    found = searcher.search([], np.array(vector, np.int16), EVERYBODY, 1)
    assert found.dense[0].score == sum(x * x for x in vector) < 2**24


def test_frequent_long_chunks_do_not_overflow() -> None:
    statistics = LexicalStatistics(chunks=10**7, length=10**12, terms=1, root="")
    tf, length = np.array([1, 10**7]), np.array([10, 10**8])
    expected = [impact(int(a), int(b), 10**7, 10**12) for a, b in zip(tf, length, strict=True)]
    assert _impacts(tf, length, statistics).tolist() == expected


def test_a_chunk_outside_the_first_lists_can_still_tie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lexical, "_PROBE_AFTER", 0)
    chunks = [NaiveChunk("a", ("y",), (0, 0)), NaiveChunk("b", ("x",), (0, 0))]
    searcher = build(EmbeddedIndex(), tmp_path / "index", chunks)
    for terms in (["x", "y"], ["y", "x"]):
        found = searcher.search(terms, np.zeros(2, np.int16), EVERYBODY, 1)
        assert [entry.chunk_id for entry in found.lexical] == ["a"]
