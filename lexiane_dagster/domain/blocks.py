"""The blocks of a text: paragraphs, list items, table rows, code and headings.

A small line scanner, not a Markdown parser: it has to find where units of text begin and end, in
Markdown as extractors write it and in plain text alike, and to find the same again after an edit.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["paragraph", "item", "row", "code", "heading"]

_LINE = re.compile(r"([^\n]*)\n?")
_ATX = re.compile(r" {0,3}(#{1,6})(?=[ \t]|$)")
_SETEXT = re.compile(r" {0,3}(=+|-{2,})[ \t]*")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})[^`\n]*")
_ITEM = re.compile(r"\s*(?:[-*+•‣◦–—]|\d{1,3}[.)]|[a-zA-Z]\)|\([a-zA-Z0-9]{1,3}\))\s+\S")
_ROW = re.compile(r"\s*\|")
_FRONT_MATTER = re.compile(r"---[ \t]*\n(?=[\w-]+[ \t]*:)(?:[^\n]*\S[^\n]*\n)*?---[ \t]*(?=\n|\Z)")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_EMPHASIS = re.compile(r"\*{1,3}|__|`|\\(?=[^\w\s])")


@dataclass(frozen=True, slots=True)
class Block:
    """Code points `start` to `end` of a text, without surrounding white space.

    `level` (1 to 6) and `title` (without markup, in one line) are set for headings only.
    """

    kind: Kind
    start: int
    end: int
    level: int = 0
    title: str = ""


def blocks(text: str) -> list[Block]:
    """The blocks of `text` in order; together they hold every character that is not white space."""
    return [block for block in _Scanner(text).scan() if block.start < block.end]


class _Scanner:
    """Gathers lines into blocks; `opened` is where the unfinished paragraph or item began."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.opened: int | None = None
        self.kind: Kind = "paragraph"
        self.ended = 0
        self.unclosed: set[str] = set()

    def scan(self) -> Iterator[Block]:
        position = 0
        if front := _FRONT_MATTER.match(self.text):
            yield self._block("code", 0, front.end())
            position = front.end()
        while position < len(self.text):
            line = _LINE.match(self.text, position)
            assert line is not None
            position = line.end()
            if not line[1].strip():
                yield from self._flush()
            elif fence := self._fenced(line):
                yield from self._flush()
                yield self._block("code", line.start(), fence)
                position = fence
            else:
                yield from self._line(line)
            self.ended = position
        yield from self._flush()

    def _line(self, line: re.Match[str]) -> Iterator[Block]:
        start, end = line.span(1)
        if atx := _ATX.match(line[1]):
            yield from self._flush()
            yield self._heading(start, end, len(atx[1]), _without_closing(line[1][atx.end() :]))
        elif self.opened is not None and self.kind == "paragraph" and _SETEXT.fullmatch(line[1]):
            title = self.text[self.opened : self.ended]
            opened, self.opened = self.opened, None
            yield self._heading(opened, end, 1 if "=" in line[1] else 2, title)
        elif _ROW.match(line[1]):
            yield from self._flush()
            yield self._block("row", start, end)
        elif self.opened is None or _ITEM.match(line[1]):
            yield from self._flush()
            self.opened = start
            self.kind = "item" if _ITEM.match(line[1]) else "paragraph"

    def _fenced(self, line: re.Match[str]) -> int | None:
        """Where the code that `line` opens ends; None when it opens none that is ever closed."""
        fence = _FENCE.fullmatch(line[1])
        if fence is None or fence[1] in self.unclosed:
            return None
        mark = re.escape(fence[1])
        close = re.compile(rf"^ {{0,3}}{mark}{mark[-1]}*[ \t]*$", re.MULTILINE)
        if found := close.search(self.text, line.end(1)):
            return found.end()
        self.unclosed.add(fence[1])
        return None

    def _flush(self) -> Iterator[Block]:
        if self.opened is not None:
            yield self._block(self.kind, self.opened, self.ended)
            self.opened = None

    def _heading(self, start: int, end: int, level: int, title: str) -> Block:
        block = self._block("heading", start, end)
        return Block("heading", block.start, block.end, level, plain(title))

    def _block(self, kind: Kind, start: int, end: int) -> Block:
        return Block(kind, *stripped(self.text, start, end))


def _without_closing(title: str) -> str:
    """An ATX title without the number signs that may close it; those of `C#` stay."""
    title = title.strip()
    opened = title.rstrip("#")
    return opened if not opened or opened[-1].isspace() else title


def plain(title: str) -> str:
    """A title without links, emphasis and line breaks."""
    return " ".join(_EMPHASIS.sub("", _LINK.sub(r"\1", title)).split())


def stripped(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without white space at its ends; an empty one collapses to its end."""
    piece = text[start:end]
    return end - len(piece.lstrip()), start + len(piece.rstrip()) if piece.strip() else end
