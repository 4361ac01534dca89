"""The step over signed statements."""

from collections.abc import Callable, Mapping

from lexiane_dagster.application.verification.facts import STATEMENT, Facts
from lexiane_dagster.application.verification.findings import Findings
from lexiane_dagster.application.verification.keys import ValidKeys
from lexiane_dagster.domain.ledger.entry import GATE
from lexiane_dagster.domain.report import Step
from lexiane_dagster.domain.statement import Envelope
from lexiane_dagster.ports.audit import Rows
from lexiane_dagster.ports.keyring import Keyring


def check_statements(
    rows: Rows, facts: Facts, keys: ValidKeys, keyring: Keyring, advance: Callable[[int], None]
) -> Step:
    """Each envelope that is left is signed with a key of the ledger that was there before, and is
    about the version of its leaf. Whether one may be missing is for the step over records to say."""
    found = Findings("statements")
    for leaf, entry in facts.statements:
        where = f"statement of leaf {leaf}"
        with found.item(where):
            field = rows.fields_of(leaf).get(STATEMENT)
            advance(1)
            if field is None:
                continue
            found.checked += 1
            envelope = Envelope.from_bytes(field.value)
            known = [key.public_key for key in keys.keys if key.index < leaf]
            found.require(
                envelope.signed_by(known, keyring.verify) is not None,
                f"{where} is not signed with a key of the ledger",
            )
            statement = envelope.statement()
            found.require(
                statement.subject == entry.version,
                f"{where} is about {statement.subject}, its leaf about {entry.version}",
            )
            if entry.type == GATE:
                _check_gate(found, where, entry.body, statement.predicate)
    return found.step()


def _check_gate(
    found: Findings, where: str, body: Mapping[str, object], predicate: Mapping[str, object]
) -> None:
    passed = predicate.get("passedTests")
    found.require(
        isinstance(passed, list) and (body.get("gate") in passed) == body.get("ok"),
        f"{where} says another result of the gate {body.get('gate')!r} than its leaf",
    )
