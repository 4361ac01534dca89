"""Source: a file with one JSON object a line."""

from lexiane_dagster.adapters.jsonl.source import JsonlSource

__all__ = ["JsonlSource"]
