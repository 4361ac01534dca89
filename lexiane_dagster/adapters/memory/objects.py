"""Objects in a dictionary: for tests, and for runs that must change nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from lexiane_dagster.domain.errors import NotFoundError
from lexiane_dagster.ports.object_store import ObjectStore


class MemoryObjectStore:
    """The `ObjectStore` port in memory."""

    def __init__(self) -> None:
        self._objects: dict[str, bytes] = {}
        self._written: dict[str, str] = {}
        self._lock = Lock()

    def put(self, key: str, data: bytes) -> bool:
        with self._lock:
            if key in self._objects:
                return False
            self._objects[key] = data
            moment = datetime.now(UTC).isoformat(timespec="milliseconds")
            self._written[key] = moment.replace("+00:00", "Z")
            return True

    def put_file(self, key: str, path: Path) -> bool:
        return self.put(key, path.read_bytes())

    def get(self, key: str) -> bytes:
        try:
            return self._objects[key]
        except KeyError:
            raise NotFoundError(
                f"object {key} is missing from memory", remedy="build the corpus again"
            ) from None

    def exists(self, key: str) -> bool:
        return key in self._objects

    def written(self, key: str) -> str:
        self.get(key)
        return self._written[key]

    def keys(self, prefix: str) -> Iterator[str]:
        yield from sorted(key for key in list(self._objects) if key.startswith(prefix))

    def delete(self, key: str) -> None:
        with self._lock:
            self._objects.pop(key, None)


class OverlayObjectStore:
    """Reads `base`, writes to memory: what `plan` works on."""

    def __init__(self, base: ObjectStore) -> None:
        self._base = base
        self._layer = MemoryObjectStore()

    def put(self, key: str, data: bytes) -> bool:
        return not self._base.exists(key) and self._layer.put(key, data)

    def put_file(self, key: str, path: Path) -> bool:
        return not self._base.exists(key) and self._layer.put_file(key, path)

    def get(self, key: str) -> bytes:
        return self._layer.get(key) if self._layer.exists(key) else self._base.get(key)

    def exists(self, key: str) -> bool:
        return self._layer.exists(key) or self._base.exists(key)

    def written(self, key: str) -> str:
        return (self._layer if self._layer.exists(key) else self._base).written(key)

    def keys(self, prefix: str) -> Iterator[str]:
        yield from sorted({*self._layer.keys(prefix), *self._base.keys(prefix)})

    def delete(self, key: str) -> None:
        self._layer.delete(key)
