"""A second opinion: what another trunk or caller ID says of a failure, before it is held against an office. Pure.

The first attempt stays what it is in every rate; whether it may open an incident depends on the second.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from probe.health import OURS, elsewhere
from probe.incidents import is_first
from probe.model import Because, Fact, Outcome
from probe.plan import Way
from probe.store.outcomes import Brief

WITHIN = timedelta(minutes=30)  # the ladder asks after 3 to 7 minutes; what is said later may have become so
ASKED = {Outcome.UNANSWERED, Outcome.UNREACHABLE}  # a machine that answers needs no witness; busy is for the odds


class Opinion(StrEnum):
    """How a failure stands."""

    NOT_WANTED = "not_wanted"  # it is held against nobody, or there is no second way that is well
    WAITING = "waiting"
    AGREED = "agreed"
    DENIED = "denied"
    NONE = "none"  # nobody could be asked in time


class Second(Fact, frozen=True, kw_only=True):
    """An opinion, and the call that gave it."""

    opinion: Opinion
    other: Brief | None = None

    @property
    def against(self) -> bool:
        """Whether the failure may be held against its office."""
        return self.opinion in (Opinion.NOT_WANTED, Opinion.AGREED)

    @property
    def told(self) -> Because | None:
        """What is to be said of it."""
        if self.opinion in (Opinion.NOT_WANTED, Opinion.WAITING):
            return None
        if self.other is None:
            return Because(key="schedule.no_second")
        values = {"trunk": self.other.trunk, "caller": self.other.caller_id or "-", "outcome": self.other.outcome.value}
        return Because(key=f"schedule.second_{self.opinion.value}", values=dict(values))


def second(call: Brief, line: Sequence[Brief], ways: Iterable[Way], now: datetime) -> Second:
    """What is known of a call by now. `line`: all calls of its number; `ways`: those that are well."""
    asked = is_first(call.purpose, call.attempt) and call.outcome in ASKED and not call.voided
    if not asked or call.blame in OURS or not _others([call], ways):
        return Second(opinion=Opinion.NOT_WANTED)
    for other in line:
        if other.voided or other.blame in OURS or not elsewhere(_way(other), _way(call)):
            continue
        if timedelta() < other.at - call.at <= WITHIN and (said := _says(other, call)) is not None:
            return Second(opinion=said, other=other)
    return Second(opinion=Opinion.WAITING if now - call.at < WITHIN else Opinion.NONE)


def over_two_ways(calls: Iterable[Brief], ways: Iterable[Way]) -> bool:
    """Whether these calls went over two ways, or there are no two that are well."""
    made = list(calls)
    return any(elsewhere(_way(made[0]), _way(call)) for call in made) or not _others(made, ways)


def _says(other: Brief, call: Brief) -> Opinion | None:
    """None when it says nothing of the matter: a line that is engaged now may not have been answered before."""
    if other.outcome is call.outcome:
        return Opinion.AGREED
    if other.outcome is Outcome.INCONCLUSIVE or (other.outcome is Outcome.BUSY and call.outcome is Outcome.UNANSWERED):
        return None
    return Opinion.DENIED


def _others(calls: Sequence[Brief], ways: Iterable[Way]) -> bool:
    """Whether there is a way over which none of these went."""
    return any(all(elsewhere((way.trunk, way.caller_id), _way(call)) for call in calls) for way in ways)


def _way(call: Brief) -> tuple[str, str]:
    return call.trunk, call.caller_id
