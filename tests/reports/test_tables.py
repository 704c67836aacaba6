"""Spreadsheets: real numbers under frozen headers, and the same as the figures."""

from __future__ import annotations

import csv
import io
from datetime import datetime

import pytest
from openpyxl import Workbook, load_workbook

from reports.forms import FORMS
from reports.report import Report
from tests.reports import month

NAMES = ["概览", "各单位", "各号码", "各时段", "逐日变化", "没有计入的拨打", "这些数字怎么来的"]


def opened(found: Report) -> Workbook:
    return load_workbook(io.BytesIO(FORMS[".xlsx"](found, "zh")))


def test_a_month_has_a_sheet_for_each_question() -> None:
    assert opened(month.monthly()).sheetnames == NAMES


def test_a_log_has_its_calls() -> None:
    book = opened(month.case_log())
    assert "每一通电话" in book.sheetnames
    sheet = book["每一通电话"]
    assert sheet.max_row == 1 + len(month.case_log().calls)
    assert isinstance(sheet.cell(2, 1).value, datetime)


def test_numbers_are_numbers() -> None:
    found = month.monthly()
    sheet = opened(found)["各号码"]
    header = [cell.value for cell in sheet[1]]
    rows = {row[3].value: row for row in sheet.iter_rows(min_row=2)}
    assert len(rows) == 12
    for line in found.study.worst:
        row = rows[line.number.written]
        assert row[header.index("接通率")].value == pytest.approx(line.summary.connect.share)
        assert row[header.index("接通率")].number_format == "0.0%"
        assert row[header.index("接通率次数 n")].value == line.summary.connect.n
        assert row[header.index("接通率区间所用的 n")].value == pytest.approx(line.summary.connect.effective_n)
        assert row[header.index("编码")].value == "11–13 有人接听（是否为对口科室，需人工听录音确认）"
        assert row[header.index("凑不满三次的起点")].value == line.summary.unfinished
        assert row[header.index("占线")].value == line.summary.results["busy"].hits
        assert row[header.index("占线")].number_format == "0"


def test_headers_stay_filter_and_colour() -> None:
    for sheet in opened(month.monthly()):
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref == sheet.dimensions
    sheet = opened(month.monthly())["各号码"]
    (coloured,) = sheet.conditional_formatting
    assert str(coloured.sqref) == "E2:E13"
    assert [rule.type for rule in coloured.rules] == ["colorScale"]


def test_units_have_points_and_ranks_with_their_intervals() -> None:
    found = month.monthly()
    sheet = opened(found)["各单位"]
    header = [cell.value for cell in sheet[1]]
    for row, unit in zip(sheet.iter_rows(min_row=2, values_only=True), found.study.units, strict=True):
        score = next(one for one in found.study.sheet if one.unit == unit.name)
        assert score.points is not None
        valid = unit.summary.spot.valid
        assert (row[header.index("有效率")], row[header.index("有效率次数 n")]) == (valid.share, valid.n)
        assert row[header.index("得分")] == pytest.approx(score.points.value)
        ends = row[header.index("得分下限")], row[header.index("得分上限")]
        assert ends == pytest.approx((score.points.low, score.points.high))
        assert str(row[header.index("接通率名次")]).startswith(f"第 {score.rank.place} 名（" if score.rank else "")


def test_csv_is_known_to_excel_and_holds_every_number() -> None:
    data = FORMS[".csv"](month.monthly(), "zh")
    assert data.startswith(b"\xef\xbb\xbf")
    header, *rows = csv.reader(io.StringIO(data.decode("utf-8-sig")))
    assert header[:5] == ["单位", "科室", "服务", "号码", "接通率"]
    assert [row[3] for row in rows] == [line.number.written for line in month.monthly().study.worst]
    assert all(0 <= float(row[4]) <= 1 for row in rows)


def test_csv_of_a_number_is_its_calls() -> None:
    found = month.case_log()
    header, *rows = csv.reader(io.StringIO(FORMS[".csv"](found, "en").decode("utf-8-sig")))
    assert header[0] == "Time"
    assert [row[0] for row in rows][:2] == ["2026-03-25 08:50:00", "2026-03-25 08:55:42"]
    assert len(rows) == len(found.calls)
