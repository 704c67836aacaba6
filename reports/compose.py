"""Compose: the figures of a period, and what else is known of it → a `Report`, without language or markup. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from probe import __version__
from probe.analyse import WORST_FIRST
from probe.analyse.heaps import Heap, heap_of
from probe.analyse.study import LineStudy, Study
from probe.analyse.summary import Summary
from probe.calendar import CalendarWarning
from probe.incidents import Incident
from probe.model import Because, Call, Cause, Number, Purpose
from reports.period import Kind
from reports.report import Finding, Report, Story, Undone, UnitFindings

WORST = 3  # lines: as many as a reader on a phone takes in


def compose(
    study: Study,
    *,
    kind: Kind,
    now: datetime,
    lang: str,
    calls: Iterable[Call] = (),
    evidence: Iterable[Call] = (),
    title: str | None = None,
    unit: str | None = None,
    number: Number | None = None,
    story: Story | None = None,
    incidents: Sequence[Incident] = (),
    undone: Sequence[Undone] = (),
    calendar: CalendarWarning | None = None,
    lost: Because | None = None,
    caution: Because | None = None,
) -> Report:
    """The report of a study. `calls` are shown one by one; `evidence` are those that say why the worst lines are
    so (`calls` do, too). Both may come in any order."""
    shown = sorted(calls, key=_in_time)
    newest = _newest([*evidence, *shown], frozenset(study.appendix.purposes))
    units = tuple(
        UnitFindings(unit=one, findings=tuple(_finding(line, newest) for line in one.lines)) for one in study.units
    )
    found = {_key(finding.line): finding for group in units for finding in group.findings}
    troubled = tuple(finding for line in study.worst if (finding := found[_key(line)]).trouble)
    return Report(
        kind=kind,
        title=title,
        lang=lang,
        timezone=study.appendix.timezone,
        since=study.appendix.since,
        until=study.appendix.until,
        generated_at=now,
        version=__version__,
        study=study,
        worst=troubled[:WORST],
        troubled=len(troubled),
        units=units,
        unit=unit,
        number=number,
        story=story,
        incidents=tuple(incidents),
        undone=tuple(undone),
        calendar=calendar,
        lost=lost,
        caution=caution,
        calls=tuple(shown),
    )


def worst_lines(study: Study) -> tuple[LineStudy, ...]:
    """The lines of which a report shows a call as evidence."""
    return tuple(line for line in study.worst if trouble_of(line))[:WORST]


def trouble_of(line: LineStudy) -> Cause | None:
    """The most frequent way in which its counted calls failed; None when none did."""
    return next((cause for cause, _ in failures(line.summary)), None)


def failures(summary: Summary) -> list[tuple[Cause, int]]:
    """How counted calls failed, most frequent first; among equals, what hits a caller harder."""
    found = [(cause, n) for cause, n in summary.causes.items() if cause is not Cause.HUMAN]
    return sorted(found, key=lambda pair: (-pair[1], WORST_FIRST.index(pair[0])))


Key = tuple[str, str]


def _key(line: LineStudy) -> Key:
    return line.number.unit, line.number.number


def _newest(calls: Iterable[Call], over: frozenset[Purpose]) -> Mapping[tuple[Key, Cause], Call]:
    """The newest counted call of each line and cause."""
    counted = sorted((call for call in calls if heap_of(call, over) is Heap.COUNTED), key=_in_time)
    return {((call.number.unit, call.number.number), call.record.verdict.cause): call for call in counted}


def _finding(line: LineStudy, newest: Mapping[tuple[Key, Cause], Call]) -> Finding:
    trouble = trouble_of(line)
    untroubled = "next_human" if line.summary.counted else "next_nothing"
    evidence = newest.get((_key(line), trouble)) if trouble else None
    return Finding(
        line=line, trouble=trouble, evidence=evidence, next_step=f"next_{trouble}" if trouble else untroubled
    )


def _in_time(call: Call) -> tuple[datetime, str]:
    return call.record.trace.started_at, call.record.order.call_id
