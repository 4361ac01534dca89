"""Retrieval-augmented generation that can prove itself.

`CorpusIndex` is the Dagster component of `assets/<corpus>/defs.yaml`. It is loaded when it is asked
for, so that `lexiane --help` does not import Dagster.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lexiane_dagster.orchestration.component import CorpusIndex

__all__ = ["CorpusIndex"]


def __getattr__(name: str) -> object:
    if name == "CorpusIndex":
        return import_module("lexiane_dagster.orchestration.component").CorpusIndex
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *__all__]
