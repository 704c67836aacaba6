"""What is decided, and when. No clock and no telephone in here: `now` is an argument, orders go out, records come back.

Every decision is in the database before anything is done about it, so that the next program knows. A call is dialled at
most once: its slot, its claim and its line in the audit log are one transaction.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import msgspec

from probe.errors import ProbeError
from probe.health import WINDOW
from probe.model import Because, Call, Number, Order, Purpose, Record, picked_up
from probe.plan import Attempt, Slot, Way, again_at, order, refusal, zone_of
from probe.schedule.consequences import Consequences
from probe.schedule.days import plan_days
from probe.schedule.past import LOOK_BACK, Past, history_of
from probe.schedule.second import WITHIN, Opinion
from probe.schedule.setup import Setup
from probe.schedule.trunks import Trunks
from probe.store import Store, is_alive
from probe.store.audit import Entry
from probe.store.slots import State as Slotted

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
        self._past = Past(store, started_at)
        self._backlog = True  # there may be slots of a time at which no program ran
        self._flying: dict[str, tuple[Slot, Way]] = {}
        self._held: dict[str, tuple[str, datetime]] = {}  # calls that are to be concluded → number, not before when
        self._waits: dict[str, Because] = {}  # slots that are due → why they wait
        self._consequences = Consequences(store, setup)
        self._trunks = Trunks(store, setup, self._consequences)

    # --- beginning

    def begin(self, now: datetime) -> None:
        """Take up what the last program left: its attempts, and the calls from which nothing had been drawn yet."""
        self.reload()
        self._hear(now)
        for call in self._store.records(now - WINDOW, now + timedelta(seconds=1)):
            self._trunks.heard(call, now)
        self.catch_up(now)

    def catch_up(self, now: datetime) -> None:
        """Draw what follows from calls of which it has not been drawn yet; one with which that fails stops no other."""
        self._store.recover(now, is_alive, lang=self._setup.lang)
        for call_id in self._store.slots.unfinished():
            found = self._store.record(call_id)
            if found is None or call_id in self._held:
                continue
            try:
                self._follow(found, now)
            except ProbeError:
                raise
            except Exception:
                _log.exception("what follows from call %s could not be drawn", call_id)
                self._store.slots.settle(call_id, Slotted.DONE, now, Because(key="schedule.not_drawn"))

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
        planned = plan_days(self._store, self._setup, self._entropy, now)
        self._backlog = self._backlog or bool(planned)
        return planned

    # --- the moment

    def tick(self, now: datetime, stopped: bool = False) -> tuple[Launch, ...]:
        """What is to be dialled now. `stopped`: the kill switch is set, and nothing is."""
        self._hear(now)
        self._trunks.look()
        self._trunks.ahead(self._store.slots.next_due(now), now)
        self._let_go(now)
        if self._backlog:
            self._store.slots.miss(self._started_at, now, Because(key="schedule.missed_not_running"))
            self._backlog = False
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
        self._hear(now)
        if (reason := self._refusal(slot, way, now)) is not None:  # others have called since it was launched
            self._waits[slot.call_id] = reason
            del self._flying[order.call_id]
            return False
        entry = Entry.of(order, "attempt", now, way.caller_id)
        with self._store.transaction():
            mine = self._store.audit.stopped() is None and self._store.slots.settle(order.call_id, Slotted.CALLED, now)
            if mine and not self._store.claim(order, now, self._owner, order.deadline_s + LEASE_MORE_S):
                raise RuntimeError(f"slot {slot.call_id} was planned, and its call was claimed")
            if mine:
                self._store.audit.note(entry)
        if not mine:
            del self._flying[order.call_id]
            return False
        self._past.own[order.call_id] = now
        self._waits.pop(order.call_id, None)
        self._past.history.add(self._attempt(order, way, now))
        return True

    def finished(self, record: Record, now: datetime) -> None:
        """A call has ended: store it, and draw what follows."""
        self._store.add(record, now)
        order = record.order
        found = self._store.record(order.call_id)
        assert found is not None
        self._trunks.heard(found, now)
        found = self._store.record(order.call_id) or found  # it may be void now
        _, way = self._flying.get(order.call_id, (None, self._setup.ways[0]))
        self._let_go(now, news_of=order.number)
        self._follow(found, now)
        self._flying.pop(order.call_id, None)
        begun = self._past.own.get(order.call_id, record.trace.started_at)
        self._past.history.add(self._attempt(order, way, begun, record, now))
        self._let_go(now)

    def refused(self, call_id: str, reason: Because, now: datetime) -> None:
        """The line would not dial it, claimed or not."""
        slot, way = self._flying[call_id]
        self._refuse(slot, way, reason, now)
        del self._flying[call_id]
        begun = self._past.own.get(call_id)
        if begun is not None:
            order = self._order(slot, way)
            self._past.history.add(
                msgspec.structs.replace(self._attempt(order, way, begun), answered=False, ended_at=now)
            )

    def lost(self, call_ids: Sequence[str]) -> None:
        """These orders were never claimed and are in nobody's hands any more: their slots are as they were."""
        for call_id in call_ids:
            self._flying.pop(call_id, None)

    def answers(self, trunk: str, yes: bool, now: datetime) -> None:
        """Whether a trunk answers OPTIONS."""
        self._trunks.answers(trunk, yes, now)

    def time_goes_by(self, now: datetime) -> None:
        """What happens without a call: reminders, the digest, and the calls that open incidents ask for."""
        self._consequences.time_goes_by(now)
        attempts = self._store.audit.attempts(now - LOOK_BACK)
        self._consequences.wanted(history_of(attempts), now)

    # --- inside

    def _launch(self, slot: Slot, now: datetime) -> Launch | None:
        """The call of a slot that is due, or None when it waits or will never be."""
        number = self._numbers.get(slot.number)
        if number is None:
            self._settle(slot, Slotted.DROPPED, Because(key="schedule.not_in_directory"), now)
            return None
        way = self._trunks.way(slot, now)
        if way is None:  # the trunk is in doubt: until it is not, or the slot's time is over
            self._waits[slot.call_id] = Because(key="schedule.missed_trunk")
            return None
        reason = self._refusal(slot, way, now)
        if reason is not None:
            again = again_at(reason)
            if again is None or again > slot.until:
                self._refuse(slot, way, reason, now)
            else:
                self._waits[slot.call_id] = reason
            return None
        self._flying[slot.call_id] = (slot, way)
        return Launch(order=self._order(slot, way), trunk=way.trunk)

    def _refusal(self, slot: Slot, way: Way, now: datetime) -> Because | None:
        """What the manners say now, with every call that has been claimed by now."""
        number = self._numbers.get(slot.number)
        if number is None:
            return Because(key="schedule.not_in_directory")
        policy = self._setup.policy
        return refusal(
            slot,
            number,
            now,
            self._past.history,
            policy,
            self._setup.openings_around(number, now),
            zone_of(number, policy),
            caller_id=way.caller_id,
        )

    def _order(self, slot: Slot, way: Way) -> Order:
        number = self._numbers[slot.number]
        return order(slot, number, policy=self._setup.policy, lang=self._setup.lang, caller_id=way.caller_id)

    def _follow(self, call: Call, now: datetime) -> None:
        """Draw what follows from a call, once: all of it, or, after a crash, all of it the next time.

        What speaks against an office waits until our own trunk is proved sound, when there is a canary to prove it, and
        until a second trunk or caller ID has been heard of it, when there is one.
        """
        call_id, number = call.record.order.call_id, call.number.number
        held = self._trunks.unproved(call, now)
        call = self._store.record(call_id) or call  # it may be void by now
        ways = self._trunks.well(now)
        said = self._consequences.second(call, ways, now)
        if held or said.opinion is Opinion.WAITING:
            waits_until = now if held else call.record.trace.started_at + WITHIN
            self._held[call_id] = (number, waits_until)
            with self._store.transaction():
                self._consequences.draw(call, self._past.history, now)
            return
        self._held.pop(call_id, None)
        with self._store.transaction():
            self._consequences.draw(call, self._past.history, now, ways=ways, said=said)
            self._store.slots.settle(call_id, Slotted.DONE, now, said.told)

    def _let_go(self, now: datetime, news_of: str = "") -> None:
        """Conclude the calls that were held, as far as they can be by now: those whose time has come, and those of a
        number of which there is news."""
        for call_id, (number, waits_until) in list(self._held.items()):
            if now < waits_until and number != news_of:
                continue
            del self._held[call_id]
            found = self._store.record(call_id)
            if found is not None:
                self._follow(found, now)

    def _hear(self, now: datetime) -> None:
        """Take in what others have dialled meanwhile."""
        if self._past.hear(now, self._flying):
            self._waits.clear()

    def _miss(self, slot: Slot, now: datetime, stopped: bool) -> None:
        if stopped:
            reason = Because(key="schedule.missed_stopped")
        else:
            reason = self._waits.pop(slot.call_id, Because(key="schedule.missed_late"))
        if slot.purpose is Purpose.CANARY:
            self._trunks.could_not_ask(slot.stratum, now)
        self._settle(slot, Slotted.MISSED, reason, now)

    def _refuse(self, slot: Slot, way: Way, reason: Because, now: datetime) -> None:
        entry = Entry.of(slot, "refusal", now, way.caller_id, reason)
        if slot.purpose is Purpose.CANARY:
            self._trunks.could_not_ask(way.trunk, now)
        with self._store.transaction():
            self._store.audit.note(entry)
            self._settle(slot, Slotted.REFUSED, reason, now)

    def _settle(self, slot: Slot, state: Slotted, reason: Because, now: datetime) -> None:
        self._store.slots.settle(slot.call_id, state, now, reason)

    @staticmethod
    def _attempt(
        order: Order, way: Way, at: datetime, record: Record | None = None, ended_at: datetime | None = None
    ) -> Attempt:
        answered = None if record is None else picked_up(record.verdict.outcome, record.trace.answered_at_s)
        return Attempt(
            at=at,
            number=order.number,
            office=order.office,
            caller_id=way.caller_id,
            answered=answered,
            ended_at=ended_at,
            deadline_s=order.deadline_s,
        )
