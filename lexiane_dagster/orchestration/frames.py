"""The tables that expectations look at: ids and numbers, never text."""

from typing import TYPE_CHECKING

from lexiane_dagster.application.backends import Backends
from lexiane_dagster.application.preserve import load_snapshot
from lexiane_dagster.domain.digest import digest_of_bytes
from lexiane_dagster.domain.snapshot import ChunksSnapshot, DocumentsSnapshot, EmbeddingsSnapshot

if TYPE_CHECKING:
    import pandas as pd


def documents_frame(handle: str, backends: Backends) -> "pd.DataFrame":
    """document_id, media_type, raw_bytes, text_length, pages, groups (counts)."""
    import pandas as pd

    snapshot = load_snapshot(backends.objects, handle, DocumentsSnapshot)
    return pd.DataFrame.from_records(
        [
            (
                row.document_id,
                row.media_type,
                row.raw_bytes,
                row.text_length,
                len(row.pages),
                len(row.groups),
            )
            for row in backends.tables.documents(snapshot.documents)
        ],
        columns=["document_id", "media_type", "raw_bytes", "text_length", "pages", "groups"],
    )


def chunks_frame(handle: str, backends: Backends) -> "pd.DataFrame":
    """chunk_id, document_id, start, end, length (code points), depth (of headings)."""
    import pandas as pd

    snapshot = load_snapshot(backends.objects, handle, ChunksSnapshot)
    return pd.DataFrame.from_records(
        [
            (
                row.chunk_id,
                row.document_id,
                row.start,
                row.end,
                row.end - row.start,
                len(row.heading),
            )
            for row in backends.tables.chunks(snapshot.chunks)
        ],
        columns=["chunk_id", "document_id", "start", "end", "length", "depth"],
    )


def embeddings_frame(handle: str, backends: Backends) -> "pd.DataFrame":
    """chunk_id, vector (digest of its bytes)."""
    import pandas as pd

    snapshot = load_snapshot(backends.objects, handle, EmbeddingsSnapshot)
    source = load_snapshot(backends.objects, snapshot.source, ChunksSnapshot)
    ids = [row.chunk_id for row in backends.tables.chunks(source.chunks)]
    vectors = backends.tables.vectors(snapshot.vectors, ids)
    return pd.DataFrame(
        {"chunk_id": ids, "vector": [digest_of_bytes(row.tobytes()) for row in vectors]}
    )
