"""One row of the table → its numbers, or everything that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import msgspec
from openpyxl.utils import get_column_letter

import scenarios
from probe.calendar import HoursError, parse_hours
from probe.directory import typed
from probe.directory.headers import Columns, title_of
from probe.directory.number import LONGEST_CELL, several
from probe.errors import ProbeError
from probe.hints import nearest, shown
from probe.model import Number
from probe.never_dial import extension_refusal
from probe.words import words

EMPTY = {"", "-", "--", "/", "无", "—", "——"}
_OWN_WAY = {"number", "scenario", *typed.READERS}
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*/?^_`{|}~+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_CLOCK = re.compile(r"(?<!\d)(\d{1,2})[:：](\d{1,2})(?!\d)")
_FORMULA = re.compile(r"=|[+@-].*[(|!]")  # a spreadsheet that opens one of our exports would carry it out


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong with one cell. `row` counts as a spreadsheet does, `column` is the header as written."""

    row: int
    column: str
    value: str
    key: str
    values: dict[str, str | int] = {}
    follows: str = ""  # key of a sentence: what follows from it

    def text(self, lang: str) -> str:
        """Row, column, value and reason in one line."""
        place = "directory.at_value" if self.value else "directory.at_column"
        reason = words(self.key, lang, **self.values)
        if self.follows:
            reason += words(self.follows, lang)
        return words(place, lang, row=self.row, column=self.column, value=self.value, reason=reason)


def at(row: int, columns: Columns, field: str, cells: Sequence[str], key: str, **values: str | int) -> Problem:
    """A problem of one field in a row."""
    value = _cell(cells, columns.place.get(field))
    return Problem(row=row, column=title_of(columns, field), value=shown(value.strip()), key=key, values=values)


def read_row(
    row: int, cells: Sequence[str], columns: Columns, *, country: str, area_code: str
) -> tuple[list[Number], list[Problem]]:
    """The row's numbers (more than one when its cell has several), or else its problems."""
    fields = {field: _tidy(_cell(cells, place)) for field, place in columns.place.items()}
    wrong = list(_wrong(fields))
    read = {field: typed.read(field, text) for field, text in fields.items() if text and field in typed.READERS}
    wrong += [(field, value.key, value.values) for field, value in read.items() if isinstance(value, typed.NotRead)]
    extension = read.get("extension")
    if isinstance(extension, str) and extension_refusal(extension, country=country, area_code=area_code):
        wrong.append(("extension", "directory.forbidden_extension", {}))
    found: tuple[tuple[str, str], ...] = ()
    try:
        found = several(_cell(cells, columns.place["number"]), country=country, area_code=area_code)
    except ProbeError as error:
        wrong.append(("number", error.key, _plain(error)))
    wrong.sort(key=lambda problem: columns.place[problem[0]])
    problems = [at(row, columns, field, cells, key, **values) for field, key, values in wrong]
    problems += [
        Problem(row=row, column=get_column_letter(place + 1), value=shown(cell.strip()), key="directory.extra_cell")
        for place, cell in enumerate(cells)
        if place >= len(columns.titles) and cell.strip()
    ]
    if problems:
        return [], problems
    text = {field: cell for field, cell in fields.items() if field not in _OWN_WAY}
    rest: dict[str, Any] = {**text, **read, "scenario": fields.get("scenario", "").casefold() or "direct"}
    return [Number(number=number, written=shown(written), **rest) for written, number in found], []


def doubtful_hours(row: int, cells: Sequence[str], columns: Columns, hours: str) -> Problem | None:
    """What is better looked at in the hours of a good row. Nothing is lost: the number is kept."""
    if not hours:
        return None
    try:
        if parse_hours(hours).season_without_dates:
            return at(row, columns, "hours", cells, "calendar.season_without_dates")
    except HoursError as error:
        problem = at(row, columns, "hours", cells, error.key, **_plain(error))
        return msgspec.structs.replace(problem, follows="directory.not_planned")
    return None


def _plain(error: ProbeError) -> dict[str, str | int]:
    return {name: value if isinstance(value, int) else str(value) for name, value in error.values.items()}


def _cell(cells: Sequence[str], place: int | None) -> str:
    return "" if place is None or place >= len(cells) else cells[place]


def _tidy(cell: str) -> str:
    """On one line and without invisible characters; a dash or 无 stands for nothing."""
    text = " ".join(cell.split())
    if not text.isprintable():
        text = "".join(char for char in text if char.isprintable())
    return "" if text in EMPTY else text


def _wrong(fields: dict[str, str]) -> Iterator[tuple[str, str, dict[str, str | int]]]:
    """(field, key of the reason, its values) for whatever is wrong in any column but the number's."""
    if not fields["unit"]:
        yield "unit", "directory.no_unit", {}
    for field, text in fields.items():
        if field == "number":
            continue
        if len(text) > LONGEST_CELL:
            yield field, "directory.too_long", {"length": len(text), "longest": LONGEST_CELL}
        elif _FORMULA.match(text):
            yield field, "directory.formula", {}
    email = fields.get("owner_email", "")
    if email and not _EMAIL.fullmatch(email):
        yield "owner_email", "directory.bad_email", {}
    for hour, minute in _CLOCK.findall(fields.get("hours", "")):
        if int(minute) > 59 or int(hour) * 60 + int(minute) > 24 * 60:
            yield "hours", "directory.bad_hours", {"clock": f"{hour}:{minute}"}
            break
    scenario = fields.get("scenario", "").casefold()
    if scenario and scenario not in _scenarios():
        near = nearest(scenario, _scenarios())
        allowed = ", ".join(_scenarios())
        if near:
            yield "scenario", "directory.no_scenario_near", {"allowed": allowed, "near": near}
        else:
            yield "scenario", "directory.no_scenario", {"allowed": allowed}


@cache
def _scenarios() -> tuple[str, ...]:
    return scenarios.names()
