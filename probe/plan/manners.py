"""May this number be called at this moment? One function, asked when planning and again before each call.

The part that needs no history is asked a third time inside the line (`probe.dial.guards`): the never-dial list, the
directory, and the slot's own time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from probe.calendar.openings import Opening
from probe.model import Because, Number, Order, Purpose
from probe.plan import pieces as p
from probe.plan.history import Attempt, History, next_free
from probe.plan.policy import MINUTE_S, Policy, never
from probe.plan.slot import Slot, deadline_s

LONGEST_CALL = timedelta(minutes=10)  # no scenario's deadline is longer
OWN = (Purpose.CANARY, Purpose.EXPLORE)
DURING_OPENINGS = frozenset({Purpose.BASE, Purpose.FOLLOW_UP, Purpose.RECHECK})


def refusal(
    order: Order | Slot,
    number: Number,
    at: datetime,
    history: History,
    policy: Policy,
    openings: Sequence[Opening],
    zone: ZoneInfo,
    stopped: bool = False,
    *,
    caller_id: str = "",
    standing: Sequence[Slot] = (),
) -> Because | None:
    """Why this call may not be made at `at` (aware UTC), or None when it may.

    `openings` are the number's, around `at`; `zone` its time zone. `caller_id` is who would call, when a Slot is asked
    about. `standing` are slots that are planned for the same number or office: what is added now must leave them room.

    Of several reasons the first by rule is told. Its values name the rule's value and what was found; `again` is the
    moment at which this rule would allow the call (in words) and `again_at` the same in ISO 8601, see `again_at`.
    """
    asked = _Asked(
        order=order,
        number=number,
        at=at.astimezone(UTC),
        history=history,
        policy=policy,
        openings=openings,
        zone=zone,
        stopped=stopped,
        caller_id=order.caller_id if isinstance(order, Order) else caller_id,
        standing=tuple(s for s in standing if s.call_id != order.call_id),
    )
    return next((reason for rule in _RULES if (reason := rule(asked)) is not None), None)


def again_at(reason: Because) -> datetime | None:
    """When the rule that refused would allow the call; None when no time alone will."""
    moment = reason.values.get("again_at")
    return datetime.fromisoformat(moment) if isinstance(moment, str) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    order: Order | Slot
    number: Number
    at: datetime
    history: History
    policy: Policy
    openings: Sequence[Opening]
    zone: ZoneInfo
    stopped: bool
    caller_id: str
    standing: tuple[Slot, ...]

    @property
    def purpose(self) -> Purpose:
        return self.order.purpose

    @property
    def is_canary(self) -> bool:
        """A call to a number of our own: nobody is disturbed, and it tells our fault from an office's."""
        return self.purpose in OWN and self.number.number in self.policy.canaries

    @property
    def deadline(self) -> timedelta:
        if isinstance(self.order, Order):
            return timedelta(seconds=self.order.deadline_s)
        return timedelta(seconds=deadline_s(self.order.scenario))

    @property
    def times(self) -> list[datetime]:
        """All calls to this number, made and planned."""
        mine = [slot.due_at for slot in self.standing if slot.number == self.number.number]
        return sorted([*mine, *(attempt.at for attempt in self.history.of_number(self.number.number))])

    def no(self, key: str, again: datetime | None = None, **values: str | int | float) -> Because:
        named: dict[str, str | int | float] = {"number": self.number.number, **values}
        if again is not None:
            minute = again + timedelta(minutes=1) - timedelta(microseconds=1)  # in words it is rounded up
            named |= {"again": f"{minute.astimezone(self.zone):%Y-%m-%d %H:%M}", "again_at": again.isoformat()}
        return Because(key=key, values=named)


def _stop(asked: _Asked) -> Because | None:
    return asked.no("plan.stopped") if asked.stopped else None


def _never(asked: _Asked) -> Because | None:
    return never(asked.number.number, asked.policy)


def _consent(asked: _Asked) -> Because | None:
    if asked.purpose is Purpose.QUIET_TIME and not asked.number.off_hours:
        return asked.no("plan.no_consent")
    return None


