"""What follows a call that was busy or unanswered, until the question is decided or the manners say stop.

An unanswered call is asked about again after some minutes, after a quarter of an hour, and once on a later half-day:
the official protocol dials at least three times (telephony.md §5). A busy one is asked about at the gap that the
stuck-line odds advise, or without them at growing gaps. All gaps are random: nobody can wait for the second call.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

from probe.calendar.openings import Opening
from probe.model import Because, Fact, Number, Outcome, Purpose
from probe.odds.gap import JITTER
from probe.plan import pieces as p
from probe.plan.dice import draws
from probe.plan.history import History
from probe.plan.manners import again_at, refusal
from probe.plan.pieces import Pieces
from probe.plan.policy import MINUTE_S, Policy
from probe.plan.slot import Slot, around, deadline_s, dialable, slot_id, until
from probe.plan.strata import LUNCH_S, HalfDay, half_days
from probe.plan.ways import Way, other

OPEN_QUESTION: frozenset[Outcome] = frozenset({Outcome.BUSY, Outcome.UNANSWERED})  # outcomes that leave a question open
GAP_SPREAD = (0.8, 1.4)  # of the gaps after an unanswered call
BUSY_SPREAD = 2.0  # of the gaps after a busy call without advice: from 1 to this
OWN_FAULTS = 3  # after so many attempts that failed on our side, the ladder ends
QUIET = "quiet-time"  # the scenario of calls outside of office hours: one ring, and nobody is bothered
LEAST_NOTICE_S = 5  # a slot is never due sooner than this
TRIES = 8  # moments that are proposed to the manners before the ladder gives up
QUIET_S = {  # from the moment at which the office opens (or closes)
    "before_opening": (-20 * 60, -5 * 60),
    "lunch_end": (-15 * 60, -3 * 60),
    "after_closing": (5 * 60, 20 * 60),
}


class Tried(Fact, frozen=True, kw_only=True):
    """A call of the ladder that was made, and what came of it; the first one is the call that is followed up."""

    call_id: str
    at: datetime
    outcome: Outcome
    caller: int = 0
    ours: bool = False  # our own trunk or the network is to blame, by its own account


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is known when a call is to be added to the programme. `openings` are those of today and the days to come,
    `standing` the slots that are planned for the number and its office, `ways` the ways out, as slots count them."""

    number: Number
    now: datetime
    policy: Policy
    history: History
    openings: Sequence[Opening]
    zone: ZoneInfo
    seed: bytes
    standing: Sequence[Slot] = ()
    ways: Sequence[Way] = (Way(trunk=""),)


def follow_up(calls: Sequence[Tried], advice: float | None, situation: Situation) -> Slot | Because:
    """The next call after `calls` (in order, the first one included), or why there is none.

    `advice` is the gap from the last call, in minutes, that the stuck-line odds ask for; None without odds. It counts
    after a busy call only.
    """
    first, last, policy = calls[0], calls[-1], situation.policy
    no = _decided(calls, advice, situation)
    if no is not None:
        return no
    attempt = len(calls) + 1
    name = f"{first.call_id}-f{attempt}"
    gap = _gap_s(calls, advice, policy)
    times = dialable(p.of(situation.openings), policy, situation.zone, situation.number.scenario)
    halves = tuple(half_days(times, situation.zone))
    soonest = situation.now.timestamp() + LEAST_NOTICE_S
    if gap is None:
        halves = tuple(half for half in _later(halves, last.at) if half.pieces[-1][1] > soonest)
        if not halves:
            return Because(key="plan.no_later_half_day", values={"number": situation.number.number})
        window = p.since((piece for half in halves for piece in half.pieces), soonest)
        width = p.length(halves[0].pieces)
    else:
        window = _rest_of_the_day(times, max(last.at.timestamp() + gap[0], soonest), situation)
        width = math.ceil(gap[1] - gap[0])
    key = "plan.why_busy" if last.outcome is Outcome.BUSY else "plan.why_unanswered"
    key = "plan.why_second" if _asks_once(first) else key
    values: dict[str, str | int | float] = {"attempt": attempt, "first": f"{first.at.astimezone(situation.zone):%H:%M}"}
    draft = _Draft(
        call_id=name,
        purpose=Purpose.FOLLOW_UP,
        attempt=attempt,
        caller=other(situation.ways, last.caller),
        why=Because(key=key, values=values),
    )
    return _placed(draft, window, width, halves, situation)


