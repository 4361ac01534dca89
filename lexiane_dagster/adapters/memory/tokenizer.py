"""Words and signs as tokens, for embedders without a tokenizer of their own."""

import re
from collections.abc import Sequence

from lexiane_dagster.domain.digest import digest_of_text

_TOKEN = re.compile(r"\w{1,6}|[^\w\s]")


class WordTokenizer:
    """The `Tokenizer` port without a file: runs of up to six word characters, and single signs.

    Pieces of words, because a model's token is shorter than a word: sizes mean about the same.
    """

    def __init__(self, capacity: int = 1 << 20) -> None:
        self._capacity = capacity

    @property
    def identity(self) -> str:
        return digest_of_text(f"lexiane/word-tokenizer/v1 {_TOKEN.pattern}")

    @property
    def capacity(self) -> int:
        return self._capacity

    def count(self, texts: Sequence[str]) -> list[int]:
        return [sum(1 for _ in _TOKEN.finditer(text)) for text in texts]
