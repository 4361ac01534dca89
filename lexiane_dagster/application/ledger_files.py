"""The ledger as files in the layout of C2SP tlog-tiles, each checked against the signed head."""

from collections.abc import Iterator, Sequence
from itertools import islice

from lexiane_dagster.domain.errors import IntegrityError
from lexiane_dagster.domain.ledger.checkpoint import Checkpoint, verifier_key
from lexiane_dagster.domain.ledger.tiles import (
    HEIGHT,
    WIDTH,
    Bundle,
    Tile,
    bundle_bytes,
    bundles_of,
    tiles_of,
)
from lexiane_dagster.domain.merkle import leaf_hash
from lexiane_dagster.domain.proofs import Nodes, Tree, tree_root
from lexiane_dagster.ports.ledger import Ledger, LedgerKey, StoredEntry

File = tuple[str, bytes]
KEYS = "keys"


def tile_files(ledger: Ledger, head: Checkpoint, since: int = 0) -> Iterator[File]:
    """(path, bytes) of each tile and bundle of `head` that an export of `since` leaves lacks.

    Raises:
        IntegrityError: the leaves do not lead to the root of `head`.
    """
    entries = ledger.entries(since - since % WIDTH, head.size)
    tree = Tree(())
    for bundle in bundles_of(head.size, since):
        held = _leaves(entries, bundle)
        tree = Tree(map(leaf_hash, held))
        if bundle.width == WIDTH and tree.root != ledger.node(HEIGHT, bundle.index):
            raise _damaged(bundle)
        yield bundle.path, bundle_bytes(held)
        hashes = (tree.node(0, at) for at in range(bundle.width))
        yield Tile(0, bundle.index, bundle.width).path, b"".join(hashes)
    if tree_root(_nodes(ledger, head.size, tree), head.size) != head.root:
        raise _damaged(Bundle((head.size - 1) // WIDTH))
    for tile in tiles_of(head.size, since):
        if tile.level:
            level, first = tile.level * HEIGHT, tile.index * WIDTH
            hashes = (ledger.node(level, first + at) for at in range(tile.width))
            yield tile.path, b"".join(hashes)


def key_files(keys: Sequence[LedgerKey]) -> list[File]:
    """A C2SP verifier key for each key that was ever valid, named by the leaf it signs from."""
    return [
        (f"{KEYS}/{key.index:09}", f"{verifier_key(key.origin, key.public_key)}\n".encode())
        for key in keys
    ]


def _leaves(entries: Iterator[StoredEntry], bundle: Bundle) -> list[bytes]:
    found = list(islice(entries, bundle.width))
    start = bundle.index * WIDTH
    if [stored.index for stored in found] != list(range(start, start + bundle.width)):
        raise _damaged(bundle)
    return [stored.data for stored in found]


def _nodes(ledger: Ledger, size: int, last: Tree) -> Nodes:
    """Nodes of the whole tree; those below the last, partial tile come from its own leaves."""
    first = size // WIDTH

    def node(level: int, index: int) -> bytes:
        if level >= HEIGHT:
            return ledger.node(level, index)
        return last.node(level, index - (first << (HEIGHT - level)))

    return node


def _damaged(bundle: Bundle) -> IntegrityError:
    start = bundle.index * WIDTH
    return IntegrityError(
        f"the leaves of the ledger from {start} on do not lead to the signed checkpoint",
        remedy="run `lexiane verify`, and restore the catalog from its back-up",
    )
