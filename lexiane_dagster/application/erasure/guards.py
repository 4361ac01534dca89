"""What keeps a build from taking back what was erased."""

from dataclasses import dataclass

from lexiane_dagster.application.backends import Backends
from lexiane_dagster.application.erasure.holdings import all_holdings, version_holdings
from lexiane_dagster.domain.corpus import Document
from lexiane_dagster.domain.errors import SourceError
from lexiane_dagster.domain.merkle import leaf_hash
from lexiane_dagster.ports.progress import Progress


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


def guard_of(corpus: str, backends: Backends, progress: Progress) -> Guard:
    """What guards a build of the corpus at this moment."""
    redacted = set(backends.tables.redacted("documents"))
    if not redacted:
        return Guard(frozenset())
    holdings = version_holdings(backends)
    if not redacted <= {holding.documents for holding in holdings}:
        # A table of a build that never became a version: only the snapshots say which corpus it is of.
        holdings = all_holdings(backends, progress)
    return Guard(
        frozenset(
            leaf
            for holding in holdings
            if holding.corpus == corpus
            for redaction in [backends.tables.redaction("documents", holding.documents)]
            if redaction is not None
            for _, leaf in redaction.erased
        )
    )
