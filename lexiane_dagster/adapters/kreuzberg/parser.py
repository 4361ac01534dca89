"""The parser: one way to text for each media type."""

import json
import platform
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from lexiane_dagster.adapters.kreuzberg import engine
from lexiane_dagster.adapters.kreuzberg.archive import inspect_archive, rewrite_archive
from lexiane_dagster.adapters.kreuzberg.limits import ParserLimits, damaged
from lexiane_dagster.adapters.kreuzberg.mail import parse_mail
from lexiane_dagster.adapters.kreuzberg.markup import (
    SLIDE_MARK,
    has_headings,
    shield_references,
    split_title,
    unescape_markdown,
    unshield_references,
    without_images,
)
from lexiane_dagster.adapters.kreuzberg.pdf import pdf_pages
from lexiane_dagster.adapters.kreuzberg.slides import in_order
from lexiane_dagster.adapters.kreuzberg.text import decode, decode_declared, normalise
from lexiane_dagster.domain import media_types as types
from lexiane_dagster.domain.canonical import canonical_bytes
from lexiane_dagster.domain.corpus import ExtractedText, SourceDocument
from lexiane_dagster.domain.errors import DocumentError

_VERSION = 1
_PAGE_BREAK = "\n\n"
_SLIDE = re.compile(f"\\s*{SLIDE_MARK}([0-9]+){SLIDE_MARK}\\s*")
_NOTES = "\n\nNotes:\n\n"
_XML_DECLARATION = re.compile(r"^\s*<\?xml\b[^>]*\?>")
_NO_TITLE = frozenset({"untitled", "unspecified", "(unspecified)", "(anonymous)"})


@dataclass(frozen=True, slots=True)
class _Parts:
    """What was found in a document: its pages, or one part where it has no pages."""

    parts: list[str]
    is_markdown: bool
    title: str | None = None
    has_pages: bool = False


