"""Read from the store what a report is composed of. Effects: reads only."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from probe.analyse.appendix import Made
from probe.analyse.heaps import rated
from probe.analyse.rule import ScoreRule
from probe.analyse.study import Fleet, Study, study
from probe.calendar import CalendarWarning
from probe.errors import ReportError
from probe.incidents import Incident
from probe.model import Because, Call, Fact, Number
from probe.store import Store
from probe.store.rules import rules_version
from reports.compose import compose, worst_lines
from reports.period import Kind, Period
from reports.report import Report, Story, Undone

CALLS_OF_ALL = 300  # a report of all units shows its calls one by one when there are no more
CALLS_OF_ONE = 500  # of a unit or a number: the newest


class Nothing(ReportError):
    """There was no call in the period, so there is nothing to write."""


class For(Fact, frozen=True, kw_only=True):
    """Whom a report is for and how figures are made: settings, not facts."""

    lang: str
    timezone: str
    now: datetime
    rule: ScoreRule
    title: str | None = None
    calendar: CalendarWarning | None = None
    lost: Because | None = None  # what a limit of calls below the usual one costs
    caution: Because | None = None  # what could not be told from a fault of our own


def figures(
    store: Store,
    of: Period,
    reader: For,
    *,
    unit: str | None = None,
    number: str | None = None,
    fleet: Fleet | None = None,
) -> Study:
    """The figures of a period, of all units or of one unit or number."""
    since, until = of.since.astimezone(UTC), of.until.astimezone(UTC)
    before = store.facts.read(of.before_since.astimezone(UTC), since, unit=unit, number=number)
    return study(
        store.facts.read(since, until, unit=unit, number=number),
        before if len(before) else None,
        since=of.since,
        until=of.until,
        before_since=of.before_since,
        timezone=reader.timezone,
        rule=reader.rule,
        made=Made(
            version=rules_version(),
            rules=store.facts.rules(since, until, unit=unit, number=number),
            dice=store.facts.dice(of.first, of.last),
        ),
        draw_seed=int(f"{of.first:%Y%m%d}"),
        fleet=fleet,
        one_number=number is not None,
    )


def report(store: Store, of: Period, reader: For, *, unit: str | None = None, fleet: Fleet | None = None) -> Report:
    """The report of all units, or of one. `fleet` is that of the study of all, so that a unit's page says the same of
    its lines; without it a unit is held against nobody. ReportError for a unit without a call in the period."""
    found = figures(store, of, reader, unit=unit, fleet=fleet)
    if unit is not None and not found.units:
        raise nothing(store, of)
    since, until = of.since.astimezone(UTC), of.until.astimezone(UTC)
    calls: tuple[Call, ...] = ()
    if unit is not None:
        calls = _last(store.records(since, until, unit=unit), CALLS_OF_ONE)
    elif found.total.calls + found.canaries <= CALLS_OF_ALL:
        calls = tuple(store.records(since, until))
    evidence = () if calls and unit is None else _evidence(store, of, found)
    return compose(
        found,
        kind=of.kind,
        now=reader.now,
        lang=reader.lang,
        title=reader.title,
        unit=unit,
        calls=calls,
        evidence=evidence,
        incidents=_during(store.incidents.every(), of, unit=unit),
        undone=_undone(store, of, unit=unit),
        calendar=reader.calendar,
        lost=reader.lost,
        caution=reader.caution,
    )


def of_number(store: Store, of: Period, reader: For, number: Number, *, fleet: Fleet | None = None) -> Report:
    """The report of one number: every call of it. ReportError when there was none."""
    found = figures(store, of, reader, number=number.number, fleet=fleet)
    calls = _last(store.records(of.since.astimezone(UTC), of.until.astimezone(UTC), number=number.number), CALLS_OF_ONE)
    if not calls:
        raise nothing(store, of)
    return compose(
        found,
        kind=of.kind,
        now=reader.now,
        lang=reader.lang,
        title=reader.title,
        number=number,
        calls=calls,
        incidents=_during(store.incidents.of(number.number), of),
        undone=_undone(store, of, number=number.number),
        calendar=reader.calendar,
        lost=reader.lost,
        caution=reader.caution,
    )


def of_incident(store: Store, incident: Incident, reader: For) -> Report:
    """The report of one incident: its line, from the first call that bears on it until it was over (or now).

    That time was chosen by its failures: it is held against no other, and nothing is judged by it."""
    calls = [call for call_id in incident.calls if (call := store.record(call_id)) is not None]
    since = min([incident.opened_at, *(call.record.trace.started_at for call in calls)])
    until = (incident.closed_at or reader.now) + timedelta(seconds=1)
    number = store.number(incident.number) or next((call.number for call in calls), None)
    if number is None:
        number = Number(number=incident.number, written=incident.number, unit=incident.unit)
    of = Period(kind=Kind.PERIOD, since=since, until=until, before_since=since)
    purposes = tuple(sorted(rated(store.facts.read(since.astimezone(UTC), until.astimezone(UTC)))))
    found = figures(store, of, reader, number=incident.number, fleet=Fleet(purposes=purposes))
    return compose(
        replace(found, sheet=()),
        kind=of.kind,
        now=reader.now,
        lang=reader.lang,
        title=reader.title,
        number=number,
        story=Story(
            incident=incident,
            events=store.incidents.events(incident.id),
            testimonies=store.incidents.testimonies(incident.testimonies),
        ),
        calls=calls,
        calendar=reader.calendar,
        lost=reader.lost,
        caution=reader.caution,
    )


def nothing(store: Store, of: Period) -> Nothing:
    """There was no call in this period; and when there were any."""
    asked = {"since": f"{of.since:%Y-%m-%d %H:%M}", "until": f"{of.until:%Y-%m-%d %H:%M}"}
    span = store.span()
    if span is None:
        return Nothing("cli.no_records_at_all", **asked)
    first, last = (f"{at.astimezone(of.since.tzinfo):%Y-%m-%d %H:%M}" for at in span)
    return Nothing("cli.no_records", **asked, first=first, last=last)


def _last(calls: Iterable[Call], most: int) -> tuple[Call, ...]:
    return tuple(deque(calls, maxlen=most))


def _evidence(store: Store, of: Period, found: Study) -> tuple[Call, ...]:
    """Every call of the lines that come first."""
    since, until = of.since.astimezone(UTC), of.until.astimezone(UTC)
    return tuple(
        call
        for line in worst_lines(found)
        for call in store.records(since, until, unit=line.number.unit, number=line.number.number)
    )


def _during(incidents: Iterable[Incident], of: Period, *, unit: str | None = None) -> tuple[Incident, ...]:
    """Those that were open at some time in the period."""
    return tuple(
        one
        for one in incidents
        if one.opened_at < of.until
        and (one.closed_at is None or one.closed_at >= of.since)
        and (unit is None or one.unit == unit)
    )


def _undone(store: Store, of: Period, *, unit: str | None = None, number: str | None = None) -> tuple[Undone, ...]:
    rows = store.undone.reasons(of.first, of.last, unit=unit, number=number)
    return tuple(Undone(state=state, reason=reason, n=n) for state, reason, n in rows)
