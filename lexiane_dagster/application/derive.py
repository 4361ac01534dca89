"""Index files: derived from a version's tables, and built again whenever they are missing."""

import shutil
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lexiane_dagster.application.backends import Backends
from lexiane_dagster.domain.corpus import Chunk, Document
from lexiane_dagster.domain.frozen import FrozenTerms
from lexiane_dagster.domain.version import LexicalStatistics
from lexiane_dagster.ports.analyzer import Analyzer
from lexiane_dagster.ports.index import IndexedChunk
from lexiane_dagster.ports.progress import Progress

BATCH = 1024
# Seconds. No index takes so long to build.
LEFT_FOR_DEAD = 24 * 3600


def derived_folder(backends: Backends, version: str) -> Path:
    """Where the index files of a version live."""
    return backends.derived / version


def derive(
    scratch: Path,
    chunks: Sequence[Chunk],
    documents: Mapping[str, Document],
    vectors: NDArray[np.int16],
    analyzer: Analyzer,
    backends: Backends,
    progress: Progress,
    frozen: FrozenTerms | None = None,
) -> LexicalStatistics:
    """Build the index files in `scratch`; chunks come in the order of their ids.

    `frozen` are the statistics of a version that lost chunks (`application/erasure/frozen.py`).
    """
    backends.derived.mkdir(parents=True, exist_ok=True)
    sweep(backends.derived)
    with progress.stage("index", len(chunks)) as advance:

        def rows() -> Iterator[IndexedChunk]:
            for start in range(0, len(chunks), BATCH):
                batch = chunks[start : start + BATCH]
                terms = analyzer.terms_of_many([item.indexed_text for item in batch])
                for item, found in zip(batch, terms, strict=True):
                    groups = documents[item.document_id].groups
                    yield IndexedChunk(item.chunk_id, found, groups)
                advance(len(batch))

        return backends.engine.build(scratch, rows(), vectors, frozen)


def scratch_folder(backends: Backends, name: str) -> Path:
    """A folder of its own, so that two builds at once do not meet."""
    return backends.derived / f"building-{name}-{uuid.uuid4().hex[:12]}"


def move_into_place(scratch: Path, folder: Path) -> None:
    """Make `scratch` the version's folder in one step; a folder that is there already is kept."""
    try:
        scratch.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
        shutil.rmtree(scratch)


def remove_derived(folder: Path) -> None:
    """Remove index files in one step, so that no reader finds half of them."""
    gone = folder.with_name(f"building-removed-{uuid.uuid4().hex}")
    with suppress(FileNotFoundError):
        folder.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Remove what killed processes left half-built, on this host or another, a day ago or earlier."""
    for left in folder.glob("*building-*"):
        with suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > LEFT_FOR_DEAD:
                shutil.rmtree(left, ignore_errors=True)
