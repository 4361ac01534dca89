"""Carrying a planned erasure out (docs/erasure.md)."""

from lexiane_dagster.application.attest import reissue_event
from lexiane_dagster.application.backends import Backends
from lexiane_dagster.application.derive import derived_folder, remove_derived, sweep
from lexiane_dagster.application.erasure.collecting import collecting
from lexiane_dagster.application.erasure.documents import Traces
from lexiane_dagster.application.erasure.frozen import frozen_terms, keep_frozen, keep_only
from lexiane_dagster.application.erasure.holdings import Holding, version_holdings
from lexiane_dagster.application.erasure.leaves import covered, erasure_events
from lexiane_dagster.application.erasure.plan import ErasurePlan
from lexiane_dagster.application.erasure.sweep import sweep_unnamed
from lexiane_dagster.application.preserve import object_key

# The order in which tables lose rows. Vectors first: their leaf hashes need the ids of all chunks.
# Documents last: they lead to what else there is to remove.
_HIDING = ("vectors", "chunks", "waived", "documents")


def erase(plan: ErasurePlan, backends: Backends) -> tuple[int, ...]:
    """Carry a plan out; returns the indexes of the erasure leaves.

    A crash at any instant leaves a state from which the same command, run again, finishes.
    """
    for version, kept in plan.frozen.items():
        keep_frozen(version, kept, backends.objects)
    leaves = _tell(plan, backends)
    if not plan.wanted.documents:
        return leaves
    found, tables = plan.traces, backends.tables
    for kind in _HIDING:
        for redaction in found.redactions.values():
            if redaction.kind == kind:
                tables.hide(redaction)
    backends.memo.clear()
    if found.texts:
        backends.archive.remove(found.texts)
    _remove_objects(found, backends)
    for holding in version_holdings(backends):
        if holding.corpus in plan.wanted.corpora:
            _finish(holding, backends)
    for kind in _HIDING:
        for redaction in found.redactions.values():
            if redaction.kind == kind:
                tables.rewrite(kind, redaction.root)
    for holding in found.versions:
        # A reader that began before may have put index files with the document in place.
        remove_derived(derived_folder(backends, holding.name.partition("@")[2]))
    sweep_unnamed(backends)
    if backends.derived.is_dir():
        sweep(backends.derived)
    return leaves


def _tell(plan: ErasurePlan, backends: Backends) -> tuple[int, ...]:
    """The ledger first: what goes after this is covered."""
    reason = plan.wanted.reason
    events = [
        event
        for kind, items in plan.fields.items()
        for event in erasure_events(
            kind, items, plan.tables if kind == "document" else (), reason=reason
        )
    ]
    signer = backends.ledger.signer() if plan.statements else None
    again = [
        reissue_event(item.leaf, item.envelope, item.erased, signer)
        for item in plan.statements
        if signer is not None
    ]
    fields = covered(item for items in plan.fields.values() for item in items)
    if not events and not again and not fields:
        backends.ledger.forget_erased()
        return ()
    appended = backends.ledger.erase([*events, *again], fields)
    return appended.indexes[: len(events)]


def _remove_objects(found: Traces, backends: Backends) -> None:
    keys = [
        *(object_key(digest) for digest in sorted(found.objects)),
        *(key for table in found.unlinked for key in backends.tables.keys(*table)),
    ]
    needed = _needed(found, backends)
    with collecting(keys, backends.objects):
        for key in keys:
            if key not in needed:
                backends.objects.delete(key)


def _needed(found: Traces, backends: Backends) -> set[str]:
    """Keys that a build has come to need since the plan was made."""
    return {
        object_key(digest)
        for root in backends.tables.roots("documents")
        if ("documents", root) not in found.unlinked
        for row in backends.tables.documents(root)
        for digest in (row.raw_digest, row.text_digest)
        if digest in found.objects
    }


def _finish(holding: Holding, backends: Backends) -> None:
    """Whatever an erasure, this one or one that was interrupted, leaves to do for a version."""
    manifest = holding.manifest
    if manifest is None:
        return
    lost = backends.tables.redaction("chunks", manifest.chunks)
    frozen = frozen_terms(manifest, backends.objects, lost.digest) if lost else None
    keep_only(manifest.digest, frozen, backends.objects)
    if lost is not None:
        remove_derived(derived_folder(backends, manifest.digest))
    for kind, root in sorted(holding.tables, key=lambda table: _HIDING.index(table[0])):
        if backends.tables.redaction(kind, root) is not None:
            backends.tables.rewrite(kind, root)
