"""What the retrieval benchmarks index and ask: real sentences reshuffled, clustered vectors. Seeded."""

import json
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lexiane_dagster.adapters.snowball import SnowballAnalyzer
from lexiane_dagster.domain.digest import digest_of_text

ROOT: Final = Path(__file__).resolve().parent.parent
CRANFIELD: Final = ROOT.parent / "shared" / "data" / "cranfield"
HANDBOOK: Final = ROOT / "examples" / "handbook"
DIMENSION: Final = 384
CHUNK_TERMS: Final = 100
_CLUSTERS: Final = 512
_SEED: Final = 20250711
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s+|\n{2,}")


def questions() -> list[list[str]]:
    """The index terms of the 225 questions of Cranfield."""
    lines = (CRANFIELD / "queries.jsonl").read_text().splitlines()
    return SnowballAnalyzer("english").terms_of_many([json.loads(line)["text"] for line in lines])


def chunk_ids(count: int) -> list[str]:
    """Ids as a corpus has them, ascending."""
    return sorted(digest_of_text(str(number)) for number in range(count))


def chunk_terms(count: int) -> Iterator[list[str]]:
    """Index terms of `count` chunks of about a hundred terms each."""
    sentences = SnowballAnalyzer("english").terms_of_many(list(_sentences()))
    sentences = [sentence for sentence in sentences if sentence]
    lengths = [len(sentence) for sentence in sentences]
    random = np.random.default_rng(_SEED)
    for _ in range(count):
        chosen: list[int] = []
        missing = CHUNK_TERMS
        while missing > 0:
            # Few sentences are shorter than eight terms.
            for index in random.integers(len(sentences), size=missing // 8 + 1).tolist():
                chosen.append(index)
                missing -= lengths[index]
                if missing <= 0:
                    break
        yield list(chain.from_iterable(map(sentences.__getitem__, chosen)))


def grid_vectors(count: int, seed: int = _SEED) -> Iterator[NDArray[np.int16]]:
    """Batches of grid vectors, int16 (rows, 384), around the same 512 centres for every seed."""
    centres = np.random.default_rng(_SEED).standard_normal((_CLUSTERS, DIMENSION), np.float32)
    random = np.random.default_rng(seed + 1)
    for start in range(0, count, 10_000):
        rows = min(10_000, count - start)
        vectors = centres[random.integers(_CLUSTERS, size=rows)]
        vectors += random.standard_normal((rows, DIMENSION), np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        yield np.rint(vectors * 4000).astype(np.int16)


def stored_vectors(path: Path, count: int) -> NDArray[np.int16]:
    """`grid_vectors` in a memory-mapped file, as a version's vectors are."""
    shape = (count, DIMENSION)
    stored = np.lib.format.open_memmap(path, mode="w+", dtype=np.int16, shape=shape)
    start = 0
    for batch in grid_vectors(count):
        stored[start : start + len(batch)] = batch
        start += len(batch)
    stored.flush()
    del stored
    return np.asarray(np.load(path, mmap_mode="r"))


def question_vectors(count: int) -> NDArray[np.int16]:
    return np.concatenate(list(grid_vectors(count, seed=_SEED + 1)))


def _sentences() -> Iterator[str]:
    for line in (CRANFIELD / "corpus.jsonl").read_text().splitlines():
        yield from _SENTENCE_END.split(json.loads(line)["text"])
    for path in sorted(HANDBOOK.rglob("*.md")):
        yield from _SENTENCE_END.split(path.read_text())
