"""Versions that retention collected, as the ledger tells it."""

from typing import Any

from lexiane_dagster.domain.ledger.entry import ERASURE
from lexiane_dagster.ports.ledger import Ledger


def collected_versions(ledger: Ledger) -> dict[str, str]:
    """Full names of versions that retention collected, with the time of the leaf."""
    found: dict[str, str] = {}
    for index in ledger.find(ERASURE):
        entry = ledger.entry(index).entry
        names: Any = entry.body.get("versions", ())
        found.update(dict.fromkeys(names, entry.at))
    return found
