"""One call that is to be made at a time, and how it becomes an order."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from probe.model import Because, Fact, Number, Order, Purpose
from probe.plan import pieces as p
from probe.plan.batch import call_id, order_of
from probe.plan.pieces import Piece, Pieces
from probe.plan.policy import Policy
from probe.script import shelf
from probe.words import words

START_S = 30  # what a call is given at least to get going, before its window closes


class Slot(Fact, frozen=True, kw_only=True, gc=False):
    """A call of the programme. It is made between `due_at` and `until` or not at all: a missed one is never shifted."""

    call_id: str  # from day, number, purpose and index, so that it exists once whatever happens
    day: date  # on the clock of the number
    number: str
    office: str
    purpose: Purpose
    stratum: str
    due_at: datetime
    until: datetime
    attempt: int = 1
    scenario: str = "direct"
    caller: int = 0  # which of the ways out (trunk and caller ID), counted from 0 in order of preference
    why: Because  # a key of probe/words/plan.toml


def slot_id(day: date, number: str, purpose: Purpose, index: str | int) -> str:
    """The name of a slot, and of its call: letters, digits and "-", at most 90 characters."""
    return call_id(slot_batch(day, purpose, index), number)


def slot_batch(day: date, purpose: Purpose, index: str | int) -> str:
    """The first part of that name, without the number."""
    return f"{day:%Y%m%d}-{purpose.replace('_', '-')}-{index}"


@cache
def deadline_s(scenario: str) -> int:
    """How long a call of this scenario may take at most, in whole seconds. ScenarioError when there is none such."""
    return math.ceil(shelf.load(scenario).deadline_s)


def dialable(open_time: Pieces, policy: Policy, zone: ZoneInfo, scenario: str) -> Pieces:
    """When a call may be due so that it can be over, a little late even, before the office closes or people rest."""
    spare = deadline_s(scenario) + START_S
    open_time = p.waking(open_time, policy.call_from, policy.call_until, zone)
    return tuple((start, end - spare) for start, end in open_time if end - spare > start)


def until(due: int, times: Pieces, policy: Policy) -> datetime:
    """Until when a call due then may still be started: `late_s`, but never past the time that `dialable` leaves."""
    return p.at(min(due + policy.late_s, p.end_at(times, due) + START_S))


def around(due: float, gap_s: float) -> Piece:
    """The whole seconds in which no other call may be due that keeps `gap_s` from one that is due then."""
    return math.floor(due - gap_s) + 1, math.ceil(due + gap_s)


def missed(slot: Slot, now: datetime) -> Because | None:
    """That a slot's time has passed; None while it has not."""
    if now <= slot.until:
        return None
    late_min = round((now - slot.due_at) / timedelta(minutes=1))
    return Because(key="plan.missed", values={"number": slot.number, "due": slot.due_at.isoformat(), "late": late_min})


def order(slot: Slot, number: Number, *, policy: Policy, lang: str, caller_id: str = "") -> Order:
    """The order to make a slot's call. The line itself refuses it outside of the slot's time."""
    return order_of(
        number,
        call_id=slot.call_id,
        why=words(slot.why.key, lang, **slot.why.values),
        country=policy.country,
        scenario=slot.scenario,
        purpose=slot.purpose,
        stratum=slot.stratum,
        caller_id=caller_id,
        attempt=slot.attempt,
        not_before=slot.due_at,
        not_after=slot.until,
    )
