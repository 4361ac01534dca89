"""PDF by reportlab, with the standard fonts (they cover French and the euro sign)."""

import io
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.lib.units import cm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    ListFlowable,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from handbook_content.markup import Block, Row, Source, runs

_INK = colors.HexColor("#1f3b4d")
_SHEET = getSampleStyleSheet()
_TEXT = ParagraphStyle("text", _SHEET["BodyText"], fontSize=10, leading=14.5, spaceAfter=6)
_CELL = ParagraphStyle("cell", _TEXT, leading=13, spaceAfter=0)
_HEAD = ParagraphStyle("head", _CELL, fontName="Helvetica-Bold")
_H1 = ParagraphStyle(
    "h1", _SHEET["Title"], alignment=0, fontSize=20, leading=25, textColor=_INK, keepWithNext=1
)
_H2 = ParagraphStyle("h2", _H1, fontSize=14, leading=18, spaceBefore=14)
_H3 = ParagraphStyle("h3", _H2, fontSize=12, leading=16, spaceBefore=8)
_HEADINGS = [_H1, _H2, _H3]
_GRID = TableStyle(
    [
        ("GRID", (0, 0), (-1, -1), 0.5, colors.grey),
        ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#e4ebf0")),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("NOSPLIT", (0, 0), (-1, -1)),
    ]
)
_LISTS = {
    "bullets": {"bulletType": "bullet"},
    "numbers": {"bulletType": "1", "bulletFormat": "%s."},
}
_MARGIN = 2.3 * cm
_WIDTH = A4[0] - 2 * _MARGIN


def render(source: Source) -> bytes:
    """The source as a PDF; `invariant` keeps the clock out of it."""
    out = io.BytesIO()
    document = BaseDocTemplate(
        out,
        pagesize=A4,
        title=source.meta["title"],
        author=source.meta["author"],
        subject=source.meta["reference"],
        invariant=1,
        pageCompression=0,
    )

    def footer(canvas: Canvas, _document: BaseDocTemplate) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.setFillColor(colors.grey)
        canvas.drawString(_MARGIN, 1.2 * cm, source.meta["reference"])
        canvas.drawRightString(A4[0] - _MARGIN, 1.2 * cm, str(canvas.getPageNumber()))

    frame = Frame(_MARGIN, _MARGIN, _WIDTH, A4[1] - 2 * _MARGIN)
    # At the end of a page, not at its start: whoever extracts the text meets the footer last.
    document.addPageTemplates(PageTemplate(frames=[frame], onPageEnd=footer))
    document.build([flowable for block in source.blocks for flowable in _flowables(block)])
    return out.getvalue()


def _flowables(block: Block) -> list[Flowable]:
    match block.kind:
        case "heading":
            return [_paragraph(block.text, _HEADINGS[block.level - 1])]
        case "bullets" | "numbers":
            items = [_paragraph(item, _TEXT) for item in block.lines]
            return [ListFlowable(items, leftIndent=16, bulletFontSize=10, **_LISTS[block.kind])]
        case "table":
            return [_table(block.rows), Spacer(1, 8)]
        case _:
            return [_paragraph(block.text, _TEXT)]


def _table(rows: list[Row]) -> Table:
    cells = [
        [_paragraph(cell, _CELL if number else _HEAD) for cell in row]
        for number, row in enumerate(rows)
    ]
    width = _WIDTH / len(rows[0])
    return Table(cells, colWidths=[width] * len(rows[0]), repeatRows=1, style=_GRID)


def _paragraph(text: str, style: ParagraphStyle) -> Paragraph:
    marked = (f"<b>{escape(part)}</b>" if bold else escape(part) for part, bold in runs(text))
    return Paragraph("".join(marked), style)
