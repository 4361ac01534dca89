"""Parser: text, Markdown and mail are decoded here, everything else by kreuzberg."""

from lexiane_dagster.adapters.kreuzberg.limits import ParserLimits
from lexiane_dagster.adapters.kreuzberg.parser import KreuzbergParser

__all__ = ["KreuzbergParser", "ParserLimits"]
