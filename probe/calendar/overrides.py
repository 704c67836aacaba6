"""The holidays file: days that are worked or not whatever the published calendar says, and whole years of them.

complete = [2027]                        # every holiday and make-up day of these years stands below

[rest]
"2027-10-01/2027-10-07" = "国庆节"

[work]
2027-10-09 = "国庆节调休"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from probe.calendar.errors import CalendarError
from probe.errors import SettingsError
from probe.hints import nearest, shown
from probe.model import Fact

LARGEST_BYTES = 1_000_000
LONGEST_RANGE_DAYS = 366
YEARS = range(2000, 2200)
_TABLES = {"rest": False, "work": True}
_KEYS = ("complete", *_TABLES)


class Overrides(Fact, frozen=True, kw_only=True):
    """Day → whether it is worked; and the years of which nothing is missing."""

    days: dict[date, bool] = {}  # noqa: RUF012 - msgspec copies an empty default
    complete: frozenset[int] = frozenset()


def read(file: Path) -> Overrides:
    """CalendarError when it cannot be read, or with every mistake in it."""
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        raise CalendarError((SettingsError("calendar.file_missing", file=file),)) from None
    except OSError as error:
        raise CalendarError((SettingsError("calendar.file_unreadable", file=file, reason=error.strerror),)) from error
    return parse(data, str(file))


def parse(data: bytes, name: str) -> Overrides:
    """The bytes of such a file; `name` is for messages."""
    try:
        if len(data) > LARGEST_BYTES:
            raise ValueError("too large")
        text = data.decode("utf-8-sig")
    except ValueError:
        raise CalendarError((SettingsError("calendar.file_not_text", file=name),)) from None
    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        place = re.search(r"line (\d+)", str(error))
        line = int(place[1]) if place else text.count("\n") + 1
        reason = str(error).partition(" (at ")[0]
        raise CalendarError((SettingsError("calendar.file_broken", file=name, line=line, reason=reason),)) from None
    from probe.settings.lines import lines_of  # late: the settings import the plan, and the plan us

    return _Checked(raw, lines_of(text), name).overrides()


class _Checked:
    """Goes through the file and gathers what is wrong with it."""

    def __init__(self, raw: dict[str, object], lines: dict[tuple[str, ...], int], name: str) -> None:
        self._raw, self._lines, self._name = raw, lines, name
        self._mistakes: list[SettingsError] = []
        self._days: dict[date, bool] = {}
        self._stated: dict[date, int] = {}  # day → line

    def overrides(self) -> Overrides:
        for key in self._raw:
            if key not in _KEYS:
                near = nearest(key, _KEYS)
                name = "calendar.file_unknown_near" if near else "calendar.file_unknown"
                self._wrong(name, (key,), key, **({"near": near} if near else {}))
        for table, works in _TABLES.items():
            entries = self._raw.get(table, {})
            if not isinstance(entries, dict):
                self._wrong("calendar.file_table", (table,), table)
                continue
            for key, note in entries.items():
                self._entry(table, key, note, works)
        complete = self._complete()
        if self._mistakes:
            raise CalendarError(tuple(sorted(self._mistakes, key=lambda mistake: int(str(mistake.values["line"])))))
        return Overrides(days=self._days, complete=complete)

    def _entry(self, table: str, key: str, note: object, works: bool) -> None:
        path = (table, key)
        days = list(_days(key))
        if not days:
            self._wrong("calendar.file_date", path, key)
        elif not isinstance(note, str):
            self._wrong("calendar.file_note", path, key)
        for day in days:
            if day in self._stated:
                self._wrong("calendar.file_twice", path, day, first=self._stated[day])
                return
            self._stated[day] = self._lines.get(path, 1)
            self._days[day] = works

    def _complete(self) -> frozenset[int]:
        years = self._raw.get("complete", [])
        if not isinstance(years, list) or not all(type(year) is int and year in YEARS for year in years):
            self._wrong("calendar.file_complete", ("complete",), years)
            return frozenset()
        for year in years:
            if not any(day.year == year and day.weekday() < 5 and not works for day, works in self._days.items()):
                self._wrong("calendar.file_no_rest", ("complete",), year)
        return frozenset(years)

    def _wrong(self, key: str, path: tuple[str, ...], found: object, **values: object) -> None:
        line = self._lines.get(path, 1)
        self._mistakes.append(SettingsError(key, file=self._name, line=line, found=shown(found), **values))


def _days(key: str) -> Iterator[date]:
    """2027-10-01, or 2027-10-01/2027-10-07 with both ends (ISO 8601); nothing when it is no such thing."""
    first, slash, last = key.partition("/")
    if not all(re.fullmatch(r"\d{4}-\d\d-\d\d", part) for part in (first, last or first)) or (slash and not last):
        return
    try:
        start, end = date.fromisoformat(first), date.fromisoformat(last or first)
    except ValueError:
        return
    if not timedelta(0) <= end - start <= timedelta(days=LONGEST_RANGE_DAYS):
        return
    for n in range((end - start).days + 1):
        yield start + timedelta(days=n)
