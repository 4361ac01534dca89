"""Inclusion and consistency proofs over RFC 6962 trees.

`Nodes` gives the hash of a complete subtree: level 0 are the leaf hashes, node `i` of level `l`
covers the leaves from `i·2^l` to `(i+1)·2^l`. Everything else is computed from those, so a proof
over n leaves reads O(log n) of them.
"""

from collections.abc import Callable, Iterable, Sequence

from lexiane_dagster.domain.merkle import EMPTY_ROOT, node_hash

Nodes = Callable[[int, int], bytes]


class Tree:
    """All nodes of a tree in memory, from its leaf hashes."""

    def __init__(self, leaf_hashes: Iterable[bytes]) -> None:
        self._levels = [list(leaf_hashes)]
        while len(below := self._levels[-1]) > 1:
            self._levels.append(
                [node_hash(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)]
            )

    @property
    def size(self) -> int:
        return len(self._levels[0])

    @property
    def root(self) -> bytes:
        return tree_root(self.node, self.size)

    def node(self, level: int, index: int) -> bytes:
        return self._levels[level][index]

    def inclusion_proof(self, index: int) -> list[bytes]:
        return inclusion_proof(self.node, index, self.size)


def tree_root(nodes: Nodes, size: int) -> bytes:
    """Root over the first `size` leaves."""
    return _range_hash(nodes, 0, size) if size else bytes.fromhex(EMPTY_ROOT)


def inclusion_proof(nodes: Nodes, index: int, size: int) -> list[bytes]:
    """`PATH(index, D[size])` of RFC 6962 section 2.1.1."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not among {size}")
    proof: list[bytes] = []
    start, stop = 0, size
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            proof.append(_range_hash(nodes, middle, stop))
            stop = middle
        else:
            proof.append(_range_hash(nodes, start, middle))
            start = middle
    return proof[::-1]


def consistency_proof(nodes: Nodes, first: int, second: int) -> list[bytes]:
    """`PROOF(first, D[second])` of RFC 6962 section 2.1.2; empty for `first` 0 or equal sizes."""
    if not 0 <= first <= second:
        raise ValueError(f"a tree of {second} leaves has no earlier one of {first}")
    if first in (0, second):
        return []
    proof: list[bytes] = []
    start, stop, whole = 0, second, True
    while first != stop:
        middle = start + _split(stop - start)
        if first <= middle:
            proof.append(_range_hash(nodes, middle, stop))
            stop = middle
        else:
            proof.append(_range_hash(nodes, start, middle))
            start, whole = middle, False
    if not whole:
        proof.append(_range_hash(nodes, start, stop))
    return proof[::-1]


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """The root that `proof` leads to from a leaf hash (RFC 9162 section 2.1.3.2); None: no proof."""
    if not 0 <= index < size:
        return None
    position, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return None
        if position & 1 or position == last:
            found = node_hash(step, found)
            while position & 1 == 0 and position != 0:
                position, last = position >> 1, last >> 1
        else:
            found = node_hash(found, step)
        position, last = position >> 1, last >> 1
    return found if last == 0 else None


def is_consistent(
    first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]
) -> bool:
    """True when the tree of `second` leaves begins with that of `first` (RFC 9162 section 2.1.4.2)."""
    if first == second:
        return not proof and first_root == second_root
    if first == 0:
        return not proof and first_root == bytes.fromhex(EMPTY_ROOT)
    path = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    if first > second or not path:
        return False
    position, last = first - 1, second - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    old = new = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while position & 1 == 0 and position != 0:
                position, last = position >> 1, last >> 1
        else:
            new = node_hash(new, step)
        position, last = position >> 1, last >> 1
    return old == first_root and new == second_root and last == 0


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def _range_hash(nodes: Nodes, start: int, stop: int) -> bytes:
    size = stop - start
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return nodes(level, start >> level)
    middle = start + _split(size)
    return node_hash(_range_hash(nodes, start, middle), _range_hash(nodes, middle, stop))
