"""Immutable objects by key."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

# Objects below it are on their way in: they have no name yet, and what a crash left there is nobody's.
ON_THE_WAY = ".staging/"


class ObjectStore(Protocol):
    """The store that must survive. Keys are `/`-separated ASCII names; values are never changed.

    `put` MUST be atomic and durable: when it returns, the whole object is readable after a crash; before
    that, none of it is visible. It creates only: it returns False and keeps what is there when the
    key exists, also when two writers race. `put_file` is `put` for a large local file.
    `get` and `written` raise `NotFoundError`. `keys` lists in ASCII order. `delete` of a missing key is
    no error. `written` says when an object was put, RFC 3339 in UTC, by the clock of the store.
    All raise `UnavailableError` when the store cannot be reached, is full or refuses to write.
    """

    def put(self, key: str, data: bytes) -> bool: ...

    def put_file(self, key: str, path: Path) -> bool: ...

    def get(self, key: str) -> bytes: ...

    def exists(self, key: str) -> bool: ...

    def written(self, key: str) -> str: ...

    def keys(self, prefix: str) -> Iterator[str]: ...

    def delete(self, key: str) -> None: ...
