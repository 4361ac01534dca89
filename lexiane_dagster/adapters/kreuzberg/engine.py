"""The one place that calls kreuzberg."""

import kreuzberg
from kreuzberg import (
    ConcurrencyConfig,
    ExtractionConfig,
    ExtractionResult,
    PageConfig,
    PostProcessorConfig,
)

from lexiane_dagster.adapters.kreuzberg.limits import damaged, encrypted
from lexiane_dagster.adapters.kreuzberg.markup import SLIDE_MARK

VERSION = kreuzberg.__version__


def markdown(document_id: str, raw: bytes, media_type: str) -> ExtractionResult:
    """The document as Markdown, slides marked with `SLIDE_MARK number SLIDE_MARK`."""
    return _extract(document_id, raw, media_type, "markdown", _MARKED, structure=False)


def plain(document_id: str, raw: bytes, media_type: str) -> ExtractionResult:
    """The document as plain text, slides marked in the same way."""
    return _extract(document_id, raw, media_type, "plain", _MARKED, structure=False)


def structure(document_id: str, raw: bytes, media_type: str) -> ExtractionResult:
    """The text of each page as it stands there, besides the guessed structure."""
    return _extract(document_id, raw, media_type, "markdown", _PAGES, structure=True)


_MARKED = PageConfig(
    insert_page_markers=True, marker_format=f"\n\n{SLIDE_MARK}{{page_num}}{SLIDE_MARK}\n\n"
)
_PAGES = PageConfig(extract_pages=True)


def _extract(
    document_id: str,
    raw: bytes,
    media_type: str,
    output_format: str,
    pages: PageConfig,
    *,
    structure: bool,
) -> ExtractionResult:
    config = ExtractionConfig(
        use_cache=False,
        enable_quality_processing=False,
        ocr=None,
        force_ocr=False,
        output_format=output_format,
        pages=pages,
        include_document_structure=structure,
        postprocessor=PostProcessorConfig(enabled=False),
        concurrency=ConcurrencyConfig(max_threads=1),
    )
    try:
        return kreuzberg.extract_bytes_sync(raw, media_type, config)
    except (MemoryError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    # A panic in Rust arrives as a BaseException that is no Exception.
    except BaseException as error:
        message = str(error)
        if "password" in message.lower() or "encrypted" in message.lower():
            raise encrypted(document_id) from error
        raise damaged(document_id, message) from error