def quiet_probe(situation: Situation, index: int = 1) -> Slot | Because:
    """A call at the next quiet time (shortly before opening, at the end of lunch, after closing), or why there is none.

    Only for numbers whose owner agreed to calls outside of office hours. `index` counts the probes in one quiet time.
    """
    number, zone = situation.number, situation.zone
    if not number.off_hours:
        return Because(key="plan.no_consent", values={"number": number.number})
    no = Because(key="plan.no_quiet_time", values={"number": number.number})
    for name, window in _quiet_times(p.of(situation.openings), zone):
        window = p.since(window, situation.now.timestamp() + LEAST_NOTICE_S)
        if not window:
            continue
        day = datetime.fromtimestamp(window[0][0], zone).date()
        draft = _Draft(
            call_id=slot_id(day, number.number, Purpose.QUIET_TIME, f"{name.replace('_', '-')}-{index}"),
            purpose=Purpose.QUIET_TIME,
            why=Because(key=f"plan.why_quiet_{name}"),
            stratum=name,
        )
        slot = _placed(draft, window, p.length(window), (), situation)
        if isinstance(slot, Slot):
            return slot
        no = slot
    return no


def recheck(situation: Situation, after: datetime, index: int) -> Slot | Because:
    """A call on a half-day later than the one of `after`, which closes an incident or does not; or why there is none.

    `index` counts the re-dials of the number, so that each has a name of its own.
    """
    number, zone = situation.number, situation.zone
    times = dialable(p.of(situation.openings), situation.policy, zone, number.scenario)
    soonest = situation.now.timestamp() + LEAST_NOTICE_S
    halves = tuple(half for half in _later(tuple(half_days(times, zone)), after) if half.pieces[-1][1] > soonest)
    if not halves:
        return Because(key="plan.no_later_half_day", values={"number": number.number})
    window, first = p.since((piece for half in halves for piece in half.pieces), soonest), halves[0]
    draft = _Draft(
        call_id=slot_id(first.day, number.number, Purpose.RECHECK, index),
        purpose=Purpose.RECHECK,
        why=Because(key="plan.why_recheck", values={"index": index}),
    )
    return _placed(draft, window, p.length(p.since(first.pieces, soonest)), halves, situation)


def half_day(moment: datetime, openings: Sequence[Opening], zone: ZoneInfo) -> tuple[date, int] | None:
    """Which half-day of an office a moment lies in: its date, and 0 or 1. None outside of its hours."""
    seconds = moment.timestamp()
    for day, group in groupby(half_days(p.of(openings), zone), key=lambda half: half.day):
        for place, half in enumerate(group):
            if half.pieces[0][0] <= seconds < half.pieces[-1][1]:
                return day, place
    return None


class _Draft(Fact, frozen=True, kw_only=True):
    """A slot before it has a time."""

    call_id: str
    purpose: Purpose
    why: Because
    attempt: int = 1
    caller: int = 0
    stratum: str = ""


def _decided(calls: Sequence[Tried], advice: float | None, situation: Situation) -> Because | None:
    """Why nothing more is to be asked."""
    last, policy, number = calls[-1], situation.policy, situation.number.number
    if _asks_once(calls[0]) and len(situation.ways) > 1:
        ends = Because(key="plan.asked_twice", values={"number": number})
        return ends if len(calls) > 1 else None
    if calls[0].outcome not in OPEN_QUESTION:
        return Because(key="plan.nothing_open", values={"number": number})
    if last.outcome not in OPEN_QUESTION and last.outcome is not Outcome.INCONCLUSIVE:
        return Because(key=f"plan.decided_{last.outcome}", values={"number": number, "attempts": len(calls)})
    if sum(call.outcome is Outcome.INCONCLUSIVE for call in calls) >= OWN_FAULTS:
        return Because(key="plan.own_faults", values={"number": number, "found": OWN_FAULTS})
    busy = sum(call.outcome is Outcome.BUSY for call in calls)
    unanswered = sum(call.outcome is Outcome.UNANSWERED for call in calls)
    if unanswered > len(policy.unanswered_gaps_s) + 1 or (advice is None and busy > policy.busy_follow_ups):
        return Because(key="plan.ladder_ends", values={"number": number, "attempts": len(calls)})
    return None


def _asks_once(first: Tried) -> bool:
    """Whether a call is asked about once more, and from another trunk or caller ID only: a dead number stays dead, and
    what our own trunk refuses it refuses again."""
    return first.outcome is Outcome.UNREACHABLE or (first.outcome is Outcome.INCONCLUSIVE and first.ours)


