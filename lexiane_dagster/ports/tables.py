"""The rows of a version, by the Merkle root that names them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lexiane_dagster.domain.corpus import Chunk, Document, WaivedDocument


class Tables(Protocol):
    """Sealed tables. A table is named by the Merkle root over its rows in order; the file format is
    the adapter's own and is never hashed.

    Every `put_…` creates only and is atomic; a table that is already there is kept. Every read
    MUST recompute the root and raise `IntegrityError` naming the table where it differs, and
    `NotFoundError` where there is none. Rows come back in the order written.
    """

    def put_documents(self, root: str, rows: Iterable[Document]) -> None: ...

    def documents(self, root: str) -> Sequence[Document]: ...

    def put_waived(self, root: str, rows: Iterable[WaivedDocument]) -> None: ...

    def waived(self, root: str) -> Sequence[WaivedDocument]: ...

    def put_chunks(self, root: str, rows: Iterable[Chunk]) -> None: ...

    def chunks(self, root: str) -> Sequence[Chunk]: ...

    def put_vectors(
        self, root: str, chunk_ids: Sequence[str], vectors: NDArray[np.int16]
    ) -> None: ...

    def vectors(self, root: str, chunk_ids: Sequence[str]) -> NDArray[np.int16]: ...

    def holds(self, kind: str, root: str) -> bool: ...

    def leaf_hashes(self, kind: str, root: str) -> Sequence[bytes]:
        """Leaf hashes of `documents`, `waived` or `chunks`, all of them, in the order of the leaves."""
        ...


class EmbeddingArchive(Protocol):
    """Vectors that were computed once and are kept (DESIGN 3.5), by (embedder, digest of the text).

    `add` is atomic; where a text is added twice with different bits (two processors), `find` returns
    the same one of them for everybody, for ever.
    """

    def find(self, embedder: str, texts: Sequence[str]) -> Mapping[str, NDArray[np.int16]]: ...

    def add(self, embedder: str, texts: Sequence[str], vectors: NDArray[np.int16]) -> None: ...

    def embedders(self) -> Iterator[str]: ...
