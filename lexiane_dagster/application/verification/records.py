"""The step over the values that leaves commit to."""

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby

from lexiane_dagster.application.verification.facts import Facts
from lexiane_dagster.application.verification.findings import Findings
from lexiane_dagster.domain.ledger.commitment import opens
from lexiane_dagster.domain.ledger.erasures import Erasures
from lexiane_dagster.domain.report import Step
from lexiane_dagster.ports.audit import Rows
from lexiane_dagster.ports.ledger import Field, StoredEntry

Fields = Mapping[str, Field]


def check_records(rows: Rows, facts: Facts, advance: Callable[[int], None]) -> Step:
    """Each commitment is VERIFIED by its field, ERASED by an erasure leaf, or its field is MISSING;
    no field stands without a commitment, and what was erased is gone."""
    found = Findings("records")
    erasures = Erasures(facts.erasures)
    erased = erasures.entries
    with found.item("the fields"):
        for leaf, stored, fields in _joined(rows, facts.lowest):
            if stored is None:
                found.problem(f"leaf {leaf} does not exist, but {len(fields)} fields of it do")
                continue
            with found.item(f"leaf {leaf}"):
                # The step over entries has checked the rest of the leaf.
                commitments = json.loads(stored.data)["commitments"]
                found.checked += _check_leaf(found, leaf, commitments, fields, erasures)
                if leaf in erased:
                    _check_gone(found, leaf, fields, erasures)
            advance(1)
    for leaf in sorted(erased):
        if leaf < facts.start:
            with found.item(f"leaf {leaf}"):
                _check_gone(found, leaf, rows.fields_of(leaf), erasures)
    for index, leaf in erasures.ahead:
        found.problem(f"leaf {index} erases leaf {leaf}, which is not older")
    return found.step()


def _joined(rows: Rows, start: int) -> Iterator[tuple[int, StoredEntry | None, Fields]]:
    """Leaves with their fields, both read once; None for the leaf of fields that have none."""
    groups = groupby(rows.fields(start), key=lambda row: row[0])
    ahead = next(groups, None)
    for stored in rows.leaves(start):
        while ahead is not None and ahead[0] < stored.index:
            yield ahead[0], None, {path: field for _, path, field in ahead[1]}
            ahead = next(groups, None)
        fields: Fields = {}
        if ahead is not None and ahead[0] == stored.index:
            fields = {path: field for _, path, field in ahead[1]}
            ahead = next(groups, None)
        yield stored.index, stored, fields
    while ahead is not None:
        yield ahead[0], None, {path: field for _, path, field in ahead[1]}
        ahead = next(groups, None)


def _check_leaf(
    found: Findings,
    leaf: int,
    commitments: Mapping[str, str],
    fields: Fields,
    erasures: Erasures,
) -> int:
    """How many commitments there were."""
    for path, field in fields.items():
        commitment = commitments.get(path)
        if commitment is None:
            found.problem(f"leaf {leaf}: the field {path!r} has no commitment")
        elif not opens(commitment, field.opening, path, field.value):
            found.problem(f"leaf {leaf}: the field {path!r} is not what the leaf commits to")
    for path in commitments.keys() - fields.keys():
        found.require(
            erasures.covers(leaf, path),
            f"leaf {leaf}: the field {path!r} is MISSING, and no erasure covers it",
        )
    return len(commitments)


def _check_gone(found: Findings, leaf: int, fields: Fields, erasures: Erasures) -> None:
    for path in fields:
        found.require(
            not erasures.covers(leaf, path),
            f"leaf {leaf}: the field {path!r} was erased by the ledger, but is still there",
        )
