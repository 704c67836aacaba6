"""A report as rows for spreadsheets and other programs: what the columns are, and what stands in them. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Literal

from probe import harmless
from probe.analyse.estimate import Estimate
from probe.analyse.study import LineStudy, UnitStudy
from probe.analyse.summary import Result, Summary
from probe.model import Call, Fact, Number, post_dial_delay_s, ring_s
from reports.report import Finding
from reports.show import Show

Cell = str | int | float | datetime | None
Form = Literal["text", "count", "share", "seconds", "points", "time", "worth"]


class Column(Fact, frozen=True, kw_only=True):
    """One column: its header, and how its cells read."""

    name: str
    form: Form = "text"


class Table(Fact, frozen=True, kw_only=True):
    """Rows under columns; `rows` is made anew each time it is asked for."""

    title: str
    columns: tuple[Column, ...]
    rows: Callable[[], Iterable[list[Cell]]]


def units(show: Show) -> Table:
    """One row for each unit, worst first, with its place in the performance sheet."""
    study = show.report.study
    sheet = {row.unit: row for row in study.sheet}
    columns = (
        Column(name=show.t("report.unit")),
        *_figure_columns(show),
        *rate_columns(show, "spot_valid"),
        Column(name=show.t("figures.points"), form="points"),
        Column(name=show.t("report.points_low"), form="points"),
        Column(name=show.t("report.points_high"), form="points"),
        Column(name=show.t("report.grade")),
        Column(name=show.t("report.rank")),
    )

    def rows() -> Iterator[list[Cell]]:
        for unit in study.units:
            score = sheet[unit.name]
            points = score.points
            ends: list[Cell] = [points.value, points.low, points.high] if points else [None, None, None]
            valid = valid_cells(unit.summary)
            yield [text(unit.name), *_figures(show, unit), *valid, *ends, show.grade(score), show.rank(unit.standing)]

    return Table(title=show.t("report.sheet_units"), columns=columns, rows=rows)


def lines(show: Show) -> Table:
    """One row for each number, worst first over all units."""
    more = (Column(name=show.t(name)) for name in ("report.spot_code", "report.what_next"))
    columns = (*_number_columns(show), *_figure_columns(show), *more)
    report = show.report
    findings = {id(finding.line): finding for unit in report.units for finding in unit.findings}

    def rows() -> Iterator[list[Cell]]:
        for line in report.study.worst:
            finding: Finding = findings[id(line)]
            spot = [spot for spot, n in line.summary.spot.numbers.items() if n]
            code = show.t(f"figures.spot_{spot[0]}") if spot else None
            yield [*_number(line.number), *_figures(show, line), code, show.t(f"report.{finding.next_step}")]

    return Table(title=show.t("report.sheet_lines"), columns=columns, rows=rows)


def calls(show: Show) -> Table:
    """One row for each call that the report shows."""
    t = show.t
    columns = (
        Column(name=t("report.time"), form="time"),
        *_number_columns(show),
        Column(name=t("report.outcome")),
        Column(name=t("report.verdict")),
        Column(name=t("report.confidence_name"), form="share"),
        Column(name=t("report.in_rates")),
        Column(name=t("report.waited"), form="seconds"),
        Column(name=t("report.rang"), form="seconds"),
        Column(name=t("report.because")),
        Column(name=t("report.call_id")),
    )

    def rows() -> Iterator[list[Cell]]:
        for call in show.report.calls:
            yield _call(show, call)

    return Table(title=t("report.calls"), columns=columns, rows=rows)


def to_csv(table: Table) -> bytes:
    """UTF-8 with a byte order mark, by which Excel knows it; shares as 0…1; texts that look like formulas get a '."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([column.name for column in table.columns])
    writer.writerows([_plain(cell) for cell in row] for row in table.rows())
    return out.getvalue().encode("utf-8-sig", errors="replace")


def text(value: str) -> str:
    """A text from outside as a cell: harmless to look at, and not longer than a reader reads."""
    return harmless.as_cell(value)


