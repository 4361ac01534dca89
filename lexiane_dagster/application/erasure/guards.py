"""What keeps a build from taking back what was erased."""

from collections.abc import Iterable

from lexiane_dagster.application.backends import Backends
from lexiane_dagster.application.erasure.holdings import version_holdings
from lexiane_dagster.domain.corpus import Document
from lexiane_dagster.domain.errors import SourceError
from lexiane_dagster.domain.merkle import leaf_hash


def refuse_erased(corpus: str, documents: Iterable[Document], backends: Backends) -> None:
    """Refuse documents that were erased from versions of the corpus and come back unchanged.

    Raises:
        SourceError: one does; the message names it.
    """
    if not backends.tables.redacted("documents"):
        return
    lost = {
        leaf
        for holding in version_holdings(backends)
        if holding.corpus == corpus
        for redaction in [backends.tables.redaction("documents", holding.documents)]
        if redaction is not None
        for _, leaf in redaction.erased
    }
    for document in documents:
        if leaf_hash(document.leaf()) in lost:
            raise SourceError(
                f"the document {document.document_id!r} was erased, and the source still holds it",
                remedy="remove it from the source and build again",
            )
