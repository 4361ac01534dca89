"""Token counts by the embedder's own tokenizer.json."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from lexiane_dagster.domain.digest import digest_of_bytes
from lexiane_dagster.domain.errors import UnavailableError

if TYPE_CHECKING:
    import tokenizers


class TokenizerFile:
    """The `Tokenizer` port over one tokenizer.json.

    `length` is the embedder's longest input, special tokens included; `prompt` is what it puts
    before every passage. What both leave is the capacity. Counts are of the whole text and without
    special tokens: the truncation and the padding that such files often declare are switched off.

    Raises:
        UnavailableError: the file is missing or is no tokenizer.
    """

    def __init__(self, path: str | Path, length: int, prompt: str = "") -> None:
        self.path = Path(path)
        self._length = length
        self._prompt = prompt

    @cached_property
    def capacity(self) -> int:
        special = int(self._tokenizer.num_special_tokens_to_add(is_pair=False))
        return self._length - special - self.count([self._prompt])[0]

    @cached_property
    def identity(self) -> str:
        """SHA-256 of the file."""
        return digest_of_bytes(self._bytes)

    def count(self, texts: Sequence[str]) -> list[int]:
        encoded = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [len(item) for item in encoded]

    @cached_property
    def _bytes(self) -> bytes:
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise self._unavailable(error) from error

    @cached_property
    def _tokenizer(self) -> tokenizers.Tokenizer:
        import tokenizers

        try:
            made = tokenizers.Tokenizer.from_buffer(self._bytes)
        except Exception as error:  # the library raises bare Exception
            raise self._unavailable(error) from error
        made.no_truncation()
        made.no_padding()
        return made

    def _unavailable(self, error: Exception) -> UnavailableError:
        return UnavailableError(
            f"the tokenizer {self.path} cannot be used: {error}",
            remedy="name a model whose folder holds a tokenizer.json",
        )
