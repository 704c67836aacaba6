"""What is decided, and when. No clock and no telephone in here: `now` is an argument, orders go out, records come back.

Every decision is in the database before anything is done about it, so that the next program knows. A call is dialled at
most once: its slot, its claim and its line in the audit log are one transaction.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from probe.health import WINDOW, Health, State, Usual, failed, health, usual_of
from probe.model import Because, Call, Number, Order, Outcome, Purpose, Record
from probe.plan import Attempt, History, Slot, again_at, order, plan_day, refusal, slot_id, zone_of
from probe.schedule.consequences import Consequences
from probe.schedule.setup import Setup, Way
from probe.store import Store
from probe.store.audit import Entry
from probe.store.slots import State as Slotted

DAY = timedelta(days=1)
LOOK_BACK = timedelta(days=2)  # no rule of the manners looks back further
MOST_DAYS_BACK = 31  # days without a program that are still planned, so that each of their slots is told as missed
CANARY_AGAIN = timedelta(minutes=5)  # while the trunk is down; twice that after the next failure, and so on
CANARY_AT_LEAST = timedelta(minutes=90)  # so that a day of it stays within the manners' 16 in 24 h
TRY_EVERY = timedelta(minutes=5)  # over a trunk that is down, when there is no canary
USUAL_EVERY = timedelta(hours=6)
USUAL_FROM = timedelta(days=7)
LEASE_MORE_S = 60.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """A call to be made now over this trunk."""

    order: Order
    trunk: str


class Programme:
    """The programme of one data folder. Not for several threads at once; `plan` alone may run beside the others."""

    def __init__(
        self, store: Store, setup: Setup, *, owner: str, started_at: datetime, entropy: Callable[[], bytes]
    ) -> None:
        self._store = store
        self._setup = setup
        self._owner = owner
        self._started_at = started_at
        self._entropy = entropy
        self._numbers: dict[str, Number] = {}
        self._history = History()
        self._heard_of = 0  # the last line of the audit log that is in the history
        self._flying: dict[str, tuple[Slot, Way]] = {}
        self._recent: dict[str, list[Call]] = {way.trunk: [] for way in setup.ways}
        self._tried: dict[str, datetime] = {}  # trunks that are down → the last call that tried them again
        self._healths: dict[str, Health] = {}  # of the trunks, in this tick
        self._usual: tuple[datetime, Usual] | None = None
        self._consequences = Consequences(store, setup)

    # --- beginning

    def begin(self, now: datetime) -> None:
        """Take up what the last program left: its attempts, and the calls from which nothing had been drawn yet."""
        self.reload()
        self._hear(now)
        for call in self._store.records(now - WINDOW, now + timedelta(seconds=1)):
            self._remember(call)
        for call_id in self._store.slots.unfinished():
            found = self._store.record(call_id)
            if found is not None:
                self._follow(found, now)

    def reload(self, directory: Sequence[Number] | None = None) -> None:
        """Take the directory as it is now; `directory` when somebody has read it already."""
        canary = self._setup.canary
        found = self._store.numbers() if directory is None else directory
        self._numbers = {number.number: number for number in found}
        self._consequences.directory(self._numbers.values())
        if canary is not None:
            self._numbers[canary.number] = canary

    @property
    def numbers(self) -> tuple[str, ...]:
        """Every number that may be dialled: the directory's, and the canary."""
        return tuple(self._numbers)

    # --- days

    def plan(self, now: datetime) -> tuple[date, ...]:
        """Plan today, and every day since the last one that was planned; the days that were."""
        slots, today = self._store.slots, now.astimezone(self._setup.zone).date()
        known = slots.days()
        first = today if not known else max(date.fromisoformat(known[-1]), today - timedelta(days=MOST_DAYS_BACK))
        planned = []
        for n in range((today - first).days + 1):
            day = first + timedelta(days=n)
            if day.isoformat() in known:
                continue
            seed = slots.seed(f"{day:%Y-%m}", self._entropy, now)
            made = plan_day(
                self._store.numbers(),
                lambda number, day=day: self._setup.openings_on(number, day),  # type: ignore[misc]
                self._setup.policy,
                bytes.fromhex(seed.seed),
                day,
                [kept.slot for kept in slots.of_day(day.isoformat()) if kept.state is Slotted.PLANNED],
                history=self._past(now),
                callers=len(self._setup.ways),
            )
            if slots.plan(day, made, seed.period, now):
                _log.info("planned", extra={"day": f"{day}", "slots": len(made.slots), "commitment": seed.commitment})
                planned.append(day)
        slots.reveal(f"{today:%Y-%m}", now)
        return tuple(planned)

    # --- the moment

    def tick(self, now: datetime, stopped: bool = False) -> tuple[Launch, ...]:
        """What is to be dialled now. `stopped`: the kill switch is set, and nothing is."""
        self._hear(now)
        self._healths.clear()
        launches = []
        for slot in self._store.slots.due(now):
            if slot.call_id in self._flying:
                continue
            if now > slot.until:
                self._miss(slot, now, stopped)
                continue
            if not stopped and (launch := self._launch(slot, now)) is not None:
                launches.append(launch)
        return tuple(launches)

    def next_due(self, now: datetime) -> datetime | None:
        """When to look again, unless something happens before."""
        return self._store.slots.next_due(now)

    def claim(self, order: Order, now: datetime) -> bool:
        """Take a call, immediately before it is dialled: slot, claim and audit log at once. False: do not dial it."""
        slot, way = self._flying[order.call_id]
        entry = Entry(
            at=now,
            event="attempt",
            number=order.number,
            office=order.office,
            call_id=order.call_id,
            purpose=order.purpose.value,
            caller_id=way.caller_id,
        )
        with self._store.transaction():
            mine = self._store.audit.stopped() is None and self._store.slots.settle(order.call_id, Slotted.CALLED, now)
            if mine and not self._store.claim(order, now, self._owner, order.deadline_s + LEASE_MORE_S):
                raise RuntimeError(f"slot {slot.call_id} was planned, and its call was claimed")
            if mine:
                self._store.audit.note(entry)
        if not mine:
            del self._flying[order.call_id]
            return False
        self._history.add(self._attempt(order, way, now))
        return True

    def finished(self, record: Record, now: datetime) -> None:
        """A call has ended: store it, and draw what follows."""
        self._store.add(record, now)
        order = record.order
        _, way = self._flying.pop(order.call_id, (None, self._setup.ways[0]))
        claimed = self._history.of_number(order.number)
        begun = next((a.at for a in reversed(claimed) if a.ended_at is None), record.trace.started_at)
        self._history.add(self._attempt(order, way, begun, record, now))
        found = self._store.record(order.call_id)
        assert found is not None
        self._remember(found)
        if not failed(found):
            self._tried.pop(record.trace.trunk, None)
        self._healths.clear()
        self._follow(found, now)

    def refused(self, call_id: str, reason: Because, now: datetime) -> None:
        """The line would not dial it."""
        slot, way = self._flying.pop(call_id)
        self._refuse(slot, way, reason, now)

    def lost(self, call_ids: Sequence[str]) -> None:
        """These orders were never claimed and are in nobody's hands any more: their slots are as they were."""
        for call_id in call_ids:
            self._flying.pop(call_id, None)

    def time_goes_by(self, now: datetime) -> None:
        """What happens without a call: reminders, the digest, and the calls that open incidents ask for."""
        with self._store.transaction():
            self._consequences.time_goes_by(now)
        self._consequences.wanted(self._past(now), now)

    def health_of(self, trunk: str, now: datetime) -> Health:
        """What is thought of a trunk; once in a tick."""
        if trunk in self._healths:
            return self._healths[trunk]
        recent = self._recent[trunk] = [
            call for call in self._recent[trunk] if call.record.trace.started_at >= now - WINDOW
        ]
        found = health(recent, now, usual=self._usual_day(now), has_canary=self._setup.canary is not None)
        self._healths[trunk] = found
        return found

    # --- inside

    def _launch(self, slot: Slot, now: datetime) -> Launch | None:
        """The call of a slot that is due, or None when it waits or will never be."""
        number = self._numbers.get(slot.number)
        if number is None:
            self._settle(slot, Slotted.DROPPED, Because(key="schedule.not_in_directory"), now)
            return None
        way = self._way(slot, now)
        if way is None:
            return None  # the trunk is in doubt: until it is not, or the slot's time is over
        reason = refusal(
            slot,
            number,
            now,
            self._history,
            self._setup.policy,
            self._setup.openings_around(number, now),
            zone_of(number, self._setup.policy),
            caller_id=way.caller_id,
        )
        if reason is not None:
            again = again_at(reason)
            if again is None or again > slot.until:
                self._refuse(slot, way, reason, now)
            return None
        made = order(slot, number, policy=self._setup.policy, lang=self._setup.lang, caller_id=way.caller_id)
        self._flying[slot.call_id] = (slot, way)
        return Launch(order=made, trunk=way.trunk)

    def _way(self, slot: Slot, now: datetime) -> Way | None:
        """The slot's way out, or the next one whose trunk is well."""
        ways = self._setup.ways
        wanted = [ways[(slot.caller + n) % len(ways)] for n in range(len(ways))]
        if slot.purpose is Purpose.CANARY:
            return next((way for way in wanted if slot.stratum == way.trunk), None)
        well = None
        for way in wanted:
            state = self.health_of(way.trunk, now)
            if state.state is State.WELL:
                well = well or way
            else:
                self._doubt(way, state, now)
        return well or self._try(wanted[0], now)

    def _try(self, way: Way, now: datetime) -> Way | None:
        """Without a canary, one call now and then shows whether a trunk works again."""
        if self._setup.canary is not None or now - self._tried.get(way.trunk, now - TRY_EVERY) < TRY_EVERY:
            return None
        self._tried[way.trunk] = now
        return way

    def _doubt(self, way: Way, found: Health, now: datetime) -> None:
        """Void what a trunk's fault has spoilt; ask the canary, and again while it does not answer."""
        if found.state is State.DOWN:
            self._tried.setdefault(way.trunk, now)
            self._consequences.trunk_down(way.trunk, found, now)
        canary = self._setup.canary
        asked = [c for c in self._recent[way.trunk] if c.record.order.purpose is Purpose.CANARY]
        flying = any(s.purpose is Purpose.CANARY and w.trunk == way.trunk for s, w in self._flying.values())
        if canary is None or flying:
            return
        today = [attempt.at for attempt in self._history.of_number(canary.number) if now - attempt.at < DAY]
        wait = min(CANARY_AT_LEAST, CANARY_AGAIN * 2.0 ** max(0, len(today) - 1))
        if asked and today and now - today[-1] < wait:
            return
        day = now.astimezone(self._setup.zone).date()
        index = f"{way.trunk}-{now:%H%M}"
        self._store.slots.add(
            [
                Slot(
                    call_id=slot_id(day, canary.number, Purpose.CANARY, index),
                    day=day,
                    number=canary.number,
                    office=canary.office,
                    purpose=Purpose.CANARY,
                    stratum=way.trunk,
                    due_at=now,
                    until=now + CANARY_AGAIN,
                    scenario=canary.scenario,
                    why=Because(key="schedule.why_canary"),
                )
            ]
        )

    def _follow(self, call: Call, now: datetime) -> None:
        """Draw what follows from a call, once: all of it, or, after a crash, all of it the next time."""
        with self._store.transaction():
            self._consequences.draw(call, self._history, now)
            self._store.slots.settle(call.record.order.call_id, Slotted.DONE, now)

    def _remember(self, call: Call) -> None:
        self._recent.setdefault(call.record.trace.trunk, []).append(call)

    def _hear(self, now: datetime) -> None:
        """Take in the attempts that others have made meanwhile: somebody dials by hand, and the number is the same."""
        for attempted in self._store.audit.attempts(now - LOOK_BACK, after=self._heard_of):
            self._heard_of = attempted.id
            entry = attempted.entry
            if entry.call_id not in self._flying:
                self._history.add(
                    Attempt(
                        at=entry.at,
                        number=entry.number,
                        office=entry.office,
                        caller_id=entry.caller_id,
                        answered=attempted.answered,
                    )
                )
        self._history.forget(now - LOOK_BACK)

    def _past(self, now: datetime) -> History:
        """The history anew, for planning, which may run beside the rest."""
        return History(
            Attempt(
                at=found.entry.at,
                number=found.entry.number,
                office=found.entry.office,
                caller_id=found.entry.caller_id,
                answered=found.answered,
            )
            for found in self._store.audit.attempts(now - LOOK_BACK)
        )

    def _miss(self, slot: Slot, now: datetime, stopped: bool) -> None:
        if slot.until < self._started_at:
            reason = Because(key="schedule.missed_not_running")
        elif stopped:
            reason = Because(key="schedule.missed_stopped")
        elif all(self.health_of(way.trunk, now).state is not State.WELL for way in self._setup.ways):
            reason = Because(key="schedule.missed_trunk")
        else:
            reason = Because(key="schedule.missed_late")
        self._settle(slot, Slotted.MISSED, reason, now)

    def _refuse(self, slot: Slot, way: Way, reason: Because, now: datetime) -> None:
        entry = Entry(
            at=now,
            event="refusal",
            number=slot.number,
            office=slot.office,
            call_id=slot.call_id,
            purpose=slot.purpose.value,
            caller_id=way.caller_id,
            reason=reason,
        )
        with self._store.transaction():
            self._store.audit.note(entry)
            self._settle(slot, Slotted.REFUSED, reason, now)

    def _settle(self, slot: Slot, state: Slotted, reason: Because, now: datetime) -> None:
        self._store.slots.settle(slot.call_id, state, now, reason)

    def _usual_day(self, now: datetime) -> Usual:
        if self._usual is None or now - self._usual[0] > USUAL_EVERY:
            failures, n = self._store.outcomes.tried(now - USUAL_FROM, now)
            self._usual = (now, usual_of(failures, n, USUAL_FROM / DAY))
        return self._usual[1]

    @staticmethod
    def _attempt(
        order: Order, way: Way, at: datetime, record: Record | None = None, ended_at: datetime | None = None
    ) -> Attempt:
        answered = None if record is None else record.verdict.outcome is Outcome.ANSWERED
        return Attempt(
            at=at,
            number=order.number,
            office=order.office,
            caller_id=way.caller_id,
            answered=answered,
            ended_at=ended_at,
            deadline_s=order.deadline_s,
        )
