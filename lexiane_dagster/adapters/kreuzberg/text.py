"""Bytes to text, and text to the form that offsets count in."""

import codecs
import re
import unicodedata

from lexiane_dagster.domain.errors import DocumentError

_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9._:-]+)""", re.IGNORECASE)
_DECLARED_WITHIN = 2048


def normalise(text: str) -> str:
    """NFC with "\\n" line ends."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def decode(document_id: str, raw: bytes, encoding: str) -> str:
    """The text of `raw`, without a byte order mark.

    Raises:
        DocumentError: `not_utf8` with the first bad byte, or `not_text` for NUL bytes.
    """
    try:
        text = raw.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise DocumentError(
            document_id,
            "not_utf8",
            f"is not valid {encoding.upper()} at byte {error.start}.",
            remedy="Save the file as UTF-8, or declare its `text_encoding` in defs.yaml.",
        ) from error
    if "\x00" in text:
        raise DocumentError(
            document_id,
            "not_text",
            f"holds a NUL character at position {text.index(chr(0))}, so it is not text.",
            remedy="Correct its name or `media_types` in defs.yaml, or exclude it.",
        )
    return text


def decode_declared(document_id: str, raw: bytes) -> str:
    """The text of HTML or XML: UTF-8, or else the encoding that the document itself declares."""
    try:
        return decode(document_id, raw, "utf-8")
    except DocumentError as error:
        encoding = _declared_encoding(raw)
        if error.reason != "not_utf8" or encoding is None:
            raise
        return decode(document_id, raw, encoding)


def _declared_encoding(raw: bytes) -> str | None:
    match = _DECLARED.search(raw[:_DECLARED_WITHIN])
    try:
        name = codecs.lookup(match[1].decode("ascii")).name if match else "utf-8"
    except LookupError:
        return None
    # The web reads Latin-1 as Windows-1252 (WHATWG Encoding); XML does not hold C1 controls.
    return {"utf-8": None, "iso8859-1": "cp1252"}.get(name, name)
