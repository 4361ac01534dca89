"""Verifying a project, step by step.

Nothing that is stored is believed. The public keys come from the leaves, the leaves are bound by the
checkpoints, and the checkpoints by whoever remembers one (`since`); everything else hangs from the
leaves. A damaged thing is a problem of its step, and the walk goes on with what is left.

 1. `database`: its own files are whole; it holds the tables that it should, and no triggers.
 2. `entries`: leaves are numbered without a gap, each is an entry, its columns repeat what it says.
 3. `keys`: leaf 0 is a key, all are of one origin, the table of keys repeats the leaves.
 4. `tree`: every node of the Merkle tree is computed anew; none is missing, none is too many.
 5. `checkpoints`: each is signed by the keys that were valid, over the root of its leaves; each append
    has one, and the newest covers every leaf.
 6. `records`: each value that a leaf commits to is there and fits, or an erasure leaf covers it.
 7. `statements`: each envelope is signed with a key of the ledger, and about the version of its leaf.
 8. `versions`: catalog and leaves agree in both directions, manifests have the digests that name them,
    releases point where the promotions lead.
 9. `tables`: the tables of each version hold its roots and counts, and `text[start:end]` is the chunk;
    rows are gone only where an erasure leaf says so.
10. `embeddings`: the archive gives, for the text of each chunk, the vector that the version holds.
11. `indexes`: index files are, byte for byte, what a rebuild from the tables gives.
12. `objects`: each file of the store has its digest and a known name, no document's bytes or text are
    missing.
13. `memo`: what is remembered stands under the key that belongs to it.

With a remembered checkpoint, `since` comes first: the ledger of today extends the one of that day. The
other steps then look at what came after it only; `memo` is left out.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lexiane_dagster.application.backends import Backends
from lexiane_dagster.application.verification.content import ContentWalk
from lexiane_dagster.application.verification.facts import Facts
from lexiane_dagster.application.verification.findings import Findings
from lexiane_dagster.application.verification.frontier import Frontier
from lexiane_dagster.application.verification.keys import check_keys
from lexiane_dagster.application.verification.ledger import (
    check_checkpoints,
    check_entries,
    check_tree,
)
from lexiane_dagster.application.verification.memo import check_memo
from lexiane_dagster.application.verification.objects import ObjectsWalk
from lexiane_dagster.application.verification.records import check_records
from lexiane_dagster.application.verification.since import check_since
from lexiane_dagster.application.verification.statements import check_statements
from lexiane_dagster.application.verification.versions import Listed, check_versions, listed
from lexiane_dagster.domain.ledger.checkpoint import SignedCheckpoint
from lexiane_dagster.domain.ledger.entry import ERASURE
from lexiane_dagster.domain.report import Report, Step
from lexiane_dagster.ports.analyzer import Analyzer
from lexiane_dagster.ports.audit import Rows
from lexiane_dagster.ports.ledger import Ledger
from lexiane_dagster.ports.progress import Progress

DATABASE_STEPS = (
    "database",
    "entries",
    "keys",
    "tree",
    "checkpoints",
    "records",
    "statements",
)
NOT_CHECKED = "not checked: the catalog cannot be read"


@dataclass(slots=True)
class _Database:
    """What the steps over the database leave to the others."""

    facts: Facts
    listed: Listed | None = None


def verify_ledger(
    backends: Backends, progress: Progress, since: SignedCheckpoint | None = None
) -> Report:
    """The steps over the database alone: leaves, keys, tree, checkpoints, records, statements."""
    return Report(tuple(_database_steps(_Database(Facts()), backends, progress, since)))


def verify(
    backends: Backends,
    analyzer_for: Callable[[str], Analyzer],
    progress: Progress,
    since: SignedCheckpoint | None = None,
) -> Report:
    """All steps. Never raises for what is stored; a database, file or row that cannot be read is a
    problem of its step.

    The store has no snapshots: what is erased while it is walked looks like damage. So where there are
    problems and the ledger speaks of a later erasure, everything is walked once more.
    """
    database, report = _walked(backends, analyzer_for, progress, since)
    if not report.ok and _erased_since(database, backends.ledger):
        _, report = _walked(backends, analyzer_for, progress, since)
    return report


def _walked(
    backends: Backends,
    analyzer_for: Callable[[str], Analyzer],
    progress: Progress,
    since: SignedCheckpoint | None,
) -> tuple[_Database, Report]:
    database = _Database(Facts())
    steps = _database_steps(database, backends, progress, since)
    report = Report((*steps, *_store_steps(database, backends, analyzer_for, progress)))
    return database, report


def _erased_since(database: _Database, ledger: Ledger) -> bool:
    """True when an erasure leaf came after the state of the database that was walked."""
    if database.listed is None:
        return False
    unread = Findings("database")
    with unread.item("the erasures"):
        return any(index >= database.facts.size for index in ledger.find(ERASURE))
    return False


def _database_steps(
    database: _Database, backends: Backends, progress: Progress, since: SignedCheckpoint | None
) -> list[Step]:
    """All within one state of the database: writers go on meanwhile."""
    steps: list[Step] = []
    unread = Findings("database")
    with unread.item("the catalog"), backends.audit.snapshot() as rows:
        for step in _walk_database(rows, database, backends, progress, since):
            steps.append(step)  # noqa: PERF402
    if steps and unread.step().problems:
        steps[0] = Step("database", steps[0].checked, (*steps[0].problems, *unread.step().problems))
    elif not steps:
        steps.append(unread.step())
    done = {step.name for step in steps}
    return steps + [Step(name, 0, (NOT_CHECKED,)) for name in DATABASE_STEPS if name not in done]


def _walk_database(
    rows: Rows,
    database: _Database,
    backends: Backends,
    progress: Progress,
    since: SignedCheckpoint | None,
) -> Iterator[Step]:
    facts, keyring = database.facts, backends.keyring
    yield _check_database(rows)
    facts.size = rows.size()
    frontier = Frontier()
    if since is not None:
        step, frontier = check_since(rows, since, facts, keyring)
        yield step
    left = facts.size - facts.start
    with progress.stage("entries", left) as advance:
        yield check_entries(rows, facts, advance)
    step, keys = check_keys(rows, facts, keyring)
    yield step
    with progress.stage("tree", left) as advance:
        yield check_tree(rows, facts, frontier.copy(), advance)
    with progress.stage("checkpoints", left) as advance:
        yield check_checkpoints(rows, facts, keys, frontier, keyring, advance)
    with progress.stage("records", left) as advance:
        yield check_records(rows, facts, advance)
    with progress.stage("statements", len(facts.statements)) as advance:
        yield check_statements(rows, facts, keys, keyring, advance)
    database.listed = listed(rows, facts)


def _check_database(rows: Rows) -> Step:
    found = Findings("database")
    with found.item("the catalog"):
        found.checked += 1
        for line in rows.damage():
            found.problem(line)
    return found.step()


def _store_steps(
    database: _Database,
    backends: Backends,
    analyzer_for: Callable[[str], Analyzer],
    progress: Progress,
) -> Iterator[Step]:
    facts, read = database.facts, database.listed is not None
    listing = database.listed or Listed((), (), {})
    step, manifests = check_versions(listing, facts, backends.objects)
    yield step if read else Step("versions", 0, (NOT_CHECKED,))
    content = ContentWalk(backends, analyzer_for, (entry for _, entry in facts.erasures))
    objects = ObjectsWalk(backends.objects)
    content.walk(manifests, progress)
    with progress.stage("objects", None) as advance:
        if facts.start:
            objects.check(content.referenced)
        else:
            objects.walk(advance)
            objects.need(content.referenced)
    if read and not facts.start:
        _find_strays(facts, content, objects, backends)
    yield from (content.tables.step(), content.embeddings.step(), content.indexes.found.step())
    yield objects.step()
    if not facts.start:
        yield check_memo(backends.memo, manifests, objects.snapshots)


def _find_strays(
    facts: Facts, content: ContentWalk, objects: ObjectsWalk, backends: Backends
) -> None:
    """Manifests and index files of versions that the ledger does not know."""

    def listed_now(digest: str) -> bool:
        return bool(backends.catalog.matching(digest, None))

    names = {name.partition("@")[2] for name in facts.versions.keys() | facts.collected}
    with objects.found.item("the manifests"):
        objects.own(names, listed_now)
    with content.indexes.found.item("the index folders"):
        content.indexes.check_folders(names, listed_now)
