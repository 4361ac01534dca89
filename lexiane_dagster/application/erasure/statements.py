"""Signed statements about versions that name erased documents by the digest of their bytes."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lexiane_dagster.application.attest import STATEMENT
from lexiane_dagster.application.backends import Backends
from lexiane_dagster.application.erasure.documents import Traces
from lexiane_dagster.application.records import RESTORE
from lexiane_dagster.domain.corpus import Document
from lexiane_dagster.domain.errors import IntegrityError
from lexiane_dagster.domain.ledger.commitment import opens
from lexiane_dagster.domain.ledger.entry import VERSION
from lexiane_dagster.domain.merkle import leaf_hash
from lexiane_dagster.domain.predicates import ERASED_DOCUMENT, LEAF_DIGEST
from lexiane_dagster.domain.statement import Envelope


@dataclass(frozen=True, slots=True)
class Reissue:
    """The statement of the leaf `leaf`, to be made again without the documents `erased`: (digest of the
    raw bytes, Merkle leaf hash in hex) of each."""

    leaf: int
    envelope: bytes
    erased: tuple[tuple[str, str], ...]


def reissues(found: Traces, backends: Backends) -> list[Reissue]:
    """The statements of versions that lose documents, as far as they still name them."""
    return [
        item
        for holding in found.versions
        if holding.documents in found.rows
        for item in _of_version(holding.name, found.rows[holding.documents], backends)
    ]


def _of_version(name: str, rows: Iterable[Document], backends: Backends) -> list[Reissue]:
    ledger = backends.ledger
    indexes = ledger.find(VERSION, version=name)
    fields = ledger.fields(indexes)
    pairs = [(row.raw_digest, leaf_hash(row.leaf()).hex()) for row in rows]
    made = []
    for index in indexes:
        statement = fields[index].get(STATEMENT)
        if statement is None:
            continue
        commitment = ledger.entry(index).entry.commitments.get(STATEMENT, "")
        if not opens(commitment, statement.opening, STATEMENT, statement.value):
            raise IntegrityError(
                f"the field {STATEMENT!r} of leaf {index} is not what the ledger committed to",
                remedy=RESTORE,
            )
        told = named_leaves(statement.value)
        erased = tuple(pair for pair in pairs if pair[1] not in told)
        if erased:
            made.append(Reissue(index, statement.value, erased))
    return made


def named_leaves(envelope: bytes) -> frozenset[str]:
    """Leaf hashes of the documents that a statement names as erased."""
    statement = Envelope.from_bytes(envelope).statement()
    predicate: Any = statement.predicate
    dependencies = predicate["buildDefinition"]["resolvedDependencies"]
    return frozenset(
        each["digest"][LEAF_DIGEST] for each in dependencies if each.get("name") == ERASED_DOCUMENT
    )
