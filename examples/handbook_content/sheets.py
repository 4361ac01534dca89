"""Workbooks by openpyxl, from YAML: one entry a sheet, with its columns and its rows."""

import io
from pathlib import Path
from typing import Any

import yaml
from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from handbook_content.archive import settle

_HEAD_FONT = Font(bold=True)
_HEAD_FILL = PatternFill("solid", fgColor="E4EBF0")
_WIDEST = 60


def render(path: Path) -> bytes:
    """The YAML file as a workbook."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    workbook.properties.title = content["title"]
    workbook.properties.creator = content["author"]
    for sheet in content["sheets"]:
        _add(workbook.create_sheet(sheet["name"]), sheet)
    out = io.BytesIO()
    workbook.save(out)
    return settle(out.getvalue(), str(content["date"]))


def _add(worksheet: Worksheet, sheet: dict[str, Any]) -> None:
    rows = [sheet["columns"], *sheet["rows"]]
    for row in rows:
        worksheet.append(row)
    for number, column in enumerate(zip(*rows, strict=True), start=1):
        head = worksheet.cell(row=1, column=number)
        head.font, head.fill = _HEAD_FONT, _HEAD_FILL
        width = min(_WIDEST, max(len(str(value)) for value in column) + 2)
        worksheet.column_dimensions[get_column_letter(number)].width = width
    worksheet.freeze_panes = "A2"
