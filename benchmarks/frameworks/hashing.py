"""The embedder of every framework here: feature hashing, counted."""

from collections.abc import Sequence
from typing import NamedTuple

from lexiane_dagster.adapters.memory.embedder import HashEmbedder

DIMENSION = 64


class Embedded(NamedTuple):
    """What an update gave to the embedder; `characters` is None where only the texts are told."""

    texts: int
    characters: int | None


class CountedHashing:
    """Embeds by hashing words and counts what it is given. Takes no time worth measuring."""

    def __init__(self) -> None:
        self.embedded = Embedded(0, 0)
        self._embedder = HashEmbedder(DIMENSION)

    def __call__(self, texts: Sequence[str]) -> list[list[float]]:
        before, characters = self.embedded
        self.embedded = Embedded(
            before + len(texts), (characters or 0) + sum(len(text) for text in texts)
        )
        vectors: list[list[float]] = self._embedder.embed_passages(texts).tolist()
        return vectors
