"""PDF: the text of each page as it stands there, with the headings that kreuzberg recognises.

kreuzberg's own Markdown changes quotation marks and some words, and its page offsets are those of
another rendering. So its structure only says where blocks start and which lines are headings.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Any

from kreuzberg import ExtractionResult

from lexiane_dagster.adapters.kreuzberg.text import normalise

_LINE_END_HYPHEN = "\x02"
_PAGE_NUMBER = re.compile(
    r"\W*(page|p\.|seite|página|pagina)?\s*\d{1,5}(\s*(/|of|von|sur|de|di)\s*\d{1,5})?\W*",
    re.IGNORECASE,
)
_PREFIX = 24
_HEADING_LINES = 4
_RUNNING = 3
_SMALL = 0.85


@dataclass(frozen=True, slots=True)
class _Block:
    page: int
    key: str
    start: str
    level: int
    height: float


def pdf_pages(result: ExtractionResult) -> tuple[list[str], bool]:
    """The pages of a PDF, and whether headings in them are marked as Markdown."""
    blocks = _blocks(result)
    has_headings = any(block.level for block in blocks)
    by_page: dict[int, list[_Block]] = {}
    for block in blocks:
        by_page.setdefault(block.page, []).append(block)
    pages = []
    for page in result.pages or []:
        text = normalise(page["content"].replace(_LINE_END_HYPHEN, ""))
        own = by_page.get(page["page_number"], [])
        pages.append(_page(text.split("\n"), own, has_headings))
    return pages, has_headings


def _blocks(result: ExtractionResult) -> list[_Block]:
    nodes = result.document["nodes"] if result.document else []
    blocks = [block for node in nodes if (block := _block(node))]
    repeated = Counter(block.key for block in blocks if block.level)
    heights: dict[int, list[float]] = {}
    for block in blocks:
        heights.setdefault(block.level, []).append(block.height)

    def is_no_heading(block: _Block) -> bool:
        # Running heads, and bold lines smaller than the others of their level: heads of tables.
        usual = median(heights[block.level])
        return repeated[block.key] >= _RUNNING or block.height < _SMALL * usual

    return [replace(block, level=0) if is_no_heading(block) else block for block in blocks]


def _block(node: Mapping[str, Any]) -> _Block | None:
    content = node["content"]
    page = node.get("page")
    text = content.get("text")
    if not isinstance(text, str) or not isinstance(page, int) or not _key(text):
        return None
    is_heading = content["node_type"] in ("heading", "title")
    level = int(content.get("level") or 1) if is_heading else 0
    if _PAGE_NUMBER.fullmatch(text):
        level = 0
    lines = [key for line in text.split("\n") if (key := _key(line))]
    box = node.get("bbox")
    height = (box["y1"] - box["y0"]) / len(lines) if box else 0.0
    return _Block(page, _key(text), lines[0][:_PREFIX], level, height)


def _page(lines: Sequence[str], blocks: Sequence[_Block], is_markdown: bool) -> str:
    keys = [_key(line) for line in lines]
    headings: dict[int, tuple[int, int]] = {}
    starts = {0, len(lines)}
    cursor = 0
    for block in blocks:
        found = _find(keys, block, cursor)
        if found is None:
            continue
        start, end = found
        # A page number that the file draws just before a heading is no part of it.
        while block.level and start + 1 < end and _PAGE_NUMBER.fullmatch(lines[start]):
            start += 1
        starts.add(start)
        cursor = end
        if block.level:
            starts.add(end)
            headings[start] = (end, block.level)
    parts = []
    for start, end in pairwise(sorted(starts)):
        body = [line.rstrip() for line in lines[start:end] if line.strip()]
        if start in headings:
            parts.append("#" * headings[start][1] + " " + " ".join(" ".join(body).split()))
        elif body:
            parts.append("\n".join(_literal(line) if is_markdown else line for line in body))
    return "\n\n".join(parts)


def _find(keys: Sequence[str], block: _Block, cursor: int) -> tuple[int, int] | None:
    """The lines that a block covers: all of a heading, of another block the first one."""
    for start in range(cursor, len(keys)):
        if block.level:
            joined = ""
            for end in range(start, min(start + _HEADING_LINES, len(keys))):
                joined += keys[end]
                if keys[start] and joined == block.key:
                    return start, end + 1
        elif _begins(keys[start], block.start) or _begins(
            keys[start].lstrip("0123456789"), block.start
        ):
            return start, start + 1
    return None


def _begins(key: str, start: str) -> bool:
    return bool(key) and (key.startswith(start) or (len(key) >= 3 and start.startswith(key)))


def _key(text: str) -> str:
    return "".join(c for c in normalise(text).casefold() if c.isalnum())


def _literal(line: str) -> str:
    return "\\" + line if line.startswith("#") else line
