"""Analyzer: the Snowball stemmers (PyStemmer)."""

from lexiane_dagster.adapters.snowball.analyzer import SnowballAnalyzer

__all__ = ["SnowballAnalyzer"]
