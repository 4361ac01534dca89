"""Verification: `verify` walks everything, `verify_ledger` the database only."""

from lexiane_dagster.application.verification.walk import verify, verify_ledger

__all__ = ["verify", "verify_ledger"]
