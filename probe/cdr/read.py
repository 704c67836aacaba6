"""A file of call records → the records of one line, and everything that is wrong with the others."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from itertools import islice
from pathlib import Path

import msgspec

from probe.cdr.columns import Columns, first_name, headerless, match, result_of
from probe.cdr.record import Cdr, Result
from probe.cdr.values import Order, Unreadable, digits, moment, same_number, seconds
from probe.directory.row import Problem
from probe.directory.table import Table, tables
from probe.errors import CdrError, DirectoryError
from probe.hints import shown

HEADER_WITHIN = 20  # rows: a title may stand above the header
MOST_LINES_SHOWN = 8


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """Whose records are wanted, and who is the robot."""

    number: str  # as in the directory
    extensions: tuple[str, ...] = ()  # what the telephone system calls this line inside
    callers: tuple[str, ...] = ()  # the robot's own numbers, by which its calls are known in the records


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """The line's records in the file's order; what is wrong with bad rows; how many rows belong to other lines."""

    cdrs: tuple[Cdr, ...]
    problems: tuple[Problem, ...]
    others: int
    columns: dict[str, str]  # field → header, as understood


def read(path: Path, line: Line, *, zone: tzinfo, named: Mapping[str, str], order: Order) -> Reading:
    """`parse` for a file. CdrError when it cannot be read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CdrError("cdr.unreadable", file=path, reason=error.strerror) from error
    return parse(data, path.name, line, zone=zone, named=named, order=order)


def parse(
    data: bytes, name: str, line: Line, *, zone: tzinfo, named: Mapping[str, str] = {}, order: Order = "ymd"
) -> Reading:
    """Read call records (CSV in UTF-8, GBK or UTF-16, or XLSX). `zone` is the telephone system's.

    A row with anything wrong in it is left out and named; rows of other lines are counted. CdrError when the file is no
    table, lacks a column, or has no record of this line; it says which lines there are.
    """
    try:
        table, header_row, columns = _wanted(tables(data, name), name, named)
        rows = [(number, cells) for number, cells in enumerate(table.rows(), start=1) if number > header_row]
    except DirectoryError as error:
        raise CdrError(error.key, **error.values) from error
    cdrs: list[Cdr] = []
    problems: list[Problem] = []
    other_lines: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for number, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        row = _Row(number, cells, columns, line)
        if not row.is_ours:
            other_lines[digits(row.text("dst"))] += 1
            continue
        found = row.read(zone, order)
        problems += found if isinstance(found, list) else []
        if isinstance(found, Cdr):
            seen[found.key] += 1  # two equal rows of one file are two calls; of two files, one
            cdrs.append(msgspec.structs.replace(found, key=_hashed(found.key, str(seen[found.key]))))
    if not cdrs and not problems:
        listed = ", ".join(f"{shown(dst or '-')} ({n})" for dst, n in other_lines.most_common(MOST_LINES_SHOWN))
        raise CdrError("cdr.no_rows_of" if listed else "cdr.no_rows", file=name, number=line.number, lines=listed)
    understood = {field: columns.title(field) for field in columns.place}
    return Reading(cdrs=tuple(cdrs), problems=tuple(problems), others=other_lines.total(), columns=understood)


