"""From text to passages."""

from collections.abc import Sequence
from typing import Protocol

from lexiane_dagster.domain.corpus import ExtractedText, Passage


class Tokenizer(Protocol):
    """Counts the embedder's own tokens.

    `identity` is a digest of the tokenizer's files. `capacity` is the longest input, in tokens
    without special ones, that the embedder reads in full.
    """

    @property
    def identity(self) -> str: ...

    @property
    def capacity(self) -> int: ...

    def count(self, texts: Sequence[str]) -> list[int]: ...


class Chunker(Protocol):
    """Cuts texts into passages.

    Passages MUST be ordered, MUST NOT overlap unless overlap was asked for, MUST cover every
    character that is not white space save headings that stand in the path of the text under them,
    and heading path plus passage MUST fit the tokenizer's capacity. Boundaries MUST re-synchronise
    soon after an edit. `cut` depends on the text and on `identity` only, and is called from several
    threads at once.
    """

    @property
    def identity(self) -> str: ...

    def cut(self, text: ExtractedText) -> list[Passage]: ...
