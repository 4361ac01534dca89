"""Ranked retrieval over one sealed version."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lexiane_dagster.domain.frozen import FrozenTerms
from lexiane_dagster.domain.retrieval import Candidates
from lexiane_dagster.domain.version import LexicalStatistics


@dataclass(frozen=True, slots=True)
class IndexedChunk:
    """What an engine needs of one chunk: its id, its index terms in order, who may see it.

    An empty `groups` means that everybody may.
    """

    chunk_id: str
    terms: Sequence[str]
    groups: tuple[str, ...]


class Searcher(Protocol):
    """One open version. Safe for use by several threads.

    `search` ranks exactly as docs/formats/retrieval-v1.md defines, among the chunks that are visible
    with `groups`: chunks without groups, and chunks that share one with the asker. `terms` are the
    question's index terms (repeats are ignored), `vector` its int16 grid vector (dimension,).
    `depth` is the length of each of the two lists.
    """

    def search(
        self,
        terms: Sequence[str],
        vector: NDArray[np.int16],
        groups: frozenset[str],
        depth: int,
    ) -> Candidates: ...

    @property
    def statistics(self) -> LexicalStatistics:
        """The lexical statistics of the whole version, as the index files hold them."""
        ...

    @property
    def chunks(self) -> int:
        """How many chunks can be found; fewer than the version had, where some were erased."""
        ...

    def frequencies(self, terms: Sequence[str]) -> Mapping[str, int]:
        """How many chunks of the whole version hold each of `terms`; 0 for unknown ones."""
        ...

    def term_leaves(self) -> Sequence[bytes]:
        """Leaf hashes below `statistics.root`, all of them, in the order of the leaves."""
        ...

    def close(self) -> None: ...


class IndexEngine(Protocol):
    """Builds and opens the derived structures of a version.

    `build` writes everything below `folder`, which does not exist yet, from chunks in the order of
    their ids and their grid vectors (int16, one row a chunk, same order), with memory bounded by
    what docs/architecture.md says, and returns the lexical statistics that the manifest binds. The
    bytes written depend on the content only.

    `frozen` are the statistics of a version that lost chunks: idf, impacts, frequencies and what
    `statistics` and `term_leaves` give are then those of the whole version, and terms that are hidden
    are known by their leaf hash alone. Where `frozen` does not hold exactly the terms of `chunks`, the
    statistics returned are those of `chunks`, so that they differ from the manifest's.

    `open` MUST verify every file it reads against the
    seal that `build` wrote and raise `IntegrityError` naming the file that differs.
    """

    def build(
        self,
        folder: Path,
        chunks: Iterable[IndexedChunk],
        vectors: NDArray[np.int16],
        frozen: FrozenTerms | None = None,
    ) -> LexicalStatistics: ...

    def open(self, folder: Path) -> Searcher: ...
