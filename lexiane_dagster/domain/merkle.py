"""Merkle tree hashes of lists, as RFC 6962 section 2.1 defines them (leaf `00‖x`, node `01‖l‖r`)."""

import hashlib
from collections.abc import Iterable

EMPTY_ROOT = hashlib.sha256(b"").hexdigest()


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def merkle_root(leaves: Iterable[bytes]) -> str:
    """Root of the tree over `leaves` in the order given, in hex; memory grows with log2 of the count."""
    return root_of_hashes(leaf_hash(leaf) for leaf in leaves)


def root_of_hashes(leaf_hashes: Iterable[bytes]) -> str:
    """The same from the hashes of the leaves."""
    # One complete subtree per set bit of the count so far, largest first.
    stack: list[bytes] = []
    for merged, node in enumerate(leaf_hashes, start=1):
        while merged & 1 == 0:
            node = node_hash(stack.pop(), node)
            merged >>= 1
        stack.append(node)
    if not stack:
        return EMPTY_ROOT
    root = stack.pop()
    while stack:
        root = node_hash(stack.pop(), root)
    return root.hex()
