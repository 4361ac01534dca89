"""Appending leaves inside a transaction that already holds the writer's lock."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import sqlalchemy as sa

from lexiane_dagster.adapters.sql.schema import checkpoints, fields, keys, ledger, nodes
from lexiane_dagster.domain.canonical import Json
from lexiane_dagster.domain.errors import IntegrityError
from lexiane_dagster.domain.ledger.checkpoint import Checkpoint, SignedCheckpoint, sign
from lexiane_dagster.domain.ledger.commitment import OPENING_BYTES
from lexiane_dagster.domain.ledger.entry import KEY, Event, entry_of
from lexiane_dagster.domain.merkle import leaf_hash, node_hash
from lexiane_dagster.domain.proofs import tree_root
from lexiane_dagster.ports.clock import Clock
from lexiane_dagster.ports.entropy import Entropy
from lexiane_dagster.ports.keyring import Keyring, Signer
from lexiane_dagster.ports.ledger import Appended

Row = dict[str, object]
Nodes = dict[tuple[int, int], bytes]

# Made once: SQLAlchemy takes longer to make and to recognise a statement than SQLite to carry it out.
_NEWEST_LEAF = sa.select(sa.func.max(ledger.c.leaf))
_NEWEST_KEY = sa.select(keys.c.origin, keys.c.public_key).order_by(keys.c.leaf.desc()).limit(1)
_NEW_ROWS = {table: table.insert() for table in (ledger, nodes, fields, keys, checkpoints)}


@dataclass(frozen=True, slots=True)
class Appender:
    """What an append needs besides a transaction. `origin` names a ledger that is still empty."""

    keyring: Keyring
    clock: Clock
    entropy: Entropy
    origin: str | None

    def append(self, connection: sa.Connection, events: Sequence[Event]) -> Appended:
        """Append `events`; the first of an empty ledger come after the leaf of its key."""
        at, size = self.clock.now(), ledger_size(connection)
        origin, signer = self._current(connection)
        if size == 0:
            events = [_key_event(origin, signer.public_key), *events]
        tree = self._insert(connection, size, at, origin, events)
        indexes = tuple(range(size, size + len(events)))
        head = _sign(connection, origin, size + len(events), tree, [signer])
        return Appended(indexes[1:] if size == 0 else indexes, at, head)

    def signer(self, connection: sa.Connection) -> Signer:
        """The current key, which becomes leaf 0 of an empty ledger."""
        if ledger_size(connection) == 0:
            self.append(connection, ())
        return self._current(connection)[1]

    def rotate(self, connection: sa.Connection) -> Appended:
        """Append the leaf of a new key, covered by a checkpoint that both sign."""
        old = self.signer(connection)
        origin, size = self._current(connection)[0], ledger_size(connection)
        new = self.keyring.create()
        at = self.clock.now()
        tree = self._insert(connection, size, at, origin, [_key_event(origin, new.public_key)])
        head = _sign(connection, origin, size + 1, tree, [new, old])
        return Appended((size,), at, head)

    def _current(self, connection: sa.Connection) -> tuple[str, Signer]:
        found = connection.execute(_NEWEST_KEY).first()
        if found:
            return found.origin, self.keyring.load(found.public_key)
        # A key whose leaf a crash took away is used now; nobody else can be here.
        left = self.keyring.public_keys()
        signer = self.keyring.load(left[0]) if left else self.keyring.create()
        name = hashlib.sha256(signer.public_key).hexdigest()[:16]
        return self.origin or f"lexiane.local/{name}", signer

    def _insert(
        self,
        connection: sa.Connection,
        start: int,
        at: str,
        origin: str,
        events: Sequence[Event],
    ) -> Nodes:
        """Write everything but the checkpoint; returns the nodes that the new root is made of."""
        rows: list[Row] = []
        values: list[Row] = []
        hashes: list[bytes] = []
        for index, event in enumerate(events, start=start):
            openings = {path: self.entropy.token(OPENING_BYTES) for path in event.fields}
            entry = entry_of(event, at, openings)
            data = entry.to_bytes()
            hashes.append(leaf_hash(data))
            rows.append(
                {
                    "leaf": index,
                    "type": entry.type,
                    "corpus": entry.corpus,
                    "version": entry.version,
                    "data": data,
                }
            )
            values += [
                {"leaf": index, "path": path, "opening": openings[path], "value": value}
                for path, value in event.fields.items()
            ]
        new_keys: list[Row] = [
            {"leaf": index, "origin": origin, "public_key": public_key_of(event.body)}
            for index, event in enumerate(events, start=start)
            if event.type == KEY
        ]
        tree = _stored(connection, _complete(start))
        added = _grow(tree, start, hashes)
        for table, content in (
            (ledger, rows),
            (nodes, added),
            (fields, values),
            (keys, new_keys),
        ):
            if content:
                connection.execute(_NEW_ROWS[table], content)
        return tree


def ledger_size(connection: sa.Connection) -> int:
    newest = connection.execute(_NEWEST_LEAF).scalar()
    return 0 if newest is None else newest + 1


def public_key_of(body: Mapping[str, Json]) -> bytes:
    """The public key that the body of a `key` leaf introduces."""
    return base64.b64decode(str(body["public_key"]))


def _key_event(origin: str, public_key: bytes) -> Event:
    return Event(KEY, {"origin": origin, "public_key": base64.b64encode(public_key).decode()})


def _complete(size: int) -> list[tuple[int, int]]:
    """The complete subtrees that a tree of `size` leaves is made of."""
    return [(level, (size >> level) - 1) for level in range(size.bit_length()) if size >> level & 1]


@cache
def nodes_query(count: int) -> sa.Select[tuple[int, int, bytes]]:
    """Selects `count` nodes by `level0`, `position0`, `level1`, … Not by a list of pairs, for which SQLite
    reads the whole table."""
    return sa.select(nodes.c.level, nodes.c.position, nodes.c.hash).where(
        sa.or_(
            *(
                (nodes.c.level == sa.bindparam(f"level{number}"))
                & (nodes.c.position == sa.bindparam(f"position{number}"))
                for number in range(count)
            )
        )
    )


def _stored(connection: sa.Connection, wanted: Sequence[tuple[int, int]]) -> Nodes:
    """Stored subtree hashes by (level, position)."""
    if not wanted:
        return {}
    values = {
        f"{name}{number}": value
        for number, node in enumerate(wanted)
        for name, value in zip(("level", "position"), node, strict=True)
    }
    found = connection.execute(nodes_query(len(wanted)), values)
    tree = {(row.level, row.position): row.hash for row in found}
    if len(tree) < len(wanted):
        raise IntegrityError(
            "nodes of the ledger's tree are missing, so nothing can be appended",
            remedy="run `lexiane verify`, and restore the catalog from its back-up",
        )
    return tree


def _grow(tree: Nodes, size: int, hashes: Sequence[bytes]) -> list[Row]:
    """Rows of all nodes that come into being when `hashes` are appended to `size` leaves; they are
    added to `tree`, which holds those that the old root is made of."""
    added: list[Row] = []
    for index, found in enumerate(hashes, start=size):
        level, position, value = 0, index, found
        while True:
            tree[level, position] = value
            added.append({"level": level, "position": position, "hash": value})
            if position & 1 == 0:
                break
            value = node_hash(tree[level, position - 1], value)
            level, position = level + 1, position >> 1
    return added


def _sign(
    connection: sa.Connection, origin: str, size: int, tree: Nodes, signers: Sequence[Signer]
) -> SignedCheckpoint:
    root = tree_root(lambda level, position: tree[level, position], size)
    head = sign(
        Checkpoint(origin, size, root), [(signer.public_key, signer.sign) for signer in signers]
    )
    connection.execute(_NEW_ROWS[checkpoints], {"size": size, "note": head.note()})
    return head
