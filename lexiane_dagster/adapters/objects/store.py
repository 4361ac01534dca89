"""The object store over obstore: a local folder today, any bucket it knows by URL tomorrow."""

import os
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.exceptions import NotFoundError as Missing
from obstore.store import LocalStore

from lexiane_dagster.domain.errors import NotFoundError, UnavailableError
from lexiane_dagster.ports.object_store import ON_THE_WAY


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
        """Write aside, sync, and only then give the name: what has a name survives a power cut."""
        staged = f"{ON_THE_WAY}{uuid.uuid4().hex}"
        try:
            obstore.put(self._store, staged, data, use_multipart=False)
            self._sync(staged)
            created = self._name(staged, key)
            self._sync(key.rpartition("/")[0])
        except (OSError, BaseError) as error:
            raise self._unavailable(error) from error
        return created

    def _name(self, staged: str, key: str) -> bool:
        try:
            obstore.rename(self._store, staged, key, overwrite=False)
        except AlreadyExistsError:
            obstore.delete(self._store, staged)
            return False
        return True

    def get(self, key: str) -> bytes:
        try:
            return bytes(obstore.get(self._store, key).bytes())
        except (Missing, FileNotFoundError) as error:
            raise self._missing(key) from error
        except (OSError, BaseError) as error:
            raise self._unavailable(error) from error

    def written(self, key: str) -> str:
        try:
            moment: datetime = obstore.head(self._store, key)["last_modified"]
        except (Missing, FileNotFoundError) as error:
            raise self._missing(key) from error
        except (OSError, BaseError) as error:
            raise self._unavailable(error) from error
        return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def exists(self, key: str) -> bool:
        return os.access(f"{self._root}/{key}", os.F_OK)

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
        descriptor = os.open(self._root / key, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _missing(self, key: str) -> NotFoundError:
        return NotFoundError(
            f"object {key} is missing from the store {self._root}",
            remedy="restore the store from its back-up; everything below it must be kept",
        )

    def _unavailable(self, error: Exception) -> UnavailableError:
        return UnavailableError(
            f"the store {self._root} cannot be used: {error}",
            remedy="check that the folder exists, can be written and that the disk has space",
        )
