"""The engine: builds, seals, verifies and opens index folders."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lexiane_dagster.adapters.embedded.builder import Limits, write_index
from lexiane_dagster.adapters.embedded.files import ArrayFolder, open_sealed, sync_folder
from lexiane_dagster.adapters.embedded.searcher import EmbeddedSearcher
from lexiane_dagster.domain.frozen import FrozenTerms
from lexiane_dagster.domain.version import LexicalStatistics
from lexiane_dagster.ports.index import IndexedChunk


class EmbeddedIndex:
    """Index engine over plain .npy files.

    `threads` serve one search, and verify the files at open. Files depend on the content only.
    """

    def __init__(self, threads: int | None = None, limits: Limits | None = None) -> None:
        self._threads = threads or os.cpu_count() or 1
        self._limits = limits or Limits()

    def build(
        self,
        folder: Path,
        chunks: Iterable[IndexedChunk],
        vectors: NDArray[np.int16],
        frozen: FrozenTerms | None = None,
    ) -> LexicalStatistics:
        """Build in a sibling folder and rename it; what a crash left there is removed first.

        Raises:
            FileExistsError: `folder` exists.
            ValueError: ids that do not ascend, another number of vectors than of chunks, or a
                vector with a squared norm of 2^24 or more.
        """
        if folder.exists():
            raise FileExistsError(f"index folder {folder} exists")
        partial = folder.with_name(f".{folder.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        (partial / "runs").mkdir(parents=True)
        try:
            target = ArrayFolder(partial)
            statistics = write_index(
                target, partial / "runs", chunks, vectors, self._limits, frozen
            )
            shutil.rmtree(partial / "runs")
            target.seal(statistics)
            partial.rename(folder)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        sync_folder(folder.parent)
        return statistics

    def open(self, folder: Path) -> EmbeddedSearcher:
        statistics, arrays = open_sealed(folder, self._threads)
        return EmbeddedSearcher(statistics, arrays, self._threads)