def _quiet_hours(asked: _Asked) -> Because | None:
    policy, local = asked.policy, asked.at.astimezone(asked.zone)
    if asked.purpose is Purpose.QUIET_TIME or policy.call_from <= local.time() < policy.call_until:
        return None
    tomorrow = local.time() >= policy.call_until
    again = p.at(p.wall(local.date() + timedelta(days=tomorrow), policy.call_from, asked.zone))
    return asked.no(
        "plan.quiet_hours",
        again,
        now=f"{local:%H:%M}",
        first=f"{policy.call_from:%H:%M}",
        last=f"{policy.call_until:%H:%M}",
    )


def _closed(asked: _Asked) -> Because | None:
    bound = asked.purpose in DURING_OPENINGS or (asked.purpose is Purpose.EXPLORE and not _any_time(asked))
    if not bound or any(o.start <= asked.at < o.end for o in asked.openings):
        return None
    now = f"{asked.at.astimezone(asked.zone):%H:%M}"
    later = min((o.start for o in asked.openings if o.start > asked.at), default=None)
    return asked.no("plan.closed_now", now=now) if later is None else asked.no("plan.closed_until", later, now=now)


def _any_time(asked: _Asked) -> bool:
    """Whether a menu may be walked outside of the hours: its owner agreed, or it is our own."""
    return asked.number.off_hours or asked.is_canary


def _office(asked: _Asked) -> Because | None:
    """One line of an office at a time: no call to it may be under way, nor become due before this one is over."""
    end = asked.at + asked.deadline
    calls = asked.history.of_office(asked.number.office, asked.at - LONGEST_CALL, end)
    busy = [(call.at, call.until) for call in calls]
    busy += [_span(slot) for slot in asked.standing if slot.office == asked.number.office]
    ends = [until for start, until in busy if start < end and asked.at < until]
    return asked.no("plan.office_engaged", max(ends), office=asked.number.office) if ends else None


def _gap(asked: _Asked) -> Because | None:
    gap = timedelta(seconds=asked.policy.gap_s)
    again = next_free(asked.times, asked.at, 1, gap)
    return None if again is None else asked.no("plan.gap", again, gap=asked.policy.gap_s / MINUTE_S)


def _five_minutes(asked: _Asked) -> Because | None:
    most = asked.policy.attempts_per_5min
    again = next_free(asked.times, asked.at, most, timedelta(minutes=5))
    return None if again is None else asked.no("plan.per_5min", again, most=most)


def _twenty_four_hours(asked: _Asked) -> Because | None:
    if asked.is_canary:
        return None
    most = asked.policy.per_24h
    again = next_free(asked.times, asked.at, most, timedelta(hours=24))
    return None if again is None else asked.no("plan.per_24h", again, most=most)


def _answered(asked: _Asked) -> Because | None:
    today, most = asked.at.astimezone(asked.zone).date(), asked.policy.answered_per_day
    calls = asked.history.of_number(asked.number.number)
    by_day = Counter(call.at.astimezone(asked.zone).date() for call in calls if _is_answered(call))
    if asked.is_canary or by_day[today] < most:
        return None
    day = next(day for n in count(1) if by_day[day := today + timedelta(days=n)] < most)
    again = p.at(p.wall(day, asked.policy.call_from, asked.zone))
    return asked.no("plan.answered", again, most=most, found=by_day[today])


def _caller_id(asked: _Asked) -> Because | None:
    if asked.is_canary:
        return None
    most = asked.policy.caller_id_per_hour
    again = next_free(asked.history.of_caller(asked.caller_id), asked.at, most, timedelta(hours=1))
    return None if again is None else asked.no("plan.caller_id", again, caller_id=asked.caller_id or "—", most=most)


def _total(asked: _Asked) -> Because | None:
    if asked.is_canary:
        return None
    zone, most = ZoneInfo(asked.policy.timezone), asked.policy.calls_per_day
    today = asked.at.astimezone(zone).date()
    start, end = (p.at(p.wall(today + timedelta(days=n), time(), zone)) for n in (0, 1))
    return None if asked.history.count(start, end) < most else asked.no("plan.total", end, most=most)


_RULES: tuple[Callable[[_Asked], Because | None], ...] = (
    _stop,
    _never,
    _consent,
    _quiet_hours,
    _closed,
    _answered,
    _twenty_four_hours,
    _five_minutes,
    _gap,
    _office,
    _caller_id,
    _total,
)


def _is_answered(call: Attempt) -> bool:
    return call.answered is not False


def _span(slot: Slot) -> tuple[datetime, datetime]:
    return slot.due_at, slot.due_at + timedelta(seconds=deadline_s(slot.scenario))
