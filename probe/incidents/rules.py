"""What opens an incident, what bears on it, and what closes it. Pure.

A call that does not count (inconclusive, voided, our own fault) does nothing at all. Nobody closes an incident by hand:
it is closed when people have answered on different half-days after the unit knew of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from probe.incidents.apply import KNOWN, apply, step
from probe.incidents.events import (
    Closed,
    Denied,
    Event,
    Evidence,
    Opened,
    Raised,
    Rechecked,
    Reopened,
    Voided,
    Withdrawn,
)
from probe.incidents.free import freed
from probe.incidents.half_day import day_of
from probe.incidents.incident import Incident, IncidentKind, Level, State
from probe.incidents.news import Seen, Suspicion
from probe.model import Because, Cause, Fact, Outcome

HOTLINE = "hotline-15s"
FAILURES = frozenset({Outcome.UNANSWERED, Outcome.VOICEMAIL, Outcome.UNREACHABLE})  # busy may be one talk
EventsOf = Callable[[str], Iterable[Event]]  # of an incident's id, in order
PASSING = frozenset({Cause.POWERED_OFF, Cause.NO_COVERAGE})  # fair out of hours; the other dead numbers never are


class Policy(Fact, frozen=True, kw_only=True):
    """The numbers in the rules."""

    least_confidence: float = 0.7  # of a verdict that may speak against a line
    no_answer_half_days: int = 3  # with an unanswered first attempt and no answered one between, within `memory_days`
    dead_results: int = 2  # with the same cause, one after the other
    memory_days: int = 14  # how far back earlier calls count
    answer_within_s: float = 15.0  # GB/T 33358-2016, government hotlines
    good_half_days: int = 2  # on which a person must answer
    repeat_days: int = 30  # back within so many days after it was closed: a repeat
    deadline_days: int = 5  # until it is to be settled
    repeat_deadline_days: int = 2


def advance(
    incidents: Iterable[Incident], news: Seen | Suspicion, earlier: Sequence[Seen] = (), *, policy: Policy
) -> tuple[Event, ...]:
    """What follows from a call or from the odds of a stuck line.

    `incidents`: all of this number, open or over. `earlier`: its calls before this one, in order; only what lies within
    `memory_days` counts against it. A new incident's `incident_id` is "" (the store numbers it).
    """
    known = tuple(incidents)
    if isinstance(news, Suspicion):
        return _suspected(known, news, policy)
    if not news.counts:
        return ()
    found: list[Event] = []
    for incident in known:
        if not incident.over:
            found += freed(incident, news, earlier, policy.least_confidence)
            found += _bears(incident, news, policy)
    for kind in (IncidentKind.NO_ANSWER, IncidentKind.VOICEMAIL, IncidentKind.DEAD_NUMBER, IncidentKind.SLOW):
        if not any(incident.kind is kind and not incident.over for incident in known):
            found += _opens(known, kind, news, earlier, policy)
    return tuple(found)


def denied(incidents: Iterable[Incident], seen: Seen, at: datetime, because: Because | None) -> tuple[Event, ...]:
    """That a call which failed is not held against its line, told in what is open on it: another way said otherwise."""
    if because is None:
        return ()
    return tuple(
        Denied(incident_id=incident.id, at=at, call_id=seen.call_id, because=because)
        for incident in incidents
        if not incident.over and incident.opened_at <= at
    )


def undone(
    incidents: Iterable[Incident],
    voided: Collection[str],
    at: datetime,
    events_of: EventsOf | None = None,
    *,
    policy: Policy | None = None,
) -> tuple[Event, ...]:
    """Take back all that rests on calls that were found afterwards to count for nothing (call ids).

    What they opened is withdrawn. From the rest they are taken out: a notice that they raised to 疑似 is a notice
    again, and a failure that began a proof anew has not been. With `events_of` it is also told that 疑似 is gone, what
    is proved mended without them is closed at once (else the next good call closes it), and what was closed by them is
    open again, unless the trouble had come back by then.
    """
    found: list[Event] = []
    for incident in incidents:
        calls = tuple(call_id for call_id in incident.calls if call_id in voided)
        if not calls:
            continue
        if incident.over:
            found += _unproved(incident, calls, at, events_of)
        elif not set(calls).isdisjoint(incident.opened_by):
            because = (Because(key="incidents.because_voided"),)
            found.append(Withdrawn(incident_id=incident.id, at=at, because=because))
        else:
            found += _without(incident, calls, at, events_of, policy or Policy())
    return tuple(found)


def _unproved(
    incident: Incident, calls: tuple[str, ...], at: datetime, events_of: EventsOf | None
) -> tuple[Event, ...]:
    """That a closed incident is open again, when what proved it mended counts for nothing."""
    if incident.state is not State.CLOSED or events_of is None:
        return ()
    because = (Because(key="incidents.because_voided_part", values={"n": len(calls)}),)
    voided = Voided(incident_id=incident.id, at=at, calls=calls, because=because, unproved=True)
    return () if apply((*events_of(incident.id), voided)).over else (voided,)


def _without(
    incident: Incident, calls: tuple[str, ...], at: datetime, events_of: EventsOf | None, policy: Policy
) -> tuple[Event, ...]:
    because = (Because(key="incidents.because_voided_part", values={"n": len(calls)}),)
    voided = Voided(incident_id=incident.id, at=at, calls=calls, because=because)
    if events_of is None:
        return (voided,)
    after = apply((*events_of(incident.id), voided))
    lowered = incident.level is Level.SUSPECTED and after.level is not Level.SUSPECTED
    return (replace(voided, lowered=lowered), *_closed(after, at, policy))


def _closed(incident: Incident, at: datetime, policy: Policy) -> tuple[Closed, ...]:
    """That it is over, when it is proved mended."""
    if incident.state not in KNOWN or len(incident.good) < policy.good_half_days:
        return ()
    return (Closed(incident_id=incident.id, at=at, half_days=incident.good),)


def good(seen: Seen, kind: IncidentKind, policy: Policy) -> bool:
    """Whether the call shows the line to be in order: a person answered, on a hotline in time."""
    if not seen.counts or seen.cause is not Cause.HUMAN or seen.confidence < policy.least_confidence:
        return False
    return kind is not IncidentKind.SLOW or (seen.alerted_s is not None and seen.alerted_s <= policy.answer_within_s)


def fails(seen: Seen, kind: IncidentKind, policy: Policy) -> bool:
    """Whether the call shows this trouble. One busy call never does: somebody may be talking."""
    if not seen.counts or seen.confidence < policy.least_confidence:
        return False
    fair = seen.outcome is Outcome.UNREACHABLE and seen.cause not in PASSING
    if not (seen.in_hours or fair):
        return False
    match kind:
        case IncidentKind.STUCK:
            return False
        case IncidentKind.NO_ANSWER:
            return seen.outcome is Outcome.UNANSWERED
        case IncidentKind.VOICEMAIL:
            return seen.outcome is Outcome.VOICEMAIL
        case IncidentKind.DEAD_NUMBER:
            return seen.outcome is Outcome.UNREACHABLE
        case IncidentKind.SLOW:
            waited = seen.alerted_s is not None and seen.alerted_s > policy.answer_within_s
            return waited and seen.scenario == HOTLINE and (seen.cause is Cause.HUMAN or seen.outcome in FAILURES)
        case IncidentKind.TOLD:
            return seen.outcome in FAILURES


def _bears(incident: Incident, seen: Seen, policy: Policy) -> tuple[Event, ...]:
    """What a call means to an incident that is not over."""
    if seen.at < incident.opened_at or seen.call_id in incident.calls:
        return ()
    if good(seen, incident.kind, policy):
        rechecked = Rechecked(incident_id=incident.id, at=seen.at, call_id=seen.call_id, half_day=seen.half_day)
        return (rechecked, *_closed(step(incident, rechecked), seen.at, policy))
    failing = fails(seen, incident.kind, policy)
    engaged = seen.outcome is Outcome.BUSY and incident.kind is IncidentKind.STUCK
    looked = (
        bool(incident.testimonies) and not incident.tried
    )  # the robot's first look at what was told, whatever it saw
    if not (failing or engaged or looked or incident.kind is IncidentKind.TOLD):
        return ()
    evidence = Evidence(
        incident_id=incident.id,
        at=seen.at,
        call_id=seen.call_id,
        half_day=seen.half_day,
        outcome=seen.outcome,
        cause=seen.cause,
        fails=failing,
    )
    return (evidence,)


def _opens(
    known: Sequence[Incident], kind: IncidentKind, seen: Seen, earlier: Sequence[Seen], policy: Policy
) -> tuple[Event, ...]:
    used = {call_id for incident in known if incident.kind is kind for call_id in incident.calls}
    if seen.call_id in used or not (seen.first and fails(seen, kind, policy)):
        return ()
    closed = _closed_lately(known, kind, seen.at, policy)
    fresh = [call for call in earlier if call.call_id not in used]  # nothing is held against a line twice
    behind = _behind(kind, seen, fresh, policy, again=closed is not None)
    if behind is None:
        return ()
    because = [_because(kind, behind, policy)]
    calls = tuple(call.call_id for call in behind)
    confirmed = tuple(call.confirmed for call in behind if call.confirmed)
    if confirmed:
        because.append(Because(key="incidents.because_confirmed", values={"n": len(confirmed)}))
    opened = Opened(
        incident_id="",
        at=seen.at,
        number=seen.number,
        unit=seen.unit,
        kind=kind,
        half_day=seen.half_day,
        because=tuple(because),
        calls=tuple(dict.fromkeys((*calls, *confirmed))),
        owner=seen.owner,
    )
    return _returned(opened, closed, policy)


def _behind(
    kind: IncidentKind, seen: Seen, earlier: Sequence[Seen], policy: Policy, *, again: bool
) -> tuple[Seen, ...] | None:
    """The calls that open an incident, or None when they do not suffice. `again`: it had been closed lately."""
    since = seen.at - timedelta(days=policy.memory_days)
    before = [call for call in earlier if call.counts and since <= call.at < seen.at]
    if kind is IncidentKind.DEAD_NUMBER:
        run = [seen]
        for call in reversed(before):
            if call.cause is not seen.cause or not fails(call, kind, policy):
                break
            run.append(call)
        return tuple(reversed(run)) if len(run) >= policy.dead_results else None
    if kind is not IncidentKind.NO_ANSWER or again:
        return (seen,)
    run = [seen]
    for call in reversed(before):
        if call.outcome is Outcome.ANSWERED:
            break
        if call.first and fails(call, kind, policy):
            run.append(call)
    half_days = {call.half_day for call in run}
    return tuple(reversed(run)) if len(half_days) >= policy.no_answer_half_days else None


def _because(kind: IncidentKind, behind: Sequence[Seen], policy: Policy) -> Because:
    last = behind[-1]
    match kind:
        case IncidentKind.NO_ANSWER:
            if len(behind) == 1:  # it takes no more when it had been closed lately
                return Because(key="incidents.because_no_answer_again")
            half_days = len({call.half_day for call in behind})
            return Because(key="incidents.because_no_answer", values={"n": len(behind), "half_days": half_days})
        case IncidentKind.VOICEMAIL:
            return Because(key="incidents.because_voicemail", values={"cause": last.cause.value})
        case IncidentKind.DEAD_NUMBER:
            return Because(key="incidents.because_dead", values={"n": len(behind), "cause": last.cause.value})
        case _:
            values = {"seconds": round(last.alerted_s or 0.0, 1), "limit": policy.answer_within_s}
            return Because(key="incidents.because_slow", values=dict(values))


def _suspected(known: Sequence[Incident], news: Suspicion, policy: Policy) -> tuple[Event, ...]:
    for incident in known:
        if incident.kind is IncidentKind.STUCK and not incident.over:
            calls = tuple(call_id for call_id in news.calls if call_id not in incident.voided)
            if news.level is incident.level and set(calls) <= set(incident.calls):
                return ()
            raised = Raised(
                incident_id=incident.id,
                at=news.at,
                level=news.level,
                half_day=news.half_day,
                because=news.because,
                calls=calls,
            )
            return (raised,)
    opened = Opened(
        incident_id="",
        at=news.at,
        number=news.number,
        unit=news.unit,
        kind=IncidentKind.STUCK,
        half_day=news.half_day,
        because=news.because,
        calls=news.calls,
        level=news.level,
        owner=news.owner,
    )
    return _returned(opened, _closed_lately(known, IncidentKind.STUCK, news.at, policy), policy)


def _returned(opened: Opened, closed: Incident | None, policy: Policy) -> tuple[Event, ...]:
    """The incident with its deadline, and as a repeat when it had been closed lately."""
    days = policy.deadline_days if closed is None else policy.repeat_deadline_days
    opened = replace(opened, deadline=day_of(opened.half_day) + timedelta(days=days))
    if closed is None:
        return (opened,)
    reopened = Reopened(incident_id=closed.id, at=opened.at, calls=opened.calls)
    return reopened, replace(opened, repeat_of=closed.id, owner=closed.owner or opened.owner)


def _closed_lately(known: Sequence[Incident], kind: IncidentKind, now: datetime, policy: Policy) -> Incident | None:
    """The incident of this kind that was closed last, when that was not long ago."""
    lately = [
        (incident.closed_at, incident)
        for incident in known
        if incident.kind is kind
        and incident.state is State.CLOSED
        and incident.closed_at is not None
        and incident.closed_at <= now <= incident.closed_at + timedelta(days=policy.repeat_days)
    ]
    return max(lately, key=lambda pair: pair[0])[1] if lately else None
