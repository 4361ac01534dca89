"""Statements of projects that were really built, checked by clients that are not ours."""

import hashlib
import json
import shutil
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from securesystemslib.exceptions import VerificationError

from lexiane_dagster.application.attest import reissue_event
from lexiane_dagster.bootstrap import application
from lexiane_dagster.domain.errors import GateError
from lexiane_dagster.domain.ledger.entry import GATE, PROMOTION, VERSION
from lexiane_dagster.domain.merkle import leaf_hash
from lexiane_dagster.domain.statement import checked
from lexiane_dagster.orchestration.gates import DEFAULTS
from lexiane_dagster.orchestration.launch import dagster_instance
from tests.orchestration.projects import (
    DOCUMENTS,
    build,
    declare,
    expect,
    released,
    write,
)
from tests.statements.clients import accepted, attested, keys_of

LONG = {
    "expectation": "expect_column_values_to_be_between",
    "column": "text_length",
    "min_value": 10**6,
}


def kinds(root: Path) -> Counter[str]:
    return Counter(stored.type for stored in application(root).backends.ledger.entries())


def gates(root: Path) -> dict[str, dict[str, Any]]:
    """The newest result of each gate."""
    return {
        str(each.entry.body["gate"]): {**each.entry.body, **each.predicate}
        for each in attested(application(root), GATE)
    }


def test_every_statement_of_a_build_is_taken_by_other_clients(root: Path) -> None:
    with dagster_instance(application(root).project) as instance:
        (run,) = [each.run_id for each in instance.get_runs()]
    app = application(root)
    keys, digest = keys_of(app), released(root, "notes")
    found = list(attested(app))
    assert Counter(each.entry.type for each in found) == {
        VERSION: 1,
        GATE: len(DEFAULTS),
        PROMOTION: 1,
    }
    for each in found:
        statement = accepted(each.envelope, keys)
        assert statement["subject"] == [{"name": each.entry.version, "digest": {"sha256": digest}}]
        manifest = app.backends.objects.get(f"versions/{digest}.json")
        assert hashlib.sha256(manifest).hexdigest() == digest

    (made,) = [each.predicate for each in found if each.entry.type == VERSION]
    dependencies = made["buildDefinition"]["resolvedDependencies"]
    raw = sorted(hashlib.sha256(text.encode()).hexdigest() for text in DOCUMENTS.values())
    assert [each["digest"]["sha256"] for each in dependencies if "name" not in each] == raw
    assert [each["name"] for each in dependencies if "name" in each] == [
        "embedder/lexiane/hash-embedder/v1"
    ]
    details = made["runDetails"]
    assert details["metadata"]["invocationId"] == run
    started, finished = (
        datetime.fromisoformat(details["metadata"][name]) for name in ("startedOn", "finishedOn")
    )
    assert started < finished
    assert {"lexiane-dagster", "numpy", "python"} <= set(details["builder"]["version"])
    assert details["builder"]["id"] == f"https://{app.backends.ledger.keys()[0].origin}"
    chosen = made["buildDefinition"]["externalParameters"]
    assert chosen["corpus"] == "notes"
    assert chosen["chunking"] == {"max_tokens": 200, "min_tokens": 60}

    (moved,) = [each.predicate for each in found if each.entry.type == PROMOTION]
    assert moved == {"purl": f"pkg:generic/notes@{digest}", "releaseId": "notes/production"}


def test_no_statement_and_no_leaf_names_a_document_a_path_or_a_text(root: Path) -> None:
    folder = root / "assets" / "notes"
    source = {
        "type": "folder",
        "path": "docs",
        "access": [{"pattern": "leave.md", "groups": ["staff_office"]}],
    }
    declare(root, "notes", source=source)
    expect(folder, documents=[{**LONG, "name": "long", "severity": "warn", "blocking": False}])
    build(root, "notes")
    app = application(root)
    secrets = [*DOCUMENTS, "staff_office", str(root), "sixteen weeks", "96 hours"]
    said = [json.dumps(each.statement) for each in attested(app)]
    said += [stored.data.decode() for stored in app.backends.ledger.entries()]
    for text in said:
        assert not [secret for secret in secrets if secret in text]
    (leaf,) = [each for each in attested(app, GATE) if each.entry.body["gate"] == "long"]
    fields = app.backends.ledger.fields([leaf.index])[leaf.index]
    assert sorted(json.loads(fields["failing"].value)) == sorted(DOCUMENTS)


