"""Arrow schemas of the tables and the way between rows and values."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import pyarrow as pa

from lexiane_dagster.domain.canonical import canonical_bytes
from lexiane_dagster.domain.corpus import Chunk, Document, WaivedDocument

Row = TypeVar("Row")


@dataclass(frozen=True)
class TableKind(Generic[Row]):
    """How one kind of row is stored: schema, value to columns, columns to value, Merkle leaf."""

    name: str
    schema: pa.Schema
    to_record: Callable[[Row], dict[str, Any]]
    from_record: Callable[[dict[str, Any]], Row]
    leaf: Callable[[Row], bytes]

    def table(self, rows: Iterable[Row]) -> pa.Table:
        return pa.Table.from_pylist([self.to_record(row) for row in rows], schema=self.schema)


def _schema(*fields: "pa.Field[Any]") -> pa.Schema:
    return pa.schema(fields)


_TEXT_LIST = pa.list_(pa.string())


def _document_to_record(row: Document) -> dict[str, Any]:
    return {
        "document_id": row.document_id,
        "raw_digest": row.raw_digest,
        "text_digest": row.text_digest,
        "media_type": row.media_type,
        "metadata": canonical_bytes(row.metadata).decode(),
        "groups": list(row.groups),
        "pages": list(row.pages),
        "markup": row.markup,
        "title": row.title,
        "raw_bytes": row.raw_bytes,
        "text_length": row.text_length,
    }


def _document_from_record(record: dict[str, Any]) -> Document:
    return Document(
        **{
            **record,
            "metadata": json.loads(record["metadata"]),
            "groups": tuple(record["groups"]),
            "pages": tuple(record["pages"]),
        }
    )


DOCUMENTS: TableKind[Document] = TableKind(
    "documents",
    _schema(
        pa.field("document_id", pa.string()),
        pa.field("raw_digest", pa.string()),
        pa.field("text_digest", pa.string()),
        pa.field("media_type", pa.string()),
        pa.field("metadata", pa.string()),
        pa.field("groups", _TEXT_LIST),
        pa.field("pages", pa.list_(pa.int64())),
        pa.field("markup", pa.string()),
        pa.field("title", pa.string()),
        pa.field("raw_bytes", pa.int64()),
        pa.field("text_length", pa.int64()),
    ),
    _document_to_record,
    _document_from_record,
    Document.leaf,
)

WAIVED: TableKind[WaivedDocument] = TableKind(
    "waived",
    _schema(
        pa.field("document_id", pa.string()),
        pa.field("reason", pa.string()),
        pa.field("detail", pa.string()),
    ),
    lambda row: {"document_id": row.document_id, "reason": row.reason, "detail": row.detail},
    lambda record: WaivedDocument(**record),
    WaivedDocument.leaf,
)

CHUNKS: TableKind[Chunk] = TableKind(
    "chunks",
    _schema(
        pa.field("chunk_id", pa.string()),
        pa.field("document_id", pa.string()),
        pa.field("start", pa.int64()),
        pa.field("end", pa.int64()),
        pa.field("heading", _TEXT_LIST),
        pa.field("text", pa.string()),
    ),
    lambda row: {
        "chunk_id": row.chunk_id,
        "document_id": row.document_id,
        "start": row.start,
        "end": row.end,
        "heading": list(row.heading),
        "text": row.text,
    },
    lambda record: Chunk(**{**record, "heading": tuple(record["heading"])}),
    Chunk.leaf,
)
