"""The step over versions and releases: catalog, leaves and manifests say the same."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from lexiane_dagster.application.build_index import load_manifest
from lexiane_dagster.application.verification.facts import Facts
from lexiane_dagster.application.verification.findings import Findings
from lexiane_dagster.domain.canonical import canonical_bytes
from lexiane_dagster.domain.report import Step
from lexiane_dagster.domain.version import Manifest, full_name
from lexiane_dagster.ports.audit import Rows, StoredRelease, StoredVersion
from lexiane_dagster.ports.object_store import ObjectStore

PROVENANCE = "provenance"


@dataclass(frozen=True, slots=True)
class Listed:
    """What the catalog says, in the same state as the leaves; `provenance` by leaf."""

    versions: Sequence[StoredVersion]
    releases: Sequence[StoredRelease]
    provenance: dict[int, bytes]


def listed(rows: Rows, facts: Facts) -> Listed:
    """Read what the step needs while the database is open."""
    first = [leaf for leaf, _ in facts.versions.values()]
    fields = {leaf: rows.fields_of(leaf).get(PROVENANCE) for leaf in first}
    kept = {leaf: field.value for leaf, field in fields.items() if field is not None}
    return Listed(list(rows.versions()), list(rows.releases()), kept)


def check_versions(
    catalog: Listed, facts: Facts, objects: ObjectStore
) -> tuple[Step, list[Manifest]]:
    """Each version has a row and a leaf, its row repeats both leaf and manifest, and the manifest's
    bytes have the digest that is its name. Each release points where the promotions lead.

    The manifests that can be read are returned, those of older leaves than `facts.start` left out.
    """
    found = Findings("versions")
    manifests: list[Manifest] = []
    stored = {full_name(row.corpus, row.version): row for row in catalog.versions}
    for name in sorted(facts.versions.keys() | stored.keys()):
        leaf, at = facts.versions.get(name, (None, ""))
        row = stored.get(name)
        if name in facts.collected:
            found.require(
                row is None,
                f"version {name} was collected says the ledger, but it is in the catalog",
            )
            continue
        if leaf is not None and leaf < facts.start:
            found.require(row is not None, f"version {name} of leaf {leaf} is not in the catalog")
            continue
        found.checked += 1
        if leaf is None:
            found.problem(f"version {name} is in the catalog, but no leaf made it")
        elif row is None:
            found.problem(f"version {name} of leaf {leaf} is not in the catalog")
        else:
            found.require(
                row.created == at,
                f"version {name} was created {row.created} says the catalog, {at} says leaf {leaf}",
            )
            _check_provenance(found, name, row, catalog.provenance.get(leaf))
        with found.item(f"version {name}"):
            manifests.append(_checked_manifest(found, name, row, objects))
    for name, leaf in facts.unmade.items():
        found.problem(f"leaf {leaf} speaks of version {name}, which no leaf before it made")
    _check_releases(found, catalog.releases, facts)
    return found.step(), manifests


def _checked_manifest(
    found: Findings, name: str, row: StoredVersion | None, objects: ObjectStore
) -> Manifest:
    corpus, _, digest = name.partition("@")
    manifest = load_manifest(objects, digest)
    found.require(
        manifest.corpus == corpus, f"version {name} has a manifest of corpus {manifest.corpus!r}"
    )
    counts = (manifest.document_count, manifest.chunk_count)
    if row is not None:
        found.require(
            (row.documents, row.chunks) == counts,
            f"version {name} has {row.documents} documents and {row.chunks} chunks in the catalog, "
            f"{counts[0]} and {counts[1]} in its manifest",
        )
    return manifest


def _check_provenance(
    found: Findings, name: str, row: StoredVersion, committed: bytes | None
) -> None:
    if committed is None:
        return
    with found.item(f"version {name}: provenance in the catalog"):
        found.require(
            canonical_bytes(json.loads(row.provenance)) == committed,
            f"version {name} has another provenance in the catalog than its leaf commits to",
        )


def _check_releases(found: Findings, stored: Sequence[StoredRelease], facts: Facts) -> None:
    expected: dict[tuple[str, str], tuple[str, str]] = {}
    for move in facts.promotions:
        key = (move.corpus, move.release)
        before = expected[key][0] if key in expected else None
        found.require(
            move.before == before,
            f"leaf {move.leaf} moves release {move.release!r} of {move.corpus} away from "
            f"{move.before}, but it pointed at {before}",
        )
        expected[key] = (move.version, move.at)
    rows = {(row.corpus, row.name): row for row in stored}
    for key in sorted(expected.keys() | rows.keys()):
        found.checked += 1
        where, row = f"release {key[1]!r} of {key[0]}", rows.get(key)
        if key not in expected:
            found.problem(f"{where} is in the catalog, but no leaf moved it")
        elif row is None:
            found.problem(f"{where} is not in the catalog, but leaves moved it")
        else:
            said = (full_name(row.corpus, row.version), row.moved)
            found.require(
                said == expected[key],
                f"{where} points at {said[0]} since {said[1]}, the promotions lead to "
                f"{expected[key][0]} since {expected[key][1]}",
            )
