"""A report as JSON for other programs: what it holds, and the schema of that (docs/report.schema.json)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from probe.analyse.appendix import Appendix
from probe.analyse.change import Change
from probe.analyse.compare import Standing
from probe.analyse.moved import Moved
from probe.analyse.pattern import Cell, Step
from probe.analyse.score import Score
from probe.analyse.summary import Summary
from probe.calendar import CalendarWarning
from probe.incidents import Incident
from probe.model import Because, Call, Fact, Number
from reports.period import Kind
from reports.report import Report, Story, Undone

SCHEMA = "https://json-schema.org/draft/2020-12/schema"


class LineOf(Fact, frozen=True, kw_only=True):
    """One number of a unit, in this period."""

    number: Number
    figures: Summary
    change: Change
    next_step: str
    standing: Standing | None = None
    moved: Moved | None = None


class UnitOf(Fact, frozen=True, kw_only=True):
    """One unit, its lines worst first."""

    name: str
    figures: Summary
    change: Change
    lines: tuple[LineOf, ...]
    standing: Standing | None = None


class Document(Fact, frozen=True, kw_only=True, omit_defaults=False):
    """The whole report. Times are RFC 3339; shares 0 to 1; durations in seconds; an absent field has its default."""

    schema: Literal[1]
    kind: Kind
    lang: str
    timezone: str
    since: datetime
    until: datetime
    generated_at: datetime
    version: str
    masked: bool
    unit: str | None
    number: Number | None
    figures: Summary
    change: Change
    units: tuple[UnitOf, ...]
    hours: tuple[Cell, ...]
    days: tuple[Step, ...]
    weeks: tuple[Step, ...]
    sheet: tuple[Score, ...]
    canaries: int
    incidents: tuple[Incident, ...]
    story: Story | None
    undone: tuple[Undone, ...]
    calendar: CalendarWarning | None
    lost: Because | None
    caution: Because | None
    calls: tuple[Call, ...]
    appendix: Appendix


def document(report: Report) -> Document:
    """The report, each fact once."""
    study = report.study
    units = tuple(
        UnitOf(
            name=group.unit.name,
            figures=group.unit.summary,
            standing=group.unit.standing,
            change=group.unit.change,
            lines=tuple(
                LineOf(
                    number=finding.line.number,
                    figures=finding.line.summary,
                    standing=finding.line.standing,
                    change=finding.line.change,
                    moved=finding.line.moved,
                    next_step=finding.next_step,
                )
                for finding in group.findings
            ),
        )
        for group in report.units
    )
    return Document(
        schema=1,
        kind=report.kind,
        lang=report.lang,
        timezone=report.timezone,
        since=report.since,
        until=report.until,
        generated_at=report.generated_at,
        version=report.version,
        masked=report.masked,
        unit=report.unit,
        number=report.number,
        figures=study.total,
        change=study.change,
        units=units,
        hours=study.matrix,
        days=study.days,
        weeks=study.weeks,
        sheet=study.sheet,
        canaries=study.canaries,
        incidents=report.incidents,
        story=report.story,
        undone=report.undone,
        calendar=report.calendar,
        lost=report.lost,
        caution=report.caution,
        calls=report.calls,
        appendix=study.appendix,
    )


def to_json(report: Report) -> bytes:
    """UTF-8, one line; texts from outside are as they were told, escaped as JSON asks."""
    return msgspec.json.encode(document(report)) + b"\n"


def schema() -> dict[str, Any]:
    """The JSON schema of `Document`."""
    return {"$schema": SCHEMA, **msgspec.json.schema(Document)}
