"""Markdown as kreuzberg writes it, HTML and XML as kreuzberg needs it."""

import html
import re

# Noncharacters: no document may hold them, so they come back as they went in.
SLIDE_MARK = "\ufdd5"
_STANDINS = {"amp": "\ufdd0", "lt": "\ufdd1", "gt": "\ufdd2", "quot": "\ufdd3", "apos": "\ufdd4"}
_MEANT = str.maketrans({"\ufdd0": "&", "\ufdd1": "<", "\ufdd2": ">", "\ufdd3": '"', "\ufdd4": "'"})
_REFERENCE = re.compile(r"&(amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});")

_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_FENCE = re.compile(r"(`{3,}|~{3,})")
_IMAGE = re.compile(r"!\[([^\]\n]*)\]\([^)\n]*\)")
_HEADING = re.compile(r"#{1,6} +\S")
_TITLE = re.compile(r"<title\b[^>]*>(.*?)</title\s*>", re.IGNORECASE | re.DOTALL)
_HEAD_TAGS = re.compile(r"<meta\b[^>]*>|<link\b[^>]*>|<base\b[^>]*>", re.IGNORECASE)


def shield_references(xml: str) -> str:
    """XML with stand-ins for character references, which kreuzberg drops from DOCX and XML."""
    return _REFERENCE.sub(_stand_in, xml)


def unshield_references(text: str) -> str:
    return text.translate(_MEANT)


def _stand_in(match: re.Match[str]) -> str:
    name = match[1]
    if name in _STANDINS:
        return _STANDINS[name]
    character = html.unescape(match[0])
    named = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}.get(character)
    if named:
        return _STANDINS[named]
    return character if character.isprintable() else match[0]


def unescape_markdown(markdown: str) -> str:
    """Markdown without the backslashes that kreuzberg adds: a quote should read as the document.

    Those that keep a line from turning into a heading or a cell into two stay.
    """
    lines = []
    fence = ""
    for line in markdown.split("\n"):
        mark = _FENCE.match(line)
        if mark and (not fence or line.startswith(fence)):
            fence = "" if fence else mark[1]
        elif not fence:
            line = _unescape_line(line)
        lines.append(line)
    return "\n".join(lines)


def _unescape_line(line: str) -> str:
    kept = "|" if line.startswith("|") else ""
    start = 2 if line.startswith("\\#") else 0
    return line[:start] + _ESCAPE.sub(
        lambda match: match[0] if match[1] == kept else match[1], line[start:]
    )


def without_images(markdown: str) -> str:
    """Markdown with the description of each image in place of its address or its data."""
    return _IMAGE.sub(r"\1", markdown)


def has_headings(markdown: str) -> bool:
    return any(_HEADING.match(line) for line in markdown.split("\n"))


def split_title(page: str) -> tuple[str | None, str]:
    """The title of an HTML page, and the page without what kreuzberg would print of its head."""
    match = _TITLE.search(page)
    title = html.unescape(match[1]) if match else None
    return title, _HEAD_TAGS.sub("", _TITLE.sub("", page, count=1))
