"""Feature hashing: an embedder of twenty lines, for tests and for projects without a model."""

import hashlib
import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from lexiane_dagster.domain.version import EmbedderIdentity
from lexiane_dagster.ports.embedder import Advance, no_progress

ALGORITHM = "lexiane/hash-embedder/v1"
CAPACITY = 1 << 20

_WORD = re.compile(r"\w+")


class HashEmbedder:
    """The `Embedder` port without a model: words and their trigrams, hashed into `dimension` signed
    counts. Texts that share words are near each other; meaning it knows nothing of.
    """

    def __init__(self, dimension: int = 64) -> None:
        self._dimension = dimension

    @property
    def identity(self) -> EmbedderIdentity:
        digest = hashlib.sha256(ALGORITHM.encode()).hexdigest()
        return EmbedderIdentity({ALGORITHM: digest}, self._dimension, CAPACITY)

    def embed_passages(
        self, texts: Sequence[str], advance: Advance = no_progress
    ) -> NDArray[np.float32]:
        rows = np.empty((len(texts), self._dimension), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            row[:] = self._embed(text)
            advance(1)
        return rows

    def embed_question(self, text: str) -> NDArray[np.float32]:
        return self.embed_passages([text])

    def _embed(self, text: str) -> NDArray[np.int64]:
        counts = np.zeros(self._dimension, dtype=np.int64)
        for feature in _features(text):
            hashed = int.from_bytes(hashlib.sha256(feature.encode()).digest()[:8])
            counts[hashed // 2 % self._dimension] += 1 if hashed % 2 else -1
        if (
            not counts.any()
        ):  # a text without words, or one that cancels out, has to point somewhere
            counts[0] = 1
        return counts


def _features(text: str) -> Iterator[str]:
    """Each word counts four times, as a whole; each of its trigrams once."""
    for word in _WORD.findall(text.casefold()):
        yield from (word,) * 4
        marked = f"^{word}$"
        yield from (f"#{marked[i : i + 3]}" for i in range(len(marked) - 2))
