"""Measurements against other software; run one with `python -m benchmarks.NAME`."""
