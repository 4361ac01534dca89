"""What keeps a build from taking back what was erased."""

from dataclasses import dataclass

from lexiane_dagster.application.backends import Backends
from lexiane_dagster.application.erasure.holdings import version_holdings
from lexiane_dagster.domain.corpus import Document
from lexiane_dagster.domain.errors import SourceError
from lexiane_dagster.domain.merkle import leaf_hash


@dataclass(frozen=True, slots=True)
class Guard:
    """Knows documents that were erased from versions of a corpus by the hashes of their leaves."""

    lost: frozenset[bytes]

    def refuse_erased(self, document: Document) -> None:
        """Refuse a document that was erased and comes back unchanged.

        Raises:
            SourceError: it is one; the message names it.
        """
        if self.lost and leaf_hash(document.leaf()) in self.lost:
            raise SourceError(
                f"the document {document.document_id!r} was erased, and the source still holds it",
                remedy="remove it from the source and build again",
            )


def guard_of(corpus: str, backends: Backends) -> Guard:
    """What guards a build of the corpus at this moment."""
    if not backends.tables.redacted("documents"):
        return Guard(frozenset())
    return Guard(
        frozenset(
            leaf
            for holding in version_holdings(backends)
            if holding.corpus == corpus
            for redaction in [backends.tables.redaction("documents", holding.documents)]
            if redaction is not None
            for _, leaf in redaction.erased
        )
    )
