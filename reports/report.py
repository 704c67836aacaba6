"""What a report holds before it has a form or a language: the same for a page, a mail, a PDF and tables."""

from __future__ import annotations

from datetime import datetime

from probe.analyse.study import LineStudy, Study, UnitStudy
from probe.calendar import CalendarWarning
from probe.incidents import Event, Incident, Testimony
from probe.model import Because, Call, Cause, Fact, Number
from reports.period import Kind


class Finding(Fact, frozen=True, kw_only=True):
    """What a line comes to."""

    line: LineStudy
    trouble: Cause | None  # most frequent way a counted call failed; None when none failed
    evidence: Call | None  # the newest counted call that failed in that way, of the lines that are told of
    next_step: str  # what to do: a key of the words


class UnitFindings(Fact, frozen=True, kw_only=True):
    """A unit and its lines, worst first."""

    unit: UnitStudy
    findings: tuple[Finding, ...]


class Undone(Fact, frozen=True, kw_only=True):
    """Calls that were planned and not made ("missed", "refused", "dropped"), or never planned ("unplanned")."""

    state: str
    reason: Because | None
    n: int


class Story(Fact, frozen=True, kw_only=True):
    """One incident with everything that happened to it."""

    incident: Incident
    events: tuple[Event, ...]
    testimonies: dict[int, Testimony]


class Report(Fact, frozen=True, kw_only=True):
    """Of all units, of one `unit`, of one `number`, or of one incident (`story`, which has a number too).

    Every call began in [since, until). `lang` and `timezone` are its reader's.
    """

    kind: Kind
    lang: str
    timezone: str
    since: datetime
    until: datetime
    generated_at: datetime
    version: str
    study: Study
    worst: tuple[Finding, ...]  # the few lines with trouble that come first
    troubled: int  # lines with trouble
    units: tuple[UnitFindings, ...]  # worst first
    title: str | None = None
    unit: str | None = None
    number: Number | None = None
    story: Story | None = None
    incidents: tuple[Incident, ...] = ()  # that were open at some time in the period, oldest first
    undone: tuple[Undone, ...] = ()  # most frequent first
    calendar: CalendarWarning | None = None
    lost: Because | None = None  # what the limit of calls costs in stuck handsets that are not found
    caution: Because | None = None  # what could not be told from a fault of our own
    calls: tuple[Call, ...] = ()  # in order of time: those that are shown one by one
    masked: bool = False  # for readers outside: numbers cut to 8725XXXX, nothing that a person said
