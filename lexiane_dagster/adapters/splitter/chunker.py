"""Structure-aware, content-defined cutting, sized in the embedder's tokens."""

from functools import cached_property
from importlib.metadata import version as installed_version

from lexiane_dagster.domain.chunking import ALGORITHM, Sizes, cut
from lexiane_dagster.domain.corpus import ExtractedText, Passage
from lexiane_dagster.domain.digest import digest_of_json
from lexiane_dagster.domain.errors import ConfigurationError
from lexiane_dagster.ports.chunker import Tokenizer


class StructureChunker:
    """The `Chunker` port (docs/formats/chunking-v1.md).

    Heading path and text of a passage have at most `max_tokens` tokens; a text of fewer than
    `min_tokens` comes about only where a section is that short or has no better place to be cut.

    Raises:
        ConfigurationError: sizes that contradict each other or exceed the tokenizer's capacity.
    """

    def __init__(self, tokenizer: Tokenizer, max_tokens: int = 200, min_tokens: int = 60) -> None:
        if not 0 <= 2 * min_tokens <= max_tokens <= tokenizer.capacity:
            raise ConfigurationError(
                f"chunks of {min_tokens} to {max_tokens} tokens are impossible: the embedder reads "
                f"{tokenizer.capacity} tokens and the minimum may be half of the maximum",
                remedy="mend max_tokens and min_tokens of `chunking`",
            )
        self.tokenizer = tokenizer
        self.sizes = Sizes(max_tokens, min_tokens)

    @cached_property
    def identity(self) -> str:
        return digest_of_json(
            {
                "algorithm": ALGORITHM,
                "max_tokens": self.sizes.maximum,
                "min_tokens": self.sizes.minimum,
                "tokenizer": self.tokenizer.identity,
                "libraries": {
                    name: installed_version(name)
                    for name in ("semantic-text-splitter", "tokenizers")
                },
            }
        )

    def cut(self, text: ExtractedText) -> list[Passage]:
        return cut(text, self.sizes, self.tokenizer.count, self._split)

    def _split(self, text: str, limit: int) -> list[tuple[int, int]]:
        from semantic_text_splitter import TextSplitter

        splitter = TextSplitter.from_callback(self._count_one, limit)
        return [(start, start + len(piece)) for start, piece in splitter.chunk_indices(text)]

    def _count_one(self, text: str) -> int:
        return self.tokenizer.count([text])[0]
