"""What the Dagster UI shows of a materialisation: counts, schemas, lineage and plots; never text."""

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

Columns = Sequence[tuple[str, str, str]]

DOCUMENTS: Columns = (
    ("document_id", "string", "path or key relative to the source"),
    ("raw_digest", "string", "SHA-256 of the preserved bytes"),
    ("text_digest", "string", "SHA-256 of the extracted text"),
    ("media_type", "string", "media type that chose the extractor"),
    ("metadata", "string", "declared metadata as canonical JSON"),
    ("groups", "list<string>", "access groups; none: everybody"),
    ("pages", "list<int64>", "offset at which each page starts"),
    ("raw_bytes", "int64", "size of the preserved bytes"),
    ("text_length", "int64", "length of the text in code points"),
)
CHUNKS: Columns = (
    ("chunk_id", "string", "digest of document, headings, text and occurrence"),
    ("document_id", "string", "document that the chunk was cut from"),
    ("start", "int64", "first code point in the document's text"),
    ("end", "int64", "code point after the last"),
    ("heading", "list<string>", "headings above the chunk"),
    ("text", "string", "text[start:end] of the document"),
)
VECTORS: Columns = (
    ("chunk_id", "string", "chunk whose headings and text were embedded"),
    ("vector", "int16[]", "unit vector on the grid rint(4000 x)"),
)
INDEX: Columns = (
    ("term", "string", "index term of analysis v1"),
    ("chunk_id", "string", "chunk that holds the term"),
    ("impact", "uint16", "BM25 weight of the posting"),
)
ANSWERS: Columns = (
    ("question_id", "string", "question of the set"),
    ("question", "string", "the question as asked"),
    ("version", "string", "index version that answered"),
    ("ranking", "list", "ranked chunks with their scores"),
    ("citations", "list", "verbatim quotes with document, offsets and page"),
    ("answer", "string", "text of the answer"),
    ("abstained", "bool", "true: not in this corpus"),
)


def table(
    columns: Columns, rows: int, lineage: Mapping[str, Sequence[tuple[dg.AssetKey, str]]]
) -> dict[str, Any]:
    """Row count, column schema and column lineage under Dagster's standard keys."""
    return {
        "dagster/row_count": rows,
        "dagster/column_schema": dg.TableSchema(
            columns=[
                dg.TableColumn(name=name, type=kind, description=description)
                for name, kind, description in columns
            ]
        ),
        "dagster/column_lineage": dg.TableColumnLineage(
            deps_by_column={
                column: [
                    dg.TableColumnDep(asset_key=key, column_name=origin) for key, origin in origins
                ]
                for column, origins in lineage.items()
            }
        ),
    }


def plot(png_base64: str) -> dg.MarkdownMetadataValue:
    """A picture as the UI renders it."""
    return dg.MetadataValue.md(f"![plot](data:image/png;base64,{png_base64})")
