"""Incidents as a table for other programs: CSV or XLSX. Pure: the bytes of the file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime, tzinfo

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from probe.harmless import as_cell, no_formula
from probe.incidents.incident import Incident
from probe.incidents.tell import half_day_text, kind_text, state_text
from probe.words import words

COLUMNS = (
    "id",
    "number",
    "unit",
    "kind",
    "opened",
    "state",
    "owner",
    "deadline",
    "repeat_of",
    "closed",
    "calls",
    "good",
)
WIDTH = 18.0

Cell = str | int | date | datetime | None


def header(lang: str) -> list[str]:
    return [words(f"incidents.{column}", lang) for column in COLUMNS]


def row(incident: Incident, lang: str, zone: tzinfo) -> list[Cell]:
    """One incident; times are local and without a zone, as a spreadsheet knows them."""
    return [
        incident.id + incident.mark,
        as_cell(incident.number),
        as_cell(incident.unit),
        kind_text(incident, lang),
        _local(incident.opened_at, zone),
        state_text(incident, lang),
        as_cell(incident.owner),
        incident.deadline,
        incident.repeat_of,
        None if incident.closed_at is None else _local(incident.closed_at, zone),
        len(incident.calls),
        ("、" if lang == "zh" else ", ").join(half_day_text(one, lang) for one in incident.good),
    ]


def to_csv(incidents: Iterable[Incident], lang: str, zone: tzinfo) -> bytes:
    """UTF-8 with a byte order mark, by which spreadsheets know it; texts that look like formulas begin with '."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(header(lang))
    writer.writerows([_plain(cell) for cell in row(incident, lang, zone)] for incident in incidents)
    return out.getvalue().encode("utf-8-sig", errors="replace")


def to_xlsx(incidents: Iterable[Incident], lang: str, zone: tzinfo) -> bytes:
    """Real dates, texts that are never formulas, a header that stays in sight, filters."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None  # a new workbook has one
    sheet.title = words("incidents.sheet", lang)
    sheet.append(header(lang))
    for cells in (row(incident, lang, zone) for incident in incidents):
        _append(sheet, cells)
    for column in range(1, len(COLUMNS) + 1):
        sheet.cell(1, column).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = WIDTH
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _append(sheet: Worksheet, cells: Sequence[Cell]) -> None:
    at = sheet.max_row + 1
    for column, value in enumerate(cells, start=1):
        cell = sheet.cell(at, column)
        if isinstance(value, str):
            cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
            cell.data_type = "s"  # or openpyxl makes "=…" a formula
        else:
            cell.value = value
        if isinstance(value, datetime):
            cell.number_format = "yyyy-mm-dd hh:mm"
        elif isinstance(value, date):
            cell.number_format = "yyyy-mm-dd"


def _local(at: datetime, zone: tzinfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0)


def _plain(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case datetime():
            return f"{cell:%Y-%m-%d %H:%M}"
        case str():
            return no_formula(cell)
        case _:
            return str(cell)
