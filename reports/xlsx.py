"""Render: a `Report` as a workbook: real numbers, frozen headers, filters, colours that follow the numbers.

openpyxl's write-only mode: rows are written as they come, so two thousand numbers cost no more memory than two."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.formatting.rule import ColorScaleRule
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from reports.charts import LOW_TO_HIGH
from reports.facts import excluded, facts, undone
from reports.report import Report
from reports.show import Show
from reports.table import Cell, Column, Form, Table, calls, lines, rate_cells, rate_columns, text, units, valid_cells

FORMATS: dict[Form, str] = {
    "share": "0.0%",
    "seconds": "0.0",
    "points": "0.0",
    "count": "0",
    "worth": "0.0",
    "time": "yyyy-mm-dd hh:mm:ss",
}
WIDTHS: dict[Form, float] = {"share": 11, "seconds": 11, "points": 9, "count": 9, "worth": 9, "time": 20, "text": 18}
_scale: Any = ColorScaleRule
HEAD = PatternFill("solid", fgColor="E6EBEF")
BOLD = Font(bold=True)
WRAPPED = Alignment(wrap_text=True, vertical="top")


def xlsx(report: Report, lang: str) -> bytes:
    """The file: an overview, units, numbers, hours, days, what is not counted, calls when shown, formulas."""
    show = Show(report, lang)
    book = Workbook(write_only=True)
    _sheet(book, _overview(show))
    if report.number is None:
        _sheet(book, units(show))
        _sheet(book, lines(show))
    _sheet(book, _hours(show))
    _sheet(book, _days(show))
    _sheet(book, _not_counted(show))
    if report.calls:
        _sheet(book, calls(show))
    _sheet(book, _appendix(show))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet(book: Workbook, table: Table) -> None:
    sheet: Any = book.create_sheet(table.title[:31])  # write-only sheets are not in openpyxl's stubs
    for place, column in enumerate(table.columns, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = WIDTHS[column.form]
    sheet.freeze_panes = "B2"
    header = []
    for column in table.columns:
        cell = WriteOnlyCell(sheet, value=column.name)
        cell.font, cell.fill, cell.alignment = BOLD, HEAD, WRAPPED
        header.append(cell)
    sheet.append(header)
    count = 1
    for row in table.rows():
        sheet.append([_cell(sheet, value, column) for value, column in zip(row, table.columns, strict=True)])
        count += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{count}"
    first = next((i for i, column in enumerate(table.columns, start=1) if column.form == "share"), None)
    if first is not None and count > 1:
        letter = get_column_letter(first)
        low, _, middle, _, high = (colour.lstrip("#") for colour in LOW_TO_HIGH)
        rule = _scale(
            start_type="num", start_value=0.4, start_color=low,
            mid_type="num", mid_value=0.8, mid_color=middle,
            end_type="num", end_value=1, end_color=high,
        )  # fmt: skip
        sheet.conditional_formatting.add(f"{letter}2:{letter}{count}", rule)


def _cell(sheet: Any, value: Cell, column: Column) -> Any:
    if value is None:
        return None
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", value))
        cell.data_type = "s"  # or openpyxl makes "=…" a formula
        return cell
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, float | int | datetime):
        cell.number_format = FORMATS.get(column.form, "General")
    return cell


def _overview(show: Show) -> Table:
    total, t = show.report.study.total, show.t
    columns = (Column(name=show.heading), *rate_columns(show))
    rates = [
        (t("figures.connect"), total.connect),
        (t("figures.prompt"), total.prompt),
        (t("figures.reached"), total.reached),
        (t("figures.unclear"), total.unclear),
        *((show.result(result), rate) for result, rate in total.results.items()),
    ]
    about = text(" · ".join(filter(None, (show.about, show.period))))
    rows: list[list[Cell]] = [[about, *(None for _ in columns[1:])]]
    rows += [[name, *rate_cells(rate)] for name, rate in rates]
    rows.append([t("figures.spot_valid"), *valid_cells(total)])
    return Table(title=t("report.sheet_overview"), columns=columns, rows=lambda: rows)


def _hours(show: Show) -> Table:
    t = show.t
    names = (t("report.weekday"), t("report.hour"))
    columns = (Column(name=names[0]), Column(name=names[1]), *rate_columns(show, "connect"))
    rows: list[list[Cell]] = [
        [
            t(f"report.weekday_{c.weekday}"),
            f"{c.hour:02}:00",
            *rate_cells(c.connect),
        ]
        for c in show.report.study.matrix
    ]
    return Table(title=t("report.sheet_hours"), columns=columns, rows=lambda: rows)


def _days(show: Show) -> Table:
    columns = (Column(name=show.t("report.day")), *rate_columns(show, "connect"))
    rows: list[list[Cell]] = [[f"{s.first}", *rate_cells(s.connect)] for s in show.report.study.days]
    return Table(title=show.t("report.trend_days"), columns=columns, rows=lambda: rows)


def _not_counted(show: Show) -> Table:
    t = show.t
    columns = (
        Column(name=t("report.reason")),
        Column(name=t("report.count"), form="count"),
        Column(name=t("report.meaning")),
    )
    rows: list[list[Cell]] = [[text(what), n, text(meaning)] for what, n, meaning in excluded(show) + undone(show)]
    return Table(title=t("report.excluded"), columns=columns, rows=lambda: rows)


def _appendix(show: Show) -> Table:
    made = show.report.study.appendix
    rows: list[list[Cell]] = [[name, text(value)] for name, value in facts(show)]
    rows += [[f"{one.period}: {one.commitment}", one.seed or show.t("report.dice_secret")] for one in made.made.dice]
    rows += [[show.t("report.formula"), show.t(f"figures.{formula}")] for formula in made.formulas]
    columns = (Column(name=show.t("report.appendix")), Column(name=""))
    return Table(title=show.t("report.appendix"), columns=columns, rows=lambda: rows)
