"""Index engine: plain numpy files, memory-mapped."""

from lexiane_dagster.adapters.embedded.builder import Limits
from lexiane_dagster.adapters.embedded.engine import EmbeddedIndex

__all__ = ["EmbeddedIndex", "Limits"]