def _plain(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case datetime():
            return f"{cell:%Y-%m-%d %H:%M:%S}"
        case float():
            return f"{cell:.4f}".rstrip("0").rstrip(".")
        case str():
            return harmless.no_formula(cell)
        case _:
            return str(cell)


def _number_columns(show: Show) -> tuple[Column, ...]:
    names = ("report.unit", "report.department", "report.service", "report.number")
    return tuple(Column(name=show.t(name)) for name in names)


def _number(number: Number) -> list[Cell]:
    return [text(number.unit), text(number.department), text(number.service), text(number.written or number.number)]


def _figure_columns(show: Show) -> tuple[Column, ...]:
    t = show.t
    return (
        *(column for name in ("connect", "prompt", "reached") for column in rate_columns(show, name)),
        Column(name=t("report.enough")),
        Column(name=t("figures.standing_flagged")),
        Column(name=t("report.below_target"), form="share"),
        Column(name=t("report.change")),
        *(Column(name=show.result(result), form="count") for result in Result),
        Column(name=t("report.calls_all"), form="count"),
        Column(name=t("figures.purpose_follow_up"), form="count"),
        Column(name=t("names.outcome_inconclusive"), form="count"),
        Column(name=t("report.voided_mark"), form="count"),
        Column(name=t("report.prompt_unknown"), form="count"),
        Column(name=t("report.unfinished"), form="count"),
        Column(name=t("report.p50", of=t("figures.pdd")), form="seconds"),
        Column(name=t("report.p50", of=t("figures.ring")), form="seconds"),
    )


def _figures(show: Show, one: UnitStudy | LineStudy) -> list[Cell]:
    summary, standing = one.summary, one.standing
    return [
        *rate_cells(summary.connect),
        *rate_cells(summary.prompt),
        *rate_cells(summary.reached),
        "" if summary.enough else show.t("figures.standing_small"),
        show.t("figures.standing_flagged") if standing is not None and standing.flagged else "",
        None if standing is None else standing.below_target,
        show.change(one.change),
        *(summary.results[result].hits for result in Result),
        summary.calls,
        summary.follow_ups,
        sum(summary.inconclusive.values()),
        sum(summary.voided.values()),
        summary.prompt_unknown,
        summary.unfinished,
        summary.pdd.p50,
        summary.ring.p50,
    ]


def rate_columns(show: Show, name: str = "") -> tuple[Column, ...]:
    """Of `rate_cells`: of a rate by its name, or of the one that the row is about."""
    of = show.t(f"figures.{name}") if name else ""
    return (
        Column(name=of or show.t("report.share"), form="share"),
        Column(name=show.t("report.low", of=of), form="share"),
        Column(name=show.t("report.high", of=of), form="share"),
        Column(name=show.t("report.n", of=of), form="count"),
        Column(name=show.t("report.n_interval", of=of), form="worth"),
    )


def rate_cells(rate: Estimate) -> list[Cell]:
    """Share, low end, high end, n, and the n of which the interval is made."""
    return [rate.share, rate.low, rate.high, rate.n, rate.effective_n if rate.n else None]


def valid_cells(summary: Summary) -> list[Cell]:
    """The same of 有效率, whose n are numbers."""
    rate = summary.spot.valid
    low, high = rate.interval or (None, None)
    return [rate.share, low, high, rate.n, float(rate.n) if rate.n else None]


def _call(show: Show, call: Call) -> list[Cell]:
    record, verdict = call.record, call.record.verdict
    told = "" if show.report.masked else "; ".join(show.because(one) for one in verdict.because)
    return [
        record.trace.started_at.astimezone(show.zone).replace(tzinfo=None, microsecond=0),
        *_number(call.number),
        show.outcome(call),
        show.cause(verdict.cause),
        verdict.confidence,
        show.mark(call) or show.t("report.counted_mark"),
        post_dial_delay_s(record.trace),
        ring_s(record.trace, record.sounds),
        text(told),
        text(record.order.call_id),
    ]
