"""The command line that the retrieval benchmarks share, and the indexes that they build."""

import argparse
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.material import chunk_ids, chunk_terms, stored_vectors
from lexiane_dagster.adapters.embedded import EmbeddedIndex
from lexiane_dagster.ports.index import IndexedChunk


def run(benchmark: Callable[[int, Path], None], description: str) -> None:
    """Call `benchmark(size, scratch folder)` for every size of the command line."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--sizes", default="10k,100k,1m", help="chunks, e.g. 10k,100k")
    parser.add_argument("--quick", action="store_true", help="10k chunks only")
    options = parser.parse_args()
    for size in map(_parsed, ("10k" if options.quick else options.sizes).split(",")):
        scratch = Path(tempfile.mkdtemp(prefix="lexiane-benchmark-"))
        try:
            benchmark(size, scratch)
        finally:
            shutil.rmtree(scratch)


def indexed_chunks(size: int) -> Iterator[IndexedChunk]:
    for chunk_id, terms in zip(chunk_ids(size), chunk_terms(size), strict=True):
        yield IndexedChunk(chunk_id, terms, ())


def build_embedded(size: int, scratch: Path) -> Path:
    """Build the embedded engine's index and give its folder."""
    folder = scratch / "embedded"
    vectors = stored_vectors(scratch / "vectors.npy", size)
    EmbeddedIndex().build(folder, indexed_chunks(size), vectors)
    return folder


def _parsed(size: str) -> int:
    number = size.strip().lower()
    factor = {"k": 1_000, "m": 1_000_000}.get(number[-1], 1)
    return int(number.rstrip("km")) * factor
