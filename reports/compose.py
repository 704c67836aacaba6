"""Compose: calls and a period → a `Report`: figures and facts, without language or markup. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from probe import __version__
from probe.analyse import Figures, Line, Unit, analyse, in_time, is_counted, worst_first
from probe.model import Call, Cause

WORST = 3  # lines: as many as a reader on a phone takes in


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What a line comes to."""

    line: Line
    trouble: Cause | None  # most frequent way a counted call failed; None when none failed
    evidence: Call | None  # the newest counted call that failed in that way
    next_step: str  # what to do: a key of the words


class UnitFindings(msgspec.Struct, frozen=True, kw_only=True):
    unit: Unit
    findings: tuple[Finding, ...]  # worst first


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A report before it has a form: the same for HTML now and for mail, PDF and tables later.

    Every call began in [since, until). `lang` and `timezone` are its reader's.
    """

    title: str | None
    lang: str
    timezone: str
    since: datetime
    until: datetime
    generated_at: datetime
    version: str
    total: Figures
    worst: tuple[Finding, ...]  # up to WORST lines with trouble, worst first
    troubled: int  # lines with trouble
    units: tuple[UnitFindings, ...]  # worst first
    calls: tuple[Call, ...]  # in order of time


def compose(
    records: Iterable[Call],
    *,
    since: datetime,
    until: datetime,
    now: datetime,
    lang: str,
    timezone: str,
    title: str | None = None,
) -> Report:
    """The report of these calls. ZoneInfoNotFoundError for a time zone that does not exist."""
    analysis = analyse(records, zone=ZoneInfo(timezone))
    units = tuple(UnitFindings(unit=unit, findings=tuple(map(_finding, unit.lines))) for unit in analysis.units)
    findings = sorted((f for unit in units for f in unit.findings), key=lambda finding: worst_first(finding.line))
    troubled = tuple(finding for finding in findings if finding.trouble)
    calls = (call for finding in findings for call in finding.line.calls)
    return Report(
        title=title,
        lang=lang,
        timezone=timezone,
        since=since,
        until=until,
        generated_at=now,
        version=__version__,
        total=analysis.total,
        worst=troubled[:WORST],
        troubled=len(troubled),
        units=units,
        calls=tuple(sorted(calls, key=in_time)),
    )


def _finding(line: Line) -> Finding:
    trouble = next((cause for cause in line.figures.causes if cause is not Cause.HUMAN), None)
    evidence = None
    if trouble:
        shown = (call for call in reversed(line.calls) if is_counted(call) and call.record.verdict.cause is trouble)
        evidence = next(shown)
        step = f"next_{trouble}"
    else:
        step = "next_human" if line.figures.connect.n else "next_nothing"
    return Finding(line=line, trouble=trouble, evidence=evidence, next_step=step)
