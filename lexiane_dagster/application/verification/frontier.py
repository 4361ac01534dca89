"""The complete subtrees of a growing tree: enough to compute every root and every new node."""

from collections.abc import Iterable, Mapping

from lexiane_dagster.domain.merkle import EMPTY_ROOT, node_hash


class Frontier:
    """A tree of `size` leaves, as one hash for each bit of its size."""

    def __init__(self, size: int = 0, complete: Mapping[int, bytes] | None = None) -> None:
        """`complete` has the subtree of each bit of `size`, by level."""
        self.size = size
        self._complete = dict(complete or {})

    def copy(self) -> "Frontier":
        return Frontier(self.size, self._complete)

    def grow(self, leaves: Iterable[bytes]) -> list[tuple[int, list[bytes]]]:
        """Append leaf hashes. The new nodes by level: position of the first one, hashes in order."""
        levels: list[tuple[int, list[bytes]]] = []
        for leaf in leaves:
            level, position, value = 0, self.size, leaf
            while True:
                if level == len(levels):
                    levels.append((position, []))
                levels[level][1].append(value)
                if position & 1 == 0:
                    break
                value = node_hash(self._complete.pop(level), value)
                level, position = level + 1, position >> 1
            self._complete[level] = value
            self.size += 1
        return levels

    def root(self) -> bytes:
        """RFC 6962: from the smallest subtree to the largest."""
        found: bytes | None = None
        for level in sorted(self._complete):
            value = self._complete[level]
            found = value if found is None else node_hash(value, found)
        return bytes.fromhex(EMPTY_ROOT) if found is None else found
