"""A table → the numbers that may be called, and everything that is wrong with it, all at once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import msgspec

from probe.directory.headers import REQUIRED, Columns, all_names, match, printed
from probe.directory.row import Problem, at, doubtful_hours, read_row
from probe.directory.table import Table, tables
from probe.errors import DirectoryError
from probe.hints import nearest, shown
from probe.model import Number

HEADER_WITHIN = 20  # rows: a title and remarks may stand above the header
SURELY_ALIKE = 0.75  # one wrong character in four; 单位地址 is not a misspelt 单位名称


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """The good rows; what is wrong with the others; and what was understood but is better looked at."""

    numbers: tuple[Number, ...]
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()


def read(path: Path, *, country: str, area_code: str) -> Listing:
    """`parse` for a file. DirectoryError when it cannot be read."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise DirectoryError("directory.missing", file=path, folder=path.absolute().parent) from None
    except OSError as error:
        raise DirectoryError("directory.unreadable", file=path, reason=error.strerror) from error
    return parse(data, path.name, country=country, area_code=area_code)


def parse(data: bytes, name: str, *, country: str, area_code: str) -> Listing:
    """Read a CSV or XLSX file. `name` is for messages; `country` (ISO 3166) and `area_code` are the robot's.

    A row with anything wrong in it is left out, and every fault in it is reported. DirectoryError when the file is no
    table, has no column for the number or the unit, or no rows.
    """
    found = tables(data, name)
    table, header_row, columns = _wanted(found, name)
    numbers: dict[str, Number] = {}
    first_row: dict[str, int] = {}
    problems: list[Problem] = []
    notes = [*_doubtful_titles(columns, header_row), *_other_sheets(found, table, header_row)]
    rows = 0
    for row, cells in enumerate(table.rows(), start=1):
        if row <= header_row or not any(cell.strip() for cell in cells):
            continue
        rows += 1
        good, wrong = read_row(row, cells, columns, country=country, area_code=area_code)
        problems += wrong
        if good and (doubt := doubtful_hours(row, cells, columns, good[0].hours)):
            notes.append(doubt)
        if len(good) > 1:
            notes.append(at(row, columns, "number", cells, "directory.expanded", n=len(good)))
        for number in good:
            first = first_row.setdefault(number.number, row)
            if number.number in numbers:
                problems.append(
                    at(row, columns, "number", cells, "directory.duplicate", number=number.number, first=first)
                )
            numbers.setdefault(number.number, number)
    if not rows:
        raise DirectoryError("directory.no_rows", file=name)
    return Listing(numbers=tuple(numbers.values()), problems=tuple(problems), notes=tuple(notes))


def _wanted(found: tuple[Table, ...], name: str) -> tuple[Table, int, Columns]:
    """The table that has our columns, the row its header stands in, and the columns."""
    best, broken = Columns(place={}, titles=()), None
    for table in found:
        try:
            for row, columns in _possible_headers(table):
                if columns.complete:
                    if columns.twice:
                        first, second = map(shown, columns.twice)
                        raise DirectoryError("directory.column_twice", file=name, first=first, second=second)
                    return table, row, columns
                best = max(best, columns, key=lambda c: (len(c.place), len(c.titles) if c.place else 0))
        except DirectoryError as error:
            if error.key != "directory.quotes":
                raise
            broken = broken or error  # cut up at another delimiter, the quotes may be right
    if broken and len(best.titles) < 2:
        raise broken
    raise _no_header(best, name)


def _possible_headers(table: Table) -> Iterator[tuple[int, Columns]]:
    for row, cells in enumerate(islice(table.rows(), HEADER_WITHIN), start=1):
        yield row, match(cells)


def _no_header(best: Columns, name: str) -> DirectoryError:
    """What is missing, what is there, and which of it was perhaps meant."""
    missing = [field for field in REQUIRED if field not in best.place]
    column = ", ".join(f"{printed(field, 'zh')} ({printed(field, 'en')})" for field in missing)
    if not best.place:
        return DirectoryError("directory.no_header", file=name, column=column, rows=HEADER_WITHIN)
    titles = ", ".join(shown(title) for title in best.titles if title)
    near = next(((title, n) for title in best.unknown if (n := nearest(title, all_names()))), None)
    if near is None:
        return DirectoryError("directory.no_column", file=name, column=column, titles=titles)
    return DirectoryError(
        "directory.no_column_near", file=name, column=column, titles=titles, title=shown(near[0]), near=near[1]
    )


def _doubtful_titles(columns: Columns, header_row: int) -> Iterator[Problem]:
    """Columns that are not read, but look as if somebody had misspelt one of ours."""
    for title in columns.unknown:
        near = nearest(title, all_names(), alike=SURELY_ALIKE)
        if near:
            yield Problem(
                row=header_row, column=shown(title), value="", key="directory.unknown_column", values={"near": near}
            )


def _other_sheets(found: tuple[Table, ...], read: Table, header_row: int) -> Iterator[Problem]:
    """Sheets that look like directories too: only one is read."""
    for table in found[found.index(read) + 1 :] if read.is_sheet else ():
        if any(columns.complete for _, columns in _possible_headers(table)):
            values: dict[str, str | int] = {"read": shown(read.title)}
            yield Problem(
                row=header_row, column=shown(table.title), value="", key="directory.other_sheet", values=values
            )
