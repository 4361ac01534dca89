"""The steps over leaves, keys, tree and checkpoints."""

from collections.abc import Callable

from lexiane_dagster.application.verification.facts import Facts
from lexiane_dagster.application.verification.findings import Findings
from lexiane_dagster.application.verification.frontier import Frontier
from lexiane_dagster.application.verification.keys import ValidKeys
from lexiane_dagster.domain.ledger.checkpoint import SignedCheckpoint
from lexiane_dagster.domain.merkle import leaf_hash
from lexiane_dagster.domain.report import Step
from lexiane_dagster.ports.audit import Rows
from lexiane_dagster.ports.keyring import Keyring
from lexiane_dagster.ports.ledger import StoredEntry

BATCH = 1024
# Leaves; a larger gap is somebody's attempt to keep the walk busy for ever.
GAP = 100_000
Advance = Callable[[int], None]


def check_entries(rows: Rows, facts: Facts, advance: Advance) -> Step:
    """Leaves are numbered without a gap, each is an entry, and its columns repeat what it says.

    Where the numbers have a gap that no accident leaves, the walk ends before it.
    """
    found = Findings("entries")
    expected, before = facts.start, ""
    with found.item("the leaves"):
        for stored in rows.leaves(facts.lowest):
            if not expected <= stored.index < expected + GAP:
                found.problem(
                    f"leaf {stored.index} is numbered out of order: {expected} comes next"
                )
                if stored.index < expected:
                    continue
                break
            for missing in range(expected, stored.index):
                found.problem(f"leaf {missing} is missing")
                facts.hashes += bytes(32)
                facts.begins.append(1)
            facts.hashes += leaf_hash(stored.data)
            at = _check_entry(found, facts, stored)
            facts.begins.append(at != before)
            expected, before = stored.index + 1, at
            found.checked += 1
            advance(1)
    facts.size = expected
    return found.step()


def _check_entry(found: Findings, facts: Facts, stored: StoredEntry) -> str:
    """The time that the entry says, or nothing where it is none."""
    with found.item(f"leaf {stored.index}"):
        entry = stored.entry
        for name, says, repeated in (
            ("type", entry.type, stored.type),
            ("corpus", entry.corpus, stored.corpus),
            ("version", entry.version, stored.version),
        ):
            found.require(
                says == repeated,
                f"leaf {stored.index}: its column {name} says {repeated!r}, its bytes {says!r}",
            )
        facts.learn(stored.index, entry)
        return entry.at
    return ""


def check_tree(rows: Rows, facts: Facts, frontier: Frontier, advance: Advance) -> Step:
    """Every node is what the leaves below it give, none is missing and none is too many."""
    found = Findings("tree")
    with found.item("the nodes"):
        for start in range(facts.start, facts.size, BATCH):
            stop = min(start + BATCH, facts.size)
            levels = frontier.grow(facts.hash(leaf) for leaf in range(start, stop))
            for level, (first, computed) in enumerate(levels):
                _compare(found, rows, level, first, computed)
                found.checked += len(computed)
            advance(stop - start)
        for level, position in rows.stray_nodes(facts.size):
            found.problem(f"node {position} of level {level} is too many")
    return found.step()


def _compare(found: Findings, rows: Rows, level: int, first: int, computed: list[bytes]) -> None:
    stored = dict(rows.nodes(level, first, first + len(computed)))
    for position, value in enumerate(computed, start=first):
        where = f"node {position} of level {level}"
        if position not in stored:
            found.problem(f"{where} is missing")
        else:
            found.require(stored[position] == value, f"{where} is not the hash of what is below it")


def check_checkpoints(
    rows: Rows,
    facts: Facts,
    keys: ValidKeys,
    frontier: Frontier,
    keyring: Keyring,
    advance: Advance,
) -> Step:
    """Every checkpoint is signed by the keys of its size, over the root of that many leaves; each
    append has one, and the newest covers all leaves. `frontier` stands at the first leaf."""
    found = Findings("checkpoints")
    expected = facts.start + 1
    rotations = {key.index + 1 for key in keys.keys[1:] if key.index >= facts.start}
    with found.item("the checkpoints"):
        for size, note in rows.checkpoints(facts.start + 1 if facts.start else facts.lowest):
            if size < expected:
                found.problem(f"checkpoint {size} is over no leaves")
                continue
            _uncovered(found, facts, expected, size)
            expected = size + 1
            rotations.discard(size)
            found.checked += 1
            if size > facts.size:
                found.problem(
                    f"checkpoint {size} is over more leaves than the {facts.size} there are"
                )
                continue
            advance(size - frontier.size)
            frontier.grow(facts.hash(leaf) for leaf in range(frontier.size, size))
            _check_note(found, size, note, frontier.root(), keys, keyring)
    for size in sorted(rotations):
        found.problem(f"checkpoint {size}, in which one key hands over to the next, is missing")
    if facts.size >= expected:
        _uncovered(found, facts, expected, facts.size)
        found.problem(
            f"leaf {facts.size - 1} has no checkpoint over it: the newest covers {expected - 1}"
        )
    return found.step()


def _uncovered(found: Findings, facts: Facts, expected: int, size: int) -> None:
    """Sizes without a checkpoint at which another append began."""
    for missing in range(expected, min(size, facts.size)):
        if facts.begins[missing - facts.start]:
            found.problem(f"checkpoint {missing} is missing")


def _check_note(
    found: Findings, size: int, note: str, root: bytes, keys: ValidKeys, keyring: Keyring
) -> None:
    where = f"checkpoint {size}"
    with found.item(where):
        signed = SignedCheckpoint.from_note(note)
        head = signed.checkpoint
        found.require(signed.note() == note, f"{where} is not written as a signed note")
        found.require(head.size == size, f"{where} says that it is over {head.size} leaves")
        found.require(head.root == root, f"{where} has another root than the first {size} leaves")
        found.require(
            head.origin == keys.origin,
            f"{where} is of the origin {head.origin!r}, not of this ledger",
        )
        wanted = keys.at(size)
        for key in wanted:
            found.require(
                signed.signed_by([key], keyring.verify) is not None,
                f"{where} is not signed by the key {key.hex()[:16]}, which was valid then",
            )
        found.require(
            len(signed.signatures) == len(wanted), f"{where} has a signature of nobody known"
        )
