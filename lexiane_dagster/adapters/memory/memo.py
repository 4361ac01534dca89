"""Memos in a dictionary."""

from collections.abc import Iterable, Iterator, Mapping

from lexiane_dagster.ports.memo import Memo


class MemoryMemo:
    """The `Memo` port in memory; what `base` knows is known here too, and it is never written."""

    def __init__(self, base: Memo | None = None) -> None:
        self._base = base
        self._values: dict[tuple[str, str], bytes] = {}

    def get_many(self, namespace: str, keys: Iterable[str]) -> dict[str, bytes]:
        keys = list(keys)
        found = self._base.get_many(namespace, keys) if self._base else {}
        own = {
            key: self._values[namespace, key] for key in keys if (namespace, key) in self._values
        }
        return {**found, **own}

    def put_many(self, namespace: str, values: Mapping[str, bytes]) -> None:
        for key, value in values.items():
            self._values.setdefault((namespace, key), value)

    def items(self, namespace: str) -> Iterator[tuple[str, bytes]]:
        below = dict(self._base.items(namespace)) if self._base else {}
        own = {key: value for (name, key), value in self._values.items() if name == namespace}
        yield from sorted((below | own).items())

    def clear(self) -> None:
        self._values.clear()
        self._base = None
