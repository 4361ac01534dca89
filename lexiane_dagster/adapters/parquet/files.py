"""The files of sealed tables: where they stand in the store, and reading one that is whole."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from lexiane_dagster.domain.digest import digest_of_bytes
from lexiane_dagster.domain.errors import IntegrityError, NotFoundError
from lexiane_dagster.ports.object_store import ObjectStore

# A table is read again when a file that was listed is gone: an erasure replaced it meanwhile.
ATTEMPTS = 5

Read = TypeVar("Read")


class ReplacedError(NotFoundError):
    """A file went away between listing and reading."""


class TableFiles:
    """Keys are the root of the rows, then the digest of the file: the root binds what answers depend
    on, the digest also the columns beside it."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def of(self, kind: str, root: str) -> list[str]:
        """The keys of a table; usually one."""
        prefix = _prefix(kind, root)
        folder = prefix.rsplit("/", 1)[0] + "/"
        return [key for key in self._store.keys(folder) if key.startswith(prefix)]

    def put(self, kind: str, root: str, data: bytes) -> str:
        key = _prefix(kind, root) + digest_of_bytes(data)
        self._store.put(key, data)
        return key

    def get(self, kind: str, root: str) -> tuple[str, bytes]:
        """Key and bytes of the first file.

        Raises:
            NotFoundError: there is none. ReplacedError: it has just gone.
            IntegrityError: its bytes have another digest than its name.
        """
        files = self.of(kind, root)
        if not files:
            raise NotFoundError(
                f"table {_prefix(kind, root)}… is missing from the store",
                remedy="restore the store from its back-up; everything below it must be kept",
            )
        key = files[0]
        try:
            data = self._store.get(key)
        except NotFoundError as error:
            raise ReplacedError(error.detail, remedy=error.remedy) from error
        if digest_of_bytes(data) != key.rsplit("-", 1)[1]:
            raise damaged(key, "its bytes have another digest")
        return key, data

    def delete(self, key: str) -> None:
        self._store.delete(key)

    def roots(self, folder: str) -> Sequence[str]:
        """The roots that have a file below `folder`."""
        names = (key.rpartition("/")[2] for key in self._store.keys(folder))
        return sorted({name.partition("-")[0] for name in names})


def again(read: Callable[[], Read]) -> Read:
    """What `read` gives; tried again while files are being replaced."""
    for _ in range(ATTEMPTS - 1):
        try:
            return read()
        except ReplacedError:
            continue
    return read()


def require_root(key: str, expected: str, actual: str) -> None:
    if actual != expected:
        raise damaged(key, f"has the root {actual}")


def damaged(key: str, detail: str) -> IntegrityError:
    return IntegrityError(
        f"stored table {key} is not what its name promises: {detail}",
        remedy="restore this file from the store's back-up, or delete it and build the corpus again",
    )


def _prefix(kind: str, root: str) -> str:
    return f"{kind}/{root[:2]}/{root}-"
