"""Slides by python-pptx: a level-2 heading opens a slide, a `>` quote is what the speaker says."""

import io
from itertools import pairwise

from pptx import Presentation
from pptx.slide import Slide
from pptx.text.text import TextFrame
from pptx.util import Inches, Pt

from handbook_content.archive import settle
from handbook_content.markup import Block, Row, Source

_TITLE_LAYOUT, _TEXT_LAYOUT, _TITLE_ONLY_LAYOUT = 0, 1, 5


def render(source: Source) -> bytes:
    """The source as a slide deck."""
    deck = Presentation()
    properties = deck.core_properties
    properties.title = source.meta["title"]
    properties.author = source.meta["author"]
    properties.last_modified_by = source.meta["author"]
    blocks = source.blocks
    starts = [i for i, block in enumerate(blocks) if block.kind == "heading"]
    for start, end in pairwise([*starts, len(blocks)]):
        title, content = blocks[start], blocks[start + 1 : end]
        if title.level == 1:
            layout = _TITLE_LAYOUT
        elif any(block.kind == "table" for block in content):
            layout = _TITLE_ONLY_LAYOUT
        else:
            layout = _TEXT_LAYOUT
        slide = deck.slides.add_slide(deck.slide_layouts[layout])
        slide.shapes.title.text = title.text
        for block in content:
            _fill(slide, block)
    out = io.BytesIO()
    deck.save(out)
    return settle(out.getvalue(), source.meta["date"])


def _fill(slide: Slide, block: Block) -> None:
    match block.kind:
        case "note":
            slide.notes_slide.notes_text_frame.text = block.text
        case "table":
            _add_table(slide, block.rows)
        case _:
            frame = slide.placeholders[1].text_frame
            frame.text = "\n".join(block.lines)
            _set_size(frame, 22)


def _add_table(slide: Slide, rows: list[Row]) -> None:
    box = (Inches(0.5), Inches(1.6), Inches(9), Inches(0.4 * len(rows)))
    table = slide.shapes.add_table(len(rows), len(rows[0]), *box).table
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
            _set_size(cell.text_frame, 14)


def _set_size(frame: TextFrame, points: int) -> None:
    """On the runs: PowerPoint ignores a size that stands on a paragraph."""
    for paragraph in frame.paragraphs:
        for run in paragraph.runs:
            run.font.size = Pt(points)