def _gap_s(calls: Sequence[Tried], advice: float | None, policy: Policy) -> tuple[float, float] | None:
    """From when to when after the last call the next one may come; None: on a later half-day."""
    if _asks_once(calls[0]):
        return policy.busy_gap_s, policy.busy_gap_s * BUSY_SPREAD
    open_calls = [call for call in calls if call.outcome in OPEN_QUESTION]
    rung = sum(call.outcome is open_calls[-1].outcome for call in open_calls) - 1
    if open_calls[-1].outcome is Outcome.UNANSWERED:
        if rung >= len(policy.unanswered_gaps_s):
            return None
        low, high = (policy.unanswered_gaps_s[rung] * share for share in GAP_SPREAD)
    elif advice is not None:
        low, high = (advice * MINUTE_S * share for share in (1 - JITTER, 1 + JITTER))
    else:
        low = min(policy.busy_gap_s * policy.busy_growth**rung, policy.busy_gap_most_s)
        high = low * BUSY_SPREAD
    return low, high


def _placed(
    draft: _Draft, window: Pieces, width: int, halves: Sequence[HalfDay], situation: Situation
) -> Slot | Because:
    """The draft at a random moment within the first `width` seconds of the window that manners allow."""
    number, policy, zone = situation.number, situation.policy, situation.zone
    apart = deadline_s(number.scenario)
    mates = [slot for slot in situation.standing if slot.office == number.office]
    taken = sorted(
        around(
            slot.due_at.timestamp(),
            max(deadline_s(slot.scenario), apart, policy.gap_s * (slot.number == number.number)),
        )
        for slot in mates
    )
    no = Because(key="plan.no_time_left", values={"number": number.number})
    for i in range(TRIES):
        free = p.without(window, taken)
        if not free:
            break
        near = p.clip(free, free[0][0], max(window[0][0], free[0][0]) + max(1, width))
        due = p.pick(near, draws(situation.seed, draft.purpose, "", draft.call_id, i)[0])
        if due is None:
            break
        slot = _slot(draft, due, window, halves, situation)
        reason = refusal(slot, number, slot.due_at, situation.history, policy, situation.openings, zone, standing=mates)
        if reason is None:
            return slot
        no, again = reason, again_at(reason)
        if again is None:
            break
        window = p.since(window, again.timestamp())
    return no


def _slot(draft: _Draft, due: int, window: Pieces, halves: Sequence[HalfDay], situation: Situation) -> Slot:
    named = (s.name for half in halves for s in half.strata if any(a <= due < b for a, b in s.pieces))
    return Slot(
        call_id=draft.call_id,
        day=datetime.fromtimestamp(due, situation.zone).date(),
        number=situation.number.number,
        office=situation.number.office,
        purpose=draft.purpose,
        stratum=draft.stratum or next(named, ""),
        due_at=p.at(due),
        until=until(due, window, situation.policy),
        attempt=draft.attempt,
        scenario=QUIET if draft.purpose is Purpose.QUIET_TIME else situation.number.scenario,
        caller=draft.caller,
        why=draft.why,
    )


def _later(halves: Sequence[HalfDay], moment: datetime) -> tuple[HalfDay, ...]:
    """The half-days that follow the one in which a moment lies (or the break before which it lies)."""
    return tuple(half for half in halves if half.pieces[0][0] > moment.timestamp())


def _rest_of_the_day(times: Pieces, start: float, situation: Situation) -> Pieces:
    """What is left of today from a moment on, on the clock of the number."""
    today = situation.now.astimezone(situation.zone).date()
    return tuple(
        piece for piece in p.since(times, start) if datetime.fromtimestamp(piece[0], situation.zone).date() == today
    )


def _quiet_times(open_time: Pieces, zone: ZoneInfo) -> list[tuple[str, Pieces]]:
    """The quiet times of several days, in order, without what lies in an opening."""
    found: list[tuple[str, Pieces]] = []
    for _, group in groupby(open_time, key=lambda piece: datetime.fromtimestamp(piece[0], zone).date()):
        day = tuple(group)
        moments = [("before_opening", day[0][0]), ("after_closing", day[-1][1])]
        moments += [("lunch_end", after[0]) for before, after in pairwise(day) if after[0] - before[1] >= LUNCH_S]
        for name, moment in moments:
            first, last = QUIET_S[name]
            found.append((name, p.without(((moment + first, moment + last),), open_time)))
    return sorted(found, key=lambda quiet: quiet[1])
