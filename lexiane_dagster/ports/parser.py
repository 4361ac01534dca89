"""From raw bytes to text."""

from typing import Protocol

from lexiane_dagster.domain.corpus import ExtractedText, SourceDocument


class Parser(Protocol):
    """Extracts text.

    `identity` names everything the text depends on besides the bytes and the media type: libraries
    with versions, options, limits. It is part of memo keys, never of a version's name.

    `extract` MUST depend on `raw`, `media_type` and `identity` only, MUST return NFC text with "\\n"
    line ends, and MUST raise `DocumentError` where there is no text to index: empty, damaged,
    encrypted, over a limit. Limits are sizes, counts and ratios, never seconds. It is called from
    several threads at once.
    """

    @property
    def identity(self) -> str: ...

    def extract(self, document: SourceDocument) -> ExtractedText: ...
