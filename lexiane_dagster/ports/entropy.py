"""Randomness, which may reach openings and keys and never anything that names a version."""

from typing import Protocol


class Entropy(Protocol):
    """`token` returns `size` bytes that nobody can guess: a cryptographic source, never a seed."""

    def token(self, size: int) -> bytes: ...