class _Row:
    """One row, read by the columns."""

    def __init__(self, number: int, cells: Sequence[str], columns: Columns, line: Line) -> None:
        self._number = number
        self._cells = cells
        self._columns = columns
        self._line = line
        self._ours_in = _is_line(digits(self.text("dst")), line)
        self._ours_out = _is_line(digits(self.text("src")), line)

    @property
    def is_ours(self) -> bool:
        """Whether the line called or was called; a file that names no called number is one line's."""
        return "dst" not in self._columns.place or self._ours_in or self._ours_out

    def text(self, field: str) -> str:
        place = self._columns.place.get(field)
        return "" if place is None or place >= len(self._cells) else self._cells[place].strip()

    def read(self, zone: tzinfo, order: Order) -> Cdr | list[Problem]:
        """The record (its key not yet counted), or what is wrong with it."""
        problems: list[Problem] = []
        started_at = None
        try:
            started_at = moment(self.text("start"), zone, order)
        except Unreadable as error:
            problems.append(self._wrong("start", error.key))
        lasting: dict[str, float] = {}
        for field in ("talk", "duration", "ring"):
            try:
                lasting[field] = seconds(self.text(field))
            except Unreadable as error:
                problems.append(self._wrong(field, error.key))
        result = result_of(self.text("status")) if "status" in self._columns.place else None
        if result is None and "status" in self._columns.place:
            problems.append(self._wrong("status", "cdr.bad_status"))
        if problems or started_at is None:
            return problems
        if result is None:
            result = Result.ANSWERED if lasting["talk"] > 0 else Result.MISSED
        talk_s, ring_s = self._times(result, lasting)
        caller = digits(self.text("src"))
        outgoing = self._ours_out and not self._ours_in
        tail = "" if outgoing else caller[-2:]
        facts = (self._line.number, started_at.isoformat(), result, f"{talk_s:g}", f"{ring_s:g}", tail)
        return Cdr(
            key=_hashed(*facts, self.text("unique")),
            number=self._line.number,
            started_at=started_at,
            result=result,
            outgoing=outgoing,
            ours=not outgoing and any(same_number(caller, ours) for ours in self._line.callers),
            caller_tail=tail,
            ring_s=ring_s,
            talk_s=talk_s,
            row=self._number,
        )

    def _times(self, result: Result, lasting: Mapping[str, float]) -> tuple[float, float]:
        """Seconds of talk, and of ringing before it. A whole duration holds both."""
        total, ring_s, talk_s = lasting["duration"], lasting["ring"], lasting["talk"]
        if result is not Result.ANSWERED:
            return 0.0, max(ring_s, total, talk_s)
        if "talk" not in self._columns.place:
            return max(0.0, total - ring_s), ring_s
        return talk_s, ring_s or max(0.0, total - talk_s)

    def _wrong(self, field: str, key: str) -> Problem:
        return Problem(
            row=self._number, column=shown(self._columns.title(field)), value=shown(self.text(field)), key=key
        )


def _is_line(written: str, line: Line) -> bool:
    own = digits(line.number)
    return same_number(written, own) or written in line.extensions


def _wanted(found: tuple[Table, ...], name: str, named: Mapping[str, str]) -> tuple[Table, int, Columns]:
    """The table that holds call records, the row its header stands in (0: there is none), and the columns."""
    best = Columns(place={}, titles=())
    broken: DirectoryError | None = None
    for table in found:
        try:
            for row, cells in _first_rows(table):
                bare = headerless(cells) if row == 1 else None
                columns = bare or match(cells, named)
                if columns.complete and all(field in columns.place for field in named):
                    return table, row if columns.header else 0, columns
                best = max(best, columns, key=_like_a_header)
        except DirectoryError as error:
            if error.key != "directory.quotes":
                raise
            broken = broken or error  # cut up at another delimiter, the quotes may be right
    if broken and len(best.titles) < 2:
        raise broken
    titles = ", ".join(shown(title) for title in best.titles if title) or "-"
    lacking = [field for field in named if field not in best.place]
    if lacking:
        raise CdrError("cdr.no_mapped", file=name, title=shown(named[lacking[0]]), titles=titles)
    field = "start" if "start" not in best.place else "status"
    raise CdrError("cdr.no_column", file=name, column=first_name(field), field=field, titles=titles)


def _like_a_header(columns: Columns) -> tuple[int, int]:
    """Columns that are understood, then words that are no values."""
    return len(columns.place), sum(bool(title) and not any(map(str.isdigit, title)) for title in columns.titles)


def _first_rows(table: Table) -> Iterator[tuple[int, Sequence[str]]]:
    yield from enumerate(islice(table.rows(), HEADER_WITHIN), start=1)


def _hashed(*facts: str) -> str:
    return hashlib.sha256("\0".join(facts).encode()).hexdigest()
