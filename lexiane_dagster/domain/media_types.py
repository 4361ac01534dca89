"""Media types by file extension.

The table is ours: those of operating systems differ, and the media type enters a version's name.
"""

from collections.abc import Mapping

UNKNOWN = "application/octet-stream"
RECORD = "application/vnd.lexiane.document+json"
PLAIN = "text/plain"
MARKDOWN = "text/markdown"
HTML = "text/html"
CSV = "text/csv"
TSV = "text/tab-separated-values"
JSON = "application/json"
XML = "application/xml"
EMAIL = "message/rfc822"
PDF = "application/pdf"
RTF = "application/rtf"
EPUB = "application/epub+zip"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODT = "application/vnd.oasis.opendocument.text"

BY_EXTENSION: Mapping[str, str] = {
    ".adoc": PLAIN,
    ".csv": CSV,
    ".docx": DOCX,
    ".eml": EMAIL,
    ".epub": EPUB,
    ".htm": HTML,
    ".html": HTML,
    ".json": JSON,
    ".log": PLAIN,
    ".markdown": MARKDOWN,
    ".md": MARKDOWN,
    ".odt": ODT,
    ".org": PLAIN,
    ".pdf": PDF,
    ".pptx": PPTX,
    ".rst": PLAIN,
    ".rtf": RTF,
    ".tex": PLAIN,
    ".text": PLAIN,
    ".toml": PLAIN,
    ".tsv": TSV,
    ".txt": PLAIN,
    ".xhtml": HTML,
    ".xlsx": XLSX,
    ".xml": XML,
    ".yaml": PLAIN,
    ".yml": PLAIN,
}


def media_type_of(name: str, overrides: Mapping[str, str]) -> str:
    """The media type of a file called `name`; `overrides` maps extensions such as ".dat"."""
    dot = name.rfind(".")
    extension = name[dot:].lower() if dot > 0 else ""
    return overrides.get(extension) or BY_EXTENSION.get(extension, UNKNOWN)
