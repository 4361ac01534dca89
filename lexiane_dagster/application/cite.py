"""From a quote of a chunk to a citation of the preserved document."""

from lexiane_dagster.application.open_version import OpenVersion
from lexiane_dagster.application.preserve import preserved
from lexiane_dagster.domain.answer import Citation, Quote
from lexiane_dagster.domain.errors import IntegrityError
from lexiane_dagster.ports.object_store import ObjectStore


def cite(version: OpenVersion, objects: ObjectStore, quote: Quote) -> Citation:
    """The place of a quote in its document.

    Raises:
        IntegrityError: the preserved text of the document does not hold the quote there, or is damaged.
        NotFoundError: the preserved text is gone.
    """
    chunk = version.chunks[quote.chunk_id]
    document = version.documents[chunk.document_id]
    start, end = chunk.start + quote.start, chunk.start + quote.end
    words = chunk.text[quote.start : quote.end]
    text = preserved(objects, document.text_digest).decode()
    if not words or text[start:end] != words:
        raise IntegrityError(
            f"a quote of {chunk.document_id!r} is not verbatim at {start}:{end}",
            remedy="report this as a bug of the generator",
        )
    return Citation(
        document_id=document.document_id,
        document_digest=document.raw_digest,
        chunk_id=chunk.chunk_id,
        start=start,
        end=end,
        quote=words,
        page=document.page_of(start),
        heading=chunk.heading,
    )
