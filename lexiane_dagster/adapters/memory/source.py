"""A source that is a list of documents."""

from collections.abc import Iterable, Iterator

from lexiane_dagster.domain.corpus import SourceDocument, utf8_order
from lexiane_dagster.domain.errors import DocumentError, SourceError
from lexiane_dagster.ports.source import SourceEntry


class MemorySource:
    """The `Source` port over documents that are already in memory."""

    def __init__(self, documents: Iterable[SourceDocument]) -> None:
        self._documents = tuple(documents)
        self._by_id = {document.document_id: document for document in self._documents}

    def entries(self) -> Iterator[SourceEntry]:
        if not self._documents:
            raise SourceError("The source holds no document.", remedy="Add at least one document.")
        previous = None
        for name in sorted((d.document_id for d in self._documents), key=utf8_order):
            if name == previous:
                raise SourceError(
                    f"Two documents are called {name!r}.", remedy="Give every document its own id."
                )
            yield SourceEntry(name, "")
            previous = name

    def read(self, entry: SourceEntry) -> SourceDocument:
        try:
            return self._by_id[entry.document_id]
        except KeyError:
            raise DocumentError(
                entry.document_id,
                "vanished",
                "is not in the source any more.",
                remedy="Run the build again.",
            ) from None
