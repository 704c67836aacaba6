"""What follows from a call: the odds of a stuck handset, the next call, incidents, letters.

Everything here is decided by pure stages (odds, plan, incidents, alerts); this file reads what they need and writes
what they say, in the transaction of whoever calls.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta

from msgspec.structs import replace

from probe import alerts, incidents, odds
from probe.calendar import Opening
from probe.classify.signalling import RUNG_S
from probe.health import OUR_FAULTS, OURS, Health
from probe.incidents import Event, Incident, Seen, Suspicion, half_day_of, seen_of
from probe.incidents.follow import Wish, overdue, wishes
from probe.incidents.news import OWN_FAULT
from probe.incidents.rules import undone
from probe.model import Because, Call, Number, Outcome, Purpose
from probe.odds.run import current
from probe.plan import History, Situation, Slot, Tried, Way, follow_up, half_day, quiet_probe, recheck, slot_id, zone_of
from probe.schedule.herald import LATELY, MOMENT, Herald
from probe.schedule.second import Opinion, Second, over_two_ways, second
from probe.schedule.setup import Setup
from probe.store import Store
from probe.store.outcomes import Brief
from probe.store.slots import State

REMEMBERED = timedelta(days=60)  # of a line, for its load
AHEAD_DAYS = 12  # a later half-day may come after a week of holidays
MOST_SIBLINGS = 8
AT_ONCE_MIN = 3.0  # until a line of which somebody told is called
QUIET_TIME = timedelta(minutes=30)  # no quiet time is longer
FOLLOWING = {Purpose.FOLLOW_UP, Purpose.QUIET_TIME}
DECIDED = {Outcome.ANSWERED, Outcome.VOICEMAIL, Outcome.UNREACHABLE}
RECOVERY_MIN = 40.0  # from call to call of a line that is suspected, until it is free again
OUTAGE = timedelta(minutes=30)  # failures that follow each other within this belong to one outage of a trunk
LEVELS = {odds.Level.NOTICE: incidents.Level.NOTICE, odds.Level.SUSPECTED: incidents.Level.SUSPECTED}
QUIET_CALLS = 3  # attempts of 24 h that are kept for quiet times, where the owner agreed


class Consequences:
    """Draws what follows. Every method writes in the transaction of its caller, when there is one."""

    def __init__(self, store: Store, setup: Setup) -> None:
        self._store = store
        self._setup = setup
        self._herald = Herald(store, setup.alerts, setup.zone)
        self._units: dict[str, list[Number]] = {}

    def directory(self, numbers: Iterable[Number]) -> None:
        """The numbers as they are now, by unit."""
        self._units = {}
        for number in numbers:
            self._units.setdefault(number.unit, []).append(number)

    def _mates(self, number: Number) -> list[Number]:
        """The other numbers of its unit."""
        return [mate for mate in self._units.get(number.unit, ()) if mate.number != number.number]

    def _planned(self, number: Number) -> tuple[Slot, ...]:
        """What is planned for its office."""
        office = [mate.number for mate in self._mates(number) if mate.office == number.office]
        return self._store.slots.planned_for([number.number, *office])

    def second(self, call: Call, ways: Sequence[Way], now: datetime) -> Second:
        """What another of the ways that are well has said of a failure."""
        line = self._line(call.number, now)
        mine = next((brief for brief in line if brief.call_id == call.record.order.call_id), None)
        return Second(opinion=Opinion.NOT_WANTED) if mine is None else second(mine, line, ways, now)

    def draw(
        self, call: Call, history: History, now: datetime, *, ways: Sequence[Way] = (), said: Second | None = None
    ) -> None:
        """What follows from a stored call: the next call to its line; and, when it is known what a second way `said`,
        what it says of its office, incidents and letters about them. To draw the next call twice changes nothing."""
        if call.record.order.purpose is Purpose.CANARY:
            return
        line = self._line(call.number, now)
        known = self._odds(call.number, line, now)
        found = None if known is None or known.level is odds.Level.CLEAR else known
        situation = self._situation(call.number, history, now)
        wants_quiet = known is not None and known.wants_quiet
        self._ladder(call, line, found, situation, wants_quiet=wants_quiet)
        if wants_quiet:
            quiet = [brief for brief in line if brief.purpose is Purpose.QUIET_TIME and brief.at > now - LATELY]
            later = quiet and quiet[-1].call_id == call.record.order.call_id and found is None  # this one was free
            when = dataclasses.replace(situation, now=now + QUIET_TIME) if later else situation
            self._add(quiet_probe(when, len(quiet) + 1))
        if said is not None:
            self._incidents(call, line, found, now, ways, said)

    def trunk_down(self, trunk: str, found: Health, now: datetime) -> None:
        """What a trunk's fault has spoilt counts for nothing, nor do incidents that rest on it; its keeper hears."""
        told = Because(key="schedule.void", values={"trunk": trunk})
        with self._store.transaction():
            goes_on = self._store.audit.voided(told, now - OUTAGE)
            if not self.void((*found.void, *found.asked), told, now) and not found.silent:
                return
            if goes_on:
                return
            letters = alerts.trunk_letters(
                trunk, found, len(found.void), policy=self._setup.alerts, zone=self._setup.zone, now=now
            )
            for letter in letters:
                self._store.outbox.add(letter, now)

    def void(self, calls: Sequence[str], why: Because, now: datetime) -> bool:
        """Take calls out of everything; whether any was not out before."""
        with self._store.transaction():
            if not self._store.audit.void(calls, why, now):
                return False
            known = (*self._store.incidents.open(), *self._store.incidents.closed(now - LATELY))
            events = undone(known, calls, now, self._store.incidents.events, policy=self._setup.incidents)
            self._herald.add(events, now, known)
            return True

    def wanted(self, history: History, now: datetime) -> None:
        """The calls that open incidents ask for: proof that they are mended, or a first look at what somebody told."""
        for wish in wishes(self._store.incidents.open(), half_day_of(now, self._setup.zone)):
            number = self._store.number(wish.number)
            if number is not None:
                self._recheck(wish, number, history, now)

    def time_goes_by(self, now: datetime) -> None:
        """What is told without a call: deadlines that have passed, incidents that nobody took up, the daily digest."""
        policy, zone = self._setup.alerts, self._setup.zone
        local = now.astimezone(zone)
        numbers = {incident: self._herald.number(incident) for incident in self._store.incidents.open()}

        def hours(incident: Incident, day: date) -> Sequence[Opening]:
            return self._setup.openings_if_known(numbers[incident], day)

        late = overdue(numbers, local.date(), alerts.open_at(hours, now))
        for alert in (*late, *alerts.due(numbers, now, policy, hours)):
            self._herald.tell(alert, now)
        if local.time() >= policy.digest_at:
            for letter in alerts.digest(numbers.items(), policy=policy, zone=zone, now=now):
                self._store.outbox.add(letter, now)

    # --- the next call

    def _line(self, number: Number, now: datetime) -> tuple[Brief, ...]:
        return self._store.outcomes.of_number(number, now - REMEMBERED, now + MOMENT)

    def _ladder(
        self, call: Call, line: Sequence[Brief], found: odds.Odds | None, situation: Situation, *, wants_quiet: bool
    ) -> None:
        """The follow-up of a call, or of the call that it follows."""
        if call.record.order.purpose not in (Purpose.BASE, Purpose.FOLLOW_UP):
            return
        first = call.record.order.call_id.partition("-f")[0] if call.record.order.attempt > 1 else ""
        first = first or call.record.order.call_id
        mine = [b for b in line if b.call_id == first or b.call_id.startswith(f"{first}-f")]
        tried = []
        for brief in mine:
            kept = self._store.slots.slot(brief.call_id)
            outcome = Outcome.INCONCLUSIVE if brief.voided else brief.outcome
            caller = self._place(brief, 0 if kept is None else kept.slot.caller)
            ours = brief.blame in OURS or brief.cause in OUR_FAULTS
            tried.append(Tried(call_id=brief.call_id, at=brief.at, outcome=outcome, caller=caller, ours=ours))
        if call.voided is None and call.record.verdict.outcome in DECIDED:
            asks = call.record.order.attempt == 1 and call.record.verdict.outcome is Outcome.UNREACHABLE
            purposes = {Purpose.FOLLOW_UP} if wants_quiet else FOLLOWING
            self._drop_follow_ups(situation, purposes, but=f"{first}-f" if asks else "-")
        advice = None
        if found is not None:
            if found.level is odds.Level.SUSPECTED:
                advice = RECOVERY_MIN
            elif found.next_gap_s is None:
                return  # calls alone do not decide it
            else:
                advice = found.next_gap_s / 60.0
        if tried:
            if advice is not None and call.record.order.call_id == line[-1].call_id:
                self._drop_others(first, situation)
            self._add(follow_up(tried, advice, situation))

    def _place(self, brief: Brief, planned: int) -> int:
        """Which way a call took, among all there are; another trunk may have stood in for the one that was planned."""
        took = [place for place, way in enumerate(self._setup.ways) if way.trunk == brief.trunk]
        exactly = [place for place in took if self._setup.ways[place].caller_id == brief.caller_id]
        return next(iter((*exactly, *took)), planned)

    def _drop_follow_ups(self, situation: Situation, purposes: Collection[Purpose], *, but: str) -> None:
        """The question is decided: nobody is rung for nothing; `but` for the calls whose names begin so."""
        for slot in situation.standing:
            mine = slot.number == situation.number.number and not slot.call_id.startswith(but)
            if mine and slot.purpose in purposes:
                self._store.slots.settle(slot.call_id, State.DROPPED, situation.now, Because(key="schedule.decided"))

    def _drop_others(self, first: str, situation: Situation) -> None:
        """The odds advise one next call to a line: not one more for each call that found it engaged before."""
        for slot in situation.standing:
            asks = slot.number == situation.number.number and slot.purpose is Purpose.FOLLOW_UP
            if asks and slot.why.key == "plan.why_busy" and not slot.call_id.startswith(f"{first}-f"):
                self._store.slots.settle(slot.call_id, State.DROPPED, situation.now, Because(key="schedule.superseded"))

    def _recheck(self, wish: Wish, number: Number, history: History, now: datetime) -> None:
        """One re-dial of a number at a time; soon when somebody told of it, else on a later half-day than the last."""
        planned = self._planned(number)
        if any(slot.number == number.number and slot.purpose is Purpose.RECHECK for slot in planned):
            return
        line, situation = self._line(number, now), self._situation(number, history, now)
        index = sum(brief.purpose is Purpose.RECHECK for brief in line) + 1
        if wish.urgent and isinstance(soon := self._at_once(situation, index), Slot):
            self._add(soon)
            return
        after = max((brief.at for brief in line), default=now - LATELY)
        self._add(recheck(situation, now - LATELY if wish.urgent else after, index))

    def _at_once(self, situation: Situation, index: int) -> Slot | Because:
        """A call within minutes, for what somebody told of: as if a call had found the line engaged just now."""
        day = situation.now.astimezone(situation.zone).date()
        told = slot_id(day, situation.number.number, Purpose.RECHECK, f"{index}-told")
        heard = Tried(call_id=told, at=situation.now, outcome=Outcome.BUSY)
        slot = follow_up([heard], AT_ONCE_MIN, situation)
        if not isinstance(slot, Slot):
            return slot
        why = Because(key="plan.why_recheck", values={"index": index})
        return replace(slot, purpose=Purpose.RECHECK, attempt=1, why=why)

    def _situation(self, number: Number, history: History, now: datetime) -> Situation:
        zone = zone_of(number, self._setup.policy)
        today = now.astimezone(zone).date()
        days = (today + timedelta(days=n) for n in range(AHEAD_DAYS))
        # Of tomorrow's month: what is drawn today may be due then, and this month's seed is told once it is over.
        seed = self._store.slots.dice(f"{today + LATELY:%Y-%m}") or self._store.slots.dice(f"{today:%Y-%m}")
        return Situation(
            number=number,
            now=now,
            policy=self._setup.policy,
            history=history,
            openings=tuple(opening for day in days for opening in self._setup.openings_if_known(number, day)),
            zone=zone,
            seed=seed or b"",
            standing=self._planned(number),
            ways=self._setup.ways,
        )

    def _add(self, slot: Slot | Because) -> None:
        if isinstance(slot, Slot):
            self._store.slots.add([slot])

    # --- the odds

    def _odds(self, number: Number, line: Sequence[Brief], now: datetime) -> odds.Odds | None:
        """How likely a stuck handset is; None when it was free, and its quiet times are not open to us."""
        seen = engagements(line)
        if not seen or not (seen[-1].busy or number.off_hours):
            return None
        zone = zone_of(number, self._setup.policy)
        baseline = odds.baseline(seen[: current(seen)], self._setup.odds, zone=zone.key)
        policy = self._setup.policy
        extra = [b.at for b in line if b.purpose not in (Purpose.BASE, Purpose.QUIET_TIME) and b.at > now - LATELY]
        caps = odds.caps(
            extra,
            now,
            policy.per_24h - policy.calls_a_day - QUIET_CALLS * number.off_hours,
            planned=[s.due_at for s in self._store.slots.planned_for([number.number]) if s.purpose is Purpose.BASE],
        )
        siblings = self._siblings(number, now)
        return odds.assess(seen, baseline, now, self._setup.odds, caps=caps, siblings=siblings)

    def _siblings(self, number: Number, now: datetime) -> tuple[odds.Sibling, ...]:
        """What was heard lately of the unit's other lines: when all of them are engaged, no handset need be off."""
        found = []
        for mate in self._mates(number)[:MOST_SIBLINGS]:
            seen = engagements(self._line(mate, now))
            zone = zone_of(mate, self._setup.policy)
            usual = odds.baseline(seen[: current(seen)], self._setup.odds, zone=zone.key)
            found.append(odds.Sibling(seen=seen, baseline=usual))
        return tuple(found)

    # --- incidents and letters

    def _incidents(
        self,
        call: Call,
        line: Sequence[Brief],
        found: odds.Odds | None,
        now: datetime,
        ways: Sequence[Way],
        said: Second,
    ) -> None:
        number = call.number
        half = self._half_day(number, call.record.trace.started_at)
        known = self._store.incidents.of(number.number)
        at = call.record.trace.started_at
        seen = seen_of(call, half_day=half, in_hours=self._in_hours(number, at))
        seen = replace(seen, confirmed=said.other.call_id if said.other is not None else "")
        earlier = [self._seen(brief, number, line, ways, now) for brief in line if brief.call_id != seen.call_id]
        events: list[Event] = []
        if said.against:
            events += incidents.advance(known, seen, earlier, policy=self._setup.incidents)
        elif said.other is not None:
            events += incidents.denied(known, seen, said.other.at, said.told)
        busy = [brief for brief in line if found and found.since and brief.at >= found.since and engagements([brief])]
        if found is not None and found.level in LEVELS and over_two_ways(busy, ways):
            suspicion = Suspicion(
                number=number.number,
                unit=number.unit,
                at=call.record.trace.started_at,
                half_day=half,
                level=LEVELS[found.level],
                because=tuple(Because(key=f"odds.{b.key}", values=b.values) for b in found.because),
                calls=tuple(brief.call_id for brief in busy),
                owner=number.owner_email,
            )
            events += incidents.advance(known, suspicion, policy=self._setup.incidents)
        self._herald.add(events, now, known)

    def _seen(self, brief: Brief, number: Number, line: Sequence[Brief], ways: Sequence[Way], now: datetime) -> Seen:
        said = second(brief, line, ways, now)
        counts = not brief.voided and brief.outcome is not Outcome.INCONCLUSIVE and brief.blame not in OWN_FAULT
        return Seen(
            call_id=brief.call_id,
            number=number.number,
            unit=number.unit,
            at=brief.at,
            half_day=self._half_day(number, brief.at),
            outcome=brief.outcome,
            cause=brief.cause,
            confidence=brief.confidence,
            first=incidents.is_first(brief.purpose, brief.attempt),
            in_hours=self._in_hours(number, brief.at),
            scenario=number.scenario,
            alerted_s=brief.ring_s,
            counts=counts and said.against,
            confirmed=said.other.call_id if said.other is not None else "",
            owner=number.owner_email,
        )

    def _half_day(self, number: Number, at: datetime) -> str:
        """Before or after the office's own break; outside of its hours, before or after noon."""
        zone = zone_of(number, self._setup.policy)
        found = half_day(at, self._setup.openings_around(number, at), zone)
        return half_day_of(at, zone) if found is None else f"{found[0]}{'pm' if found[1] else 'am'}"

    def _in_hours(self, number: Number, at: datetime) -> bool:
        return any(opening.start <= at < opening.end for opening in self._setup.openings_around(number, at))


def engagements(line: Sequence[Brief]) -> tuple[odds.Seen, ...]:
    """The calls that say whether a line was engaged. One that rang for long and was then said to be busy does not: a
    phone that rings is not engaged, and a handset that lies beside it does not ring."""
    return tuple(
        odds.Seen(
            at=brief.at,
            busy=brief.outcome is Outcome.BUSY,
            purpose=brief.purpose,
            cause=brief.cause.value,
        )
        for brief in line
        if not (brief.outcome is Outcome.BUSY and (brief.ring_s or 0.0) >= RUNG_S)
        and not brief.voided
        and (brief.rang or brief.outcome not in (Outcome.INCONCLUSIVE, Outcome.UNREACHABLE))
    )
