"""The rules once more, written as slowly and plainly as possible: what the planner does is held against this."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from zoneinfo import ZoneInfo

from probe.calendar import Opening
from probe.model import Fact, Number, Purpose
from probe.plan import Policy

NEVER = frozenset({"110", "120", "+86110", "12355", "057112110"})


class Made(Fact, frozen=True, kw_only=True):
    """A call that was dialled."""

    at: datetime
    until: datetime
    number: Number
    purpose: Purpose = Purpose.BASE
    caller_id: str = ""
    answered: bool = False


def broken(call: Made, others: Iterable[Made], policy: Policy, openings: Sequence[Opening], zone: ZoneInfo) -> set[str]:
    """The names of all rules that `call` breaks beside `others`, made before and after it."""
    others = list(others)
    same = [o.at for o in others if o.number.number == call.number.number]
    canary = call.purpose is Purpose.CANARY and call.number.number in policy.canaries
    rules = {
        "never_dial": call.number.number in NEVER,
        "allow_list": bool(policy.allow)
        and call.number.number not in policy.canaries
        and not any(fnmatchcase(call.number.number, pattern) for pattern in policy.allow),
        "no_consent": call.purpose is Purpose.QUIET_TIME and not call.number.off_hours,
        "quiet_hours": call.purpose is not Purpose.QUIET_TIME and not _waking(call.at, policy, zone),
        "closed": call.purpose in (Purpose.BASE, Purpose.FOLLOW_UP, Purpose.RECHECK)
        and not any(o.start <= call.at < o.end for o in openings),
        "answered": not canary
        and sum(
            o.answered and o.number.number == call.number.number and _day(o.at, zone) == _day(call.at, zone)
            for o in others
        )
        >= policy.answered_per_day,
        "per_24h": not canary and _too_many(call.at, same, _per_24h(policy), timedelta(hours=24)),
        "per_5min": _too_many(call.at, same, policy.attempts_per_5min, timedelta(minutes=5)),
        "gap": any(abs((at - call.at).total_seconds()) < policy.gap_s for at in same),
        "office": any(
            o.number.office == call.number.office and o.at < call.until and call.at < o.until for o in others
        ),
        "caller_id": not canary
        and _too_many(
            call.at,
            [o.at for o in others if o.caller_id == call.caller_id],
            policy.caller_id_per_hour,
            timedelta(hours=1),
        ),
        "total": not canary
        and sum(_day(o.at, ZoneInfo(policy.timezone)) == _day(call.at, ZoneInfo(policy.timezone)) for o in others)
        >= policy.calls_per_day,
    }
    return {name for name, is_broken in rules.items() if is_broken}


RULE_OF_KEY = {
    "plan.not_on_allow_list": "allow_list",
    "plan.no_consent": "no_consent",
    "plan.quiet_hours": "quiet_hours",
    "plan.closed_now": "closed",
    "plan.closed_until": "closed",
    "plan.answered": "answered",
    "plan.per_24h": "per_24h",
    "plan.per_5min": "per_5min",
    "plan.gap": "gap",
    "plan.office_engaged": "office",
    "plan.caller_id": "caller_id",
    "plan.total": "total",
}


def rule_of(key: str) -> str:
    """Which of the rules above a refusal's key stands for."""
    return "never_dial" if key.startswith("never_dial.") else RULE_OF_KEY[key]


def _per_24h(policy: Policy) -> int:
    return min(policy.attempts_per_24h, 5) if policy.preset == "strict" else policy.attempts_per_24h


def _waking(at: datetime, policy: Policy, zone: ZoneInfo) -> bool:
    local = at.astimezone(zone)
    minutes = local.hour * 60 + local.minute
    return _minutes(policy.call_from) <= minutes < _minutes(policy.call_until)


def _minutes(clock: object) -> int:
    hour, minute = str(clock).split(":")[:2]
    return int(hour) * 60 + int(minute)


def _day(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(UTC).astimezone(zone).strftime("%Y-%m-%d")


def _too_many(at: datetime, times: Iterable[datetime], most: int, window: timedelta) -> bool:
    """Whether a window with the new call in it would hold more than `most`; a window holds its start, not its end."""
    every = [*times, at]
    starts = [t for t in every if t <= at < t + window]
    return any(sum(start <= t < start + window for t in every) > most for start in starts)
