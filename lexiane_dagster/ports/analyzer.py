"""From text to index terms."""

from collections.abc import Sequence
from typing import Protocol

from lexiane_dagster.domain.version import AnalysisSettings


class Analyzer(Protocol):
    """Analysis v1 of one language (docs/formats/analysis-v1.md).

    `terms` gives the index terms of a text in order, repeated as they occur. `terms_of_many` is the
    same for many texts, faster. Both depend on the text and on `settings` only.
    """

    @property
    def settings(self) -> AnalysisSettings: ...

    def terms(self, text: str) -> list[str]: ...

    def terms_of_many(self, texts: Sequence[str]) -> list[list[str]]: ...
