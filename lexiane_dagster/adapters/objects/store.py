"""The object store over obstore: a local folder today, any bucket it knows by URL tomorrow."""

import os
from collections.abc import Iterator
from pathlib import Path

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.exceptions import NotFoundError as Missing
from obstore.store import LocalStore

from lexiane_dagster.domain.errors import NotFoundError, UnavailableError


class FolderObjectStore:
    """Objects as files below `root`. Creation is exclusive and every object is synced to disk."""

    def __init__(self, root: Path) -> None:
        self._root = root
        try:
            root.mkdir(parents=True, exist_ok=True)
            self._store = LocalStore(root)
        except (OSError, BaseError) as error:
            raise self._unavailable(error) from error

    def put(self, key: str, data: bytes) -> bool:
        return self._create(key, data)

    def put_file(self, key: str, path: Path) -> bool:
        return self._create(key, path)

    def _create(self, key: str, data: bytes | Path) -> bool:
        try:
            obstore.put(self._store, key, data, mode="create", use_multipart=False)
        except AlreadyExistsError:
            return False
        except (OSError, BaseError) as error:
            raise self._unavailable(error) from error
        self._sync(key)
        return True

    def get(self, key: str) -> bytes:
        try:
            return bytes(obstore.get(self._store, key).bytes())
        except (Missing, FileNotFoundError) as error:
            raise NotFoundError(
                f"object {key} is missing from the store {self._root}",
                remedy="restore the store from its back-up; everything below it must be kept",
            ) from error
        except (OSError, BaseError) as error:
            raise self._unavailable(error) from error

    def exists(self, key: str) -> bool:
        return (self._root / key).is_file()

    def keys(self, prefix: str) -> Iterator[str]:
        try:
            found = [m["path"] for batch in obstore.list(self._store, prefix) for m in batch]
        except (OSError, BaseError) as error:
            raise self._unavailable(error) from error
        yield from sorted(found)

    def delete(self, key: str) -> None:
        try:
            obstore.delete(self._store, key)
        except (Missing, FileNotFoundError):
            return
        except (OSError, BaseError) as error:
            raise self._unavailable(error) from error

    def _sync(self, key: str) -> None:
        path = self._root / key
        for target in (path, path.parent):
            descriptor = os.open(target, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def _unavailable(self, error: Exception) -> UnavailableError:
        return UnavailableError(
            f"the store {self._root} cannot be used: {error}",
            remedy="check that the folder exists, can be written and that the disk has space",
        )
