"""A tokenizer for tests of the rule: a token is a word or a sign."""

import re
from collections.abc import Sequence


class Words:
    """The `Tokenizer` port."""

    identity = "words"
    capacity = 512

    def count(self, texts: Sequence[str]) -> list[int]:
        return [len(re.findall(r"\w+|[^\w\s]", text)) for text in texts]
