"""The rows of a version, by the Merkle root that names them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lexiane_dagster.domain.corpus import Chunk, Document, WaivedDocument
from lexiane_dagster.domain.redaction import Redaction


class Tables(Protocol):
    """Sealed tables. A table is named by the Merkle root over its rows in order; the file format is
    the adapter's own and is never hashed.

    Every `put_…` creates only and is atomic; a table that is already there is kept. Every read
    MUST recompute the root and raise `IntegrityError` naming the table where it differs, and
    `NotFoundError` where there is none. Rows come back in the order written.

    Rows can be erased (docs/erasure.md). `hide` records durably which leaves are erased: from then on
    no read gives their rows. `rewrite` then removes their bytes; a crash between the two leaves a table
    that reads the same. Erased rows are absent from every read, and their leaf hashes take their place
    when the root is computed. A `put_…` of a table that lost rows does not bring them back.
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

    def vectors(self, root: str, chunk_ids: Sequence[str]) -> NDArray[np.int16]:
        """One row for each of `chunk_ids`: those of the chunks that are left, or, while an erasure is
        under way, those of all."""
        ...

    def holds(self, kind: str, root: str) -> bool: ...

    def leaf_hashes(self, kind: str, root: str, chunk_ids: Sequence[str] = ()) -> Sequence[bytes]:
        """All leaf hashes, those of erased rows included, in the order of the leaves. For `vectors`,
        `chunk_ids` are as for `vectors`."""
        ...

    def roots(self, kind: str) -> Sequence[str]:
        """The roots of all tables of a kind, ascending."""
        ...

    def redacted(self, kind: str) -> Sequence[str]:
        """The roots of the tables of a kind that lost rows, ascending."""
        ...

    def redaction(self, kind: str, root: str) -> Redaction | None:
        """What a table lost; None: nothing. Where several redactions are there, all of them together.

        Raises:
            IntegrityError: a redaction is damaged; the message names it.
        """
        ...

    def redactions(self, kind: str, root: str) -> Sequence[Redaction]:
        """Each stored redaction of a table; more than one only while an erasure is under way."""
        ...

    def hide(self, redaction: Redaction) -> None: ...

    def rewrite(self, kind: str, root: str) -> None: ...

    def doomed_documents(self, root: str) -> Sequence[Document]:
        """Rows that are hidden and whose bytes are still there."""
        ...

    def doomed_chunks(self, root: str) -> Sequence[Chunk]: ...

    def doomed_vectors(self, root: str) -> int:
        """How many vectors are hidden and their bytes still there."""
        ...

    def keys(self, kind: str, root: str) -> Sequence[str]:
        """The keys of every object of a table, redactions included."""
        ...


class EmbeddingArchive(Protocol):
    """Vectors that were computed once and are kept (DESIGN 3.5), by (embedder, digest of the text).

    `add` is atomic; where a text is added twice with different bits (two processors), `find` returns
    the same one of them for everybody, for ever.
    """

    def find(self, embedder: str, texts: Sequence[str]) -> Mapping[str, NDArray[np.int16]]: ...

    def add(self, embedder: str, texts: Sequence[str], vectors: NDArray[np.int16]) -> None: ...

    def remove(self, texts: Collection[str]) -> int:
        """Remove the vectors of `texts` under every embedder; returns how many there were. When it
        returns, no object holds them."""
        ...

    def embedders(self) -> Iterator[str]: ...
