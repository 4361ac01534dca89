"""The small Markdown that the sources are written in: headings, paragraphs, lists, tables.

A handful of constructs is all that PDF, Word and slides have in common, so a full Markdown
parser would only bring in what some of them could not show.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Kind = Literal["heading", "paragraph", "bullets", "numbers", "table", "note"]
Row = list[str]

_ITEM = re.compile(r"(- |\d+\. )(.*)")
_HEADING = re.compile(r"(#{1,3}) (.*)")
_BOLD = re.compile(r"\*\*(.+?)\*\*")


@dataclass(frozen=True)
class Block:
    """One piece of a text; `lines` for words, `rows` for a table (the first is its head)."""

    kind: Kind
    lines: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    level: int = 0

    @property
    def text(self) -> str:
        return " ".join(self.lines)


@dataclass(frozen=True)
class Source:
    """A source file: its front matter and its blocks."""

    meta: dict[str, str]
    body: str

    @property
    def blocks(self) -> list[Block]:
        return [_block(part) for part in re.split(r"\n\s*\n", self.body.strip())]


def read_source(path: Path) -> Source:
    """Split a source into its front matter (`name: value` lines) and its body."""
    _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    fields = (line.partition(": ") for line in front.splitlines())
    return Source(meta={name: value for name, _, value in fields}, body=body)


def runs(text: str) -> list[tuple[str, bool]]:
    """Cut a line at its `**bold**` parts, so that each renderer can set them its own way."""
    return [(part, bool(i % 2)) for i, part in enumerate(_BOLD.split(text)) if part]


def _block(part: str) -> Block:
    lines = part.splitlines()
    if heading := _HEADING.match(part):
        return Block("heading", [heading[2]], level=len(heading[1]))
    if part.startswith("|"):
        return Block("table", rows=[_cells(line) for line in lines if not _is_rule(line)])
    if part.startswith("> "):
        return Block("note", [line.removeprefix("> ") for line in lines])
    if item := _ITEM.match(part):
        return Block("bullets" if item[1] == "- " else "numbers", _items(lines))
    return Block("paragraph", lines)


def _items(lines: list[str]) -> list[str]:
    items: list[str] = []
    for line in lines:
        if item := _ITEM.match(line):
            items.append(item[2])
        else:  # a long item that goes on in the next line
            items[-1] += " " + line.strip()
    return items


def _cells(line: str) -> Row:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _is_rule(line: str) -> bool:
    return set(line) <= set("|-: ")
