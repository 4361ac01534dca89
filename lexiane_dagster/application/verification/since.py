"""The step that holds the ledger of today against a remembered checkpoint."""

from lexiane_dagster.application.verification.facts import Facts
from lexiane_dagster.application.verification.findings import Findings
from lexiane_dagster.application.verification.frontier import Frontier
from lexiane_dagster.application.verification.keys import ValidKeys
from lexiane_dagster.domain.ledger.checkpoint import SignedCheckpoint
from lexiane_dagster.domain.ledger.entry import ERASURE, KEY, PROMOTION, VERSION
from lexiane_dagster.domain.merkle import leaf_hash
from lexiane_dagster.domain.proofs import (
    Nodes,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    root_from_inclusion,
    tree_root,
)
from lexiane_dagster.domain.report import Step
from lexiane_dagster.ports.audit import Rows
from lexiane_dagster.ports.keyring import Keyring

# What later leaves and rows are judged by, however old it is.
NEEDED = (KEY, VERSION, PROMOTION, ERASURE)


def check_since(
    rows: Rows, remembered: SignedCheckpoint, facts: Facts, keyring: Keyring
) -> tuple[Step, Frontier]:
    """The ledger extends the remembered one: it is no shorter, has that root at that size, a
    consistency proof leads from there to the newest checkpoint, and a key of the ledger signed.

    Where all this holds, `facts.start` becomes the remembered size, older leaves that count are
    learned (each proven to be below the remembered root), and the frontier stands there. Elsewhere
    the walk begins at the first leaf.
    """
    found, head = Findings("since"), remembered.checkpoint
    found.checked += 1
    _check_origin(found, rows, remembered, facts)
    older, frontier = Facts(), Frontier()
    if facts.size < head.size:
        found.problem(
            f"roll-back: the ledger has {facts.size} leaves, the remembered checkpoint is over {head.size}"
        )
        return found.step(), frontier
    with found.item("the remembered checkpoint"):
        nodes = _stored(rows)
        frontier = Frontier(head.size, _complete(nodes, head.size))
        if found.require(
            tree_root(nodes, head.size) == head.root,
            f"fork: the first {head.size} leaves have another root than the remembered checkpoint says",
        ):
            _check_consistency(found, rows, remembered, nodes)
            _learn(found, rows, remembered, nodes, older)
            _check_signature(found, rows, remembered, older, keyring)
    step = found.step()
    if not step.ok:
        return step, Frontier()
    facts.start, facts.keys, facts.versions = head.size, older.keys, older.versions
    facts.promotions, facts.erasures, facts.collected = (
        older.promotions,
        older.erasures,
        older.collected,
    )
    return step, frontier


def _check_origin(found: Findings, rows: Rows, remembered: SignedCheckpoint, facts: Facts) -> None:
    """The newest checkpoint bears the same name; otherwise a fork or a roll-back is only a mix-up."""
    with found.item("the newest checkpoint"):
        for _, note in rows.checkpoints(facts.size):
            origin = SignedCheckpoint.from_note(note).checkpoint.origin
            found.require(
                origin == remembered.checkpoint.origin,
                f"the remembered checkpoint is of another ledger, {remembered.checkpoint.origin!r}, "
                f"than this one, {origin!r}",
            )


def _stored(rows: Rows) -> Nodes:
    def node(level: int, position: int) -> bytes:
        found = next(rows.nodes(level, position, position + 1), None)
        if found is None:
            raise ValueError(f"node {position} of level {level} is missing")
        return found[1]

    return node


def _complete(nodes: Nodes, size: int) -> dict[int, bytes]:
    levels = [level for level in range(size.bit_length()) if size >> level & 1]
    return {level: nodes(level, (size >> level) - 1) for level in levels}


def _check_consistency(
    found: Findings, rows: Rows, remembered: SignedCheckpoint, nodes: Nodes
) -> None:
    head, notes = remembered.checkpoint, list(rows.checkpoints(remembered.checkpoint.size))
    if not notes:
        found.problem(f"no checkpoint over {head.size} leaves or more is left")
        return
    newest = SignedCheckpoint.from_note(notes[-1][1]).checkpoint
    proof = consistency_proof(nodes, head.size, newest.size)
    found.require(
        is_consistent(head.size, newest.size, head.root, newest.root, proof),
        f"fork: the newest checkpoint, over {newest.size} leaves, does not extend the remembered one",
    )


def _learn(
    found: Findings, rows: Rows, remembered: SignedCheckpoint, nodes: Nodes, older: Facts
) -> None:
    head = remembered.checkpoint
    stored = [leaf for kind in NEEDED for leaf in rows.leaves_of(kind, head.size)]
    for leaf in sorted(stored, key=lambda leaf: leaf.index):
        found.checked += 1
        proof = inclusion_proof(nodes, leaf.index, head.size)
        if found.require(
            root_from_inclusion(leaf_hash(leaf.data), leaf.index, head.size, proof) == head.root,
            f"leaf {leaf.index} is not the one that the remembered checkpoint covers",
        ):
            older.learn(leaf.index, leaf.entry)


def _check_signature(
    found: Findings, rows: Rows, remembered: SignedCheckpoint, older: Facts, keyring: Keyring
) -> None:
    keys = ValidKeys.of(older)
    found.require(
        remembered.checkpoint.origin == keys.origin,
        f"the remembered checkpoint is of another ledger, {remembered.checkpoint.origin!r}",
    )
    found.require(
        remembered.signed_by([key.public_key for key in keys.keys], keyring.verify) is not None,
        "the remembered checkpoint is not signed by any key of this ledger",
    )
