"""Word documents by python-docx, with the built-in heading, list and table styles."""

import io

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.shared import Pt
from docx.text.paragraph import Paragraph

from handbook_content.archive import settle
from handbook_content.markup import Block, Row, Source, runs

_TABLE_STYLE = "Light Grid Accent 1"
_LIST_STYLES = {"bullets": "List Bullet", "numbers": "List Number"}


def render(source: Source) -> bytes:
    """The source as a Word document."""
    document = Document()
    _lighten(document)
    document.styles["Normal"].font.size = Pt(10.5)
    properties = document.core_properties
    properties.title = source.meta["title"]
    properties.author = source.meta["author"]
    properties.last_modified_by = source.meta["author"]
    properties.subject = source.meta["reference"]
    properties.comments = ""
    document.sections[0].footer.paragraphs[0].text = source.meta["reference"]
    for block in source.blocks:
        _add(document, block)
    out = io.BytesIO()
    document.save(out)
    return settle(out.getvalue(), source.meta["date"])


def _lighten(document: WordDocument) -> None:
    """Drop what the library's template brings and no document uses: nine tenths of the size."""
    for style in list(document.styles):
        if style.type is WD_STYLE_TYPE.TABLE and style.name not in (_TABLE_STYLE, "Normal Table"):
            style.delete()
    relations = document.part.rels
    for name in [r for r, part in relations.items() if part.reltype.endswith("WithEffects")]:
        relations.pop(name)


def _add(document: WordDocument, block: Block) -> None:
    match block.kind:
        case "heading":
            document.add_heading(block.text, level=block.level)
        case "bullets" | "numbers":
            for item in block.lines:
                _write(document.add_paragraph(style=_LIST_STYLES[block.kind]), item)
        case "table":
            _add_table(document, block.rows)
        case _:
            _write(document.add_paragraph(), block.text)


def _add_table(document: WordDocument, rows: list[Row]) -> None:
    table = document.add_table(rows=len(rows), cols=len(rows[0]), style=_TABLE_STYLE)
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            _write(cell.paragraphs[0], text)
    document.add_paragraph()


def _write(paragraph: Paragraph, text: str) -> None:
    for part, bold in runs(text):
        paragraph.add_run(part).bold = bold or None