class KreuzbergParser:
    """The `Parser` port over kreuzberg.

    No OCR, no network, no cache on disk. `text_encoding` is that of plain text, Markdown and CSV.
    """

    def __init__(self, limits: ParserLimits, text_encoding: str = "utf-8") -> None:
        self._limits = limits
        self._encoding = text_encoding
        self._ways: dict[str, Callable[[SourceDocument], _Parts]] = {
            types.RECORD: self._record,
            types.MARKDOWN: lambda document: _Parts([self._decoded(document)], True),
            types.CSV: self._table,
            types.TSV: self._table,
            types.JSON: self._json,
            types.HTML: self._html,
            types.XML: self._xml,
            types.EMAIL: self._mail,
            types.RTF: self._converted,
            types.PDF: self._pdf,
            types.DOCX: self._docx,
            types.PPTX: self._pptx,
            types.XLSX: self._archived,
            types.ODT: self._archived,
            types.EPUB: self._archived,
        }

    @property
    def identity(self) -> str:
        return canonical_bytes(
            {
                "parser": "lexiane/kreuzberg",
                "version": _VERSION,
                "kreuzberg": engine.VERSION,
                "python": ".".join(platform.python_version_tuple()[:2]),
                "unicode": unicodedata.unidata_version,
                "text_encoding": self._encoding,
                "limits": self._limits.as_json(),
            }
        ).decode()

    def extract(self, document: SourceDocument) -> ExtractedText:
        name = document.document_id
        if not document.raw:
            raise DocumentError(
                name, "empty", "is empty.", remedy="Fill it, remove it, or exclude it."
            )
        self._limits.refuse_bytes(name, len(document.raw))
        return self._text(name, self._way(document)(document))

    def _way(self, document: SourceDocument) -> Callable[[SourceDocument], _Parts]:
        way = self._ways.get(document.media_type)
        if way is None and document.media_type.startswith("text/"):
            return lambda plain: _Parts([self._decoded(plain)], False)
        if way is None:
            raise DocumentError(
                document.document_id,
                "unsupported",
                f"is of a type that is not read ({document.media_type}).",
                remedy="Exclude it, map its extension with `media_types` in defs.yaml, "
                "or waive it with `on_error: quarantine`.",
            )
        return way

    def _text(self, name: str, found: _Parts) -> ExtractedText:
        self._limits.refuse_pages(name, len(found.parts) if found.has_pages else 0)
        parts = [normalise(part) for part in found.parts]
        text = _PAGE_BREAK.join(parts)
        self._limits.refuse_text(name, len(text))
        if not any(map(str.isalnum, text)):
            raise DocumentError(
                name,
                "no_text",
                "holds no letter and no digit; its pages may be scanned images.",
                remedy="Text is not recognised in images (no OCR): save the document with a text "
                "layer, exclude it, or waive it with `on_error: quarantine`.",
            )
        starts = [0]
        for part in parts[:-1]:
            starts.append(starts[-1] + len(part) + len(_PAGE_BREAK))
        is_markdown = found.is_markdown and has_headings(text)
        return ExtractedText(
            text,
            "markdown" if is_markdown else "plain",
            _title(found.title, text),
            tuple(starts) if found.has_pages else (),
        )

    def _decoded(self, document: SourceDocument) -> str:
        return decode(document.document_id, document.raw, self._encoding)

    def _record(self, document: SourceDocument) -> _Parts:
        text = decode(document.document_id, document.raw, "utf-8")
        try:
            record = json.loads(text)
            title = record.get("title")
            return _Parts([record["text"] or title or ""], False, title)
        except (ValueError, KeyError, AttributeError) as error:
            raise damaged(document.document_id, f"it is no record ({error})") from error

    def _table(self, document: SourceDocument) -> _Parts:
        raw = self._decoded(document).encode()
        return self._from_markdown(document.document_id, raw, document.media_type)

    def _json(self, document: SourceDocument) -> _Parts:
        raw = decode(document.document_id, document.raw, "utf-8").encode()
        return self._from_markdown(document.document_id, raw, types.JSON)

    def _xml(self, document: SourceDocument) -> _Parts:
        text = _XML_DECLARATION.sub("", decode_declared(document.document_id, document.raw))
        shielded = shield_references(text).encode()
        return self._from_markdown(document.document_id, shielded, types.XML)

    def _html(self, document: SourceDocument) -> _Parts:
        title, page = split_title(decode_declared(document.document_id, document.raw))
        return _Parts([self._html_text(document.document_id, page)], True, title)

    def _html_text(self, name: str, page: str) -> str:
        return without_images(engine.markdown(name, page.encode(), types.HTML).content).strip()

    def _mail(self, document: SourceDocument) -> _Parts:
        mail = parse_mail(document.document_id, document.raw)
        body = mail.body
        if mail.is_html and body.strip():
            body = self._html_text(document.document_id, split_title(body)[1])
        return _Parts([f"{mail.headers}\n\n{body.strip()}"], mail.is_html, mail.subject)

    def _converted(self, document: SourceDocument) -> _Parts:
        return self._from_markdown(document.document_id, document.raw, document.media_type)

    def _archived(self, document: SourceDocument) -> _Parts:
        inspect_archive(document.document_id, document.raw, self._limits)
        return self._converted(document)

    def _docx(self, document: SourceDocument) -> _Parts:
        inspect_archive(document.document_id, document.raw, self._limits)
        raw = rewrite_archive(document.raw, _shield_member)
        return self._from_markdown(document.document_id, raw, types.DOCX)

    def _pptx(self, document: SourceDocument) -> _Parts:
        name = document.document_id
        inspect_archive(name, document.raw, self._limits)
        raw = in_order(name, document.raw)
        slides = _slides(name, engine.markdown(name, raw, types.PPTX).content)
        plain = _slides(name, engine.plain(name, raw, types.PPTX).content)
        parts = [_with_notes(*pair) for pair in zip(slides, plain, strict=True)]
        return _Parts(parts, True, has_pages=True)

    def _pdf(self, document: SourceDocument) -> _Parts:
        result = engine.structure(document.document_id, document.raw, types.PDF)
        pages, is_markdown = pdf_pages(result)
        return _Parts(pages, is_markdown, result.metadata.get("title"), has_pages=True)

    def _from_markdown(self, name: str, raw: bytes, media_type: str) -> _Parts:
        result = engine.markdown(name, raw, media_type)
        text = unshield_references(unescape_markdown(result.content)).strip("\n")
        title = result.metadata.get("title")
        has_title = isinstance(title, str) and media_type in (types.DOCX, types.ODT, types.EPUB)
        return _Parts([text], True, unshield_references(title) if title and has_title else None)


def _shield_member(name: str, content: bytes) -> tuple[str, bytes]:
    if not name.endswith(".xml") or b"&" not in content:
        return name, content
    try:
        return name, shield_references(content.decode("utf-8")).encode()
    except UnicodeDecodeError:
        return name, content


def _slides(name: str, text: str) -> list[str]:
    before, *rest = _SLIDE.split(text)
    numbers, slides = rest[::2], rest[1::2]
    if before.strip() or numbers != [str(n + 1) for n in range(len(slides))]:
        raise damaged(name, "its slides are not numbered from 1")
    return slides


def _with_notes(slide: str, plain: str) -> str:
    """The slide as Markdown with its speaker notes, which only the plain rendering holds."""
    text = unescape_markdown(slide).strip("\n")
    _, mark, notes = ("\n\n" + plain).rpartition(_NOTES)
    return f"{text}{_NOTES}{notes.strip()}".lstrip() if mark and notes.strip() else text


def _title(title: str | None, text: str) -> str | None:
    """The title, unless it says nothing or the text begins with it."""
    clean = normalise(" ".join((title or "").split()))
    first = text.lstrip().partition("\n")[0].lstrip("# ").strip()
    if not clean or clean.casefold() in _NO_TITLE or clean.casefold() == first.casefold():
        return None
    return clean