def test_a_flipped_byte_anywhere_is_refused_by_securesystemslib(root: Path) -> None:
    app = application(root)
    keys = keys_of(app)
    envelope = json.loads(next(iter(attested(app, VERSION))).envelope)
    for part in (envelope["payload"], envelope["signatures"][0]["sig"]):
        for position in range(0, len(part) - 4, 41):
            other = "A" if part[position] != "A" else "B"
            changed = part[:position] + other + part[position + 1 :]
            damaged = json.dumps(envelope).replace(part, changed)
            with pytest.raises(VerificationError):
                accepted(damaged.encode(), keys)


def test_a_run_that_changes_nothing_says_nothing_and_one_that_computes_again_says_so(
    root: Path,
) -> None:
    first = kinds(root)
    build(root, "notes")
    assert kinds(root) == first

    shutil.rmtree(root / ".lexiane" / "memo")
    run = build(root, "notes").run_id
    assert kinds(root) == first + Counter([VERSION])
    app = application(root)
    before, again = attested(app, VERSION)
    assert before.entry.version == again.entry.version
    assert again.predicate["runDetails"]["metadata"]["invocationId"] == run
    assert before.predicate["buildDefinition"] == again.predicate["buildDefinition"]


def test_a_gate_is_recorded_again_when_it_judges_by_other_bounds(root: Path) -> None:
    folder = root / "assets" / "notes"
    lenient = {**LONG, "name": "long", "severity": "warn", "blocking": False}
    expect(folder, documents=[lenient])
    build(root, "notes")
    before = kinds(root)
    assert (gates(root)["long"]["result"], gates(root)["long"]["ok"]) == ("WARNED", False)
    assert gates(root)["long"]["warnedTests"] == ["long"]
    expect(folder, documents=[{**lenient, "min_value": 1}])
    build(root, "notes")
    assert kinds(root) == before + Counter([GATE])
    assert gates(root)["long"]["passedTests"] == ["long"]


def test_a_gate_that_holds_the_release_is_recorded_without_a_promotion(root: Path) -> None:
    folder = root / "assets" / "notes"
    expect(folder, quality={"RR": {"floor": 0.9}})
    before = kinds(root)
    write(root / "docs" / "storm.md", "# Weather\n\nNothing to be said.\n")
    with pytest.raises(GateError, match="quality_rr"):
        build(root, "notes")
    assert kinds(root) == before + Counter([VERSION, GATE])
    held = gates(root)["quality_rr"]
    assert (held["result"], held["failedTests"], held["blocking"]) == (
        "FAILED",
        ["quality_rr"],
        True,
    )
    assert not held["version"].endswith(str(released(root, "notes")))


def test_an_erased_document_leaves_the_statement_and_the_rest_stays(root: Path) -> None:
    app = application(root)
    (made,) = attested(app, VERSION)
    raw = hashlib.sha256(DOCUMENTS["leave.md"].encode()).hexdigest()
    leaf = leaf_hash(b"the row of leave.md").hex()
    event = reissue_event(made.index, made.envelope, [(raw, leaf)], app.backends.ledger.signer())
    app.backends.ledger.append([event])

    _, again = attested(app, VERSION)
    accepted(again.envelope, keys_of(app))
    assert again.entry.body == {"version": made.entry.version, "reissues": made.index}
    assert raw not in json.dumps(again.statement)
    before, after = (
        each.predicate["buildDefinition"]["resolvedDependencies"] for each in (made, again)
    )
    assert {"name": "erased document", "digest": {"lexianeDocumentLeaf": leaf}} in after
    assert [each for each in before if each not in after] == [{"digest": {"sha256": raw}}]
    assert again.predicate["runDetails"] == made.predicate["runDetails"]
    with pytest.raises(ValueError, match="names no document"):
        reissue_event(0, again.envelope, [(raw, leaf)], app.backends.ledger.signer())


def test_statements_verify_with_the_key_of_their_time_after_a_rotation(root: Path) -> None:
    application(root).backends.ledger.rotate()
    write(root / "docs" / "new.md", "# New\n\nSomething new.\n")
    build(root, "notes")
    app = application(root)
    old, new = keys_of(app)
    first, second = attested(app, VERSION)
    for made, key, other in ((first, old, new), (second, new, old)):
        accepted(made.envelope, [key])
        with pytest.raises(VerificationError):
            accepted(made.envelope, [other])
        verify = app.backends.keyring.verify
        known = app.backends.ledger.keys()
        public = [each.public_key for each in known]
        assert checked(made.envelope, public, verify).subject == made.entry.version
