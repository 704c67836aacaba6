"""Our own trunks: which are well, over which way a call goes, and when our own number, the canary, is called.

The canary is called when a trunk is in doubt, when a failure wants a sign that the trunk was sound, and each day before
the first call over a trunk, so that a silent fault is known before any office is called.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from msgspec.structs import replace

from probe.health import (
    WINDOW,
    Health,
    State,
    Usual,
    contradicted,
    failed,
    got_through,
    health,
    refutes,
    since_success,
    usual_of,
)
from probe.model import Because, Call, Purpose
from probe.plan import Slot, Way, slot_id, stand_ins, zone_of
from probe.schedule.consequences import Consequences
from probe.schedule.setup import Setup
from probe.store import Store

CANARY_AGAIN = timedelta(minutes=5)  # while a trunk is down; twice that after the next failure, and so on
CANARY_AT_LEAST = timedelta(minutes=25)  # below WINDOW, so that the last one is remembered
TRY_EVERY = timedelta(minutes=5)  # over a trunk that is down, when there is no canary
TRY_AGAIN = timedelta(minutes=30)  # when another trunk is well, or the canary has failed and an office too
PROOF = timedelta(minutes=10)  # another unit's call that got through within this shows that the trunk was sound
AHEAD = timedelta(minutes=10)  # of the day's first call over a trunk the canary is called
USUAL_EVERY = timedelta(hours=6)
USUAL_FROM = timedelta(days=7)
DAY = timedelta(days=1)


class Trunks:
    """What is known of each trunk: its calls of the last half hour, and when it was tried. Held in memory; after a
    restart it is as if nothing had been tried yet."""

    def __init__(self, store: Store, setup: Setup, consequences: Consequences) -> None:
        self._store = store
        self._setup = setup
        self._consequences = consequences
        self._recent: dict[str, dict[str, Call]] = {way.trunk: {} for way in setup.ways}
        self._asked: dict[str, datetime] = {}  # when the canary was last asked for
        self._mute: dict[str, datetime] = {}  # trunks whose canary could not be called
        self._tried: dict[str, datetime] = {}  # trunks that are down → the last call that tried them again
        self._healths: dict[str, Health] = {}  # since anything was heard
        self._denied: set[str] = set()  # failed calls of which another way has said otherwise
        self._told: dict[str, Health] = {}  # trunks that are down → what has been done about it
        self._lost: dict[str, datetime] = {}  # trunks that answer OPTIONS no more, since when
        self._proved: dict[str, date] = {}  # the last day on which something got through
        self._usual: dict[str, tuple[datetime, Usual]] = {}  # when it was last worked out

    def heard(self, call: Call, now: datetime) -> None:
        """Take in a call that has ended, and look after its trunk."""
        trunk = call.record.trace.trunk
        self._recent.setdefault(trunk, {})[call.record.order.call_id] = call
        self.look()
        if got_through(call):
            self._tried.pop(trunk, None)
            self._proved[trunk] = max(self._day(call.record.trace.started_at), self._proved.get(trunk, date.min))
        self._denied |= contradicted(c for recent in self._recent.values() for c in recent.values()).keys()
        self._refuted_by(call, now)
        for way in self._one_way_each():
            concerned = way.trunk == trunk or not self._denied.isdisjoint(self._recent.get(way.trunk, ()))
            if concerned and self.health(way.trunk, now).state is not State.WELL:
                self._doubt(way, now)

    def answers(self, trunk: str, yes: bool, now: datetime) -> None:
        """Whether it answers OPTIONS, as far as one can tell: who never did is never lost."""
        if yes:
            self._lost.pop(trunk, None)
        elif trunk not in self._lost:
            self._lost[trunk] = now
            self.look()
            way = self._way_of(trunk)
            if way is not None and self.health(trunk, now).state is not State.WELL:
                self._doubt(way, now)
        self.look()

    def look(self) -> None:
        """Time has gone by: what was thought is thought again."""
        self._healths.clear()

    def ahead(self, due: datetime | None, now: datetime) -> None:
        """The next call is due then: when nothing has shown yet today that a trunk is sound, ask before it is."""
        if due is None or due - now > AHEAD:
            return
        for way in self._one_way_each():
            if self._can_ask(way.trunk, now) and not self._is_proved(way.trunk, now):
                self._ask(way, now)

    def well(self, now: datetime) -> tuple[Way, ...]:
        """The ways whose trunks are well."""
        return tuple(way for way in self._setup.ways if self.health(way.trunk, now).state is State.WELL)

    def could_not_ask(self, trunk: str, now: datetime) -> None:
        """The canary could not be called: for a while, a doubt is decided as if there were none."""
        self._mute[trunk] = now

    def health(self, trunk: str, now: datetime) -> Health:
        """What is thought of a trunk."""
        if trunk not in self._healths:
            recent = self._recent.setdefault(trunk, {})
            failing = {call.record.order.call_id for call in since_success(recent.values(), now)}
            for call_id, call in list(recent.items()):
                if call.record.trace.started_at < now - WINDOW and call_id not in failing:
                    del recent[call_id]
                    self._denied.discard(call_id)
            self._healths[trunk] = health(
                recent.values(),
                now,
                usual=self._usual_day(trunk, now),
                has_canary=self._can_ask(trunk, now),
                lost=self._lost.get(trunk),
                otherwise=self._denied,
                proved=self._is_proved(trunk, now),
            )
        return self._healths[trunk]

    def way(self, slot: Slot, now: datetime) -> Way | None:
        """The slot's way out, or the next one whose trunk is well; None when none is."""
        if slot.purpose is Purpose.CANARY:
            return self._way_of(slot.stratum)
        wanted = stand_ins(self._setup.ways, slot.caller)
        well = None
        for way in wanted:
            if self.health(way.trunk, now).state is State.WELL:
                well = well or way
            else:
                self._doubt(way, now)
        if well is wanted[0]:
            return well
        return self._try(wanted[0], now, TRY_EVERY if well is None else TRY_AGAIN) or well

    def unproved(self, call: Call, now: datetime) -> bool:
        """Whether a failed call still needs a sign that its trunk was sound at about its time; it is asked for then.

        A call of another unit that got through is such a sign. When the canary failed instead, or nothing can be said
        in the end, the call is void, and needs no sign any more.
        """
        trunk, began = call.record.trace.trunk, call.record.trace.started_at
        way = self._way_of(trunk)
        if way is None or call.voided is not None or not failed(call) or not self._can_ask(trunk, now):
            return False
        if call.record.order.purpose is Purpose.CANARY:
            return False
        near = [
            other
            for other in self._recent.get(trunk, {}).values()
            if other.number.unit != call.number.unit and abs(other.record.trace.started_at - began) <= PROOF
        ]
        if any(got_through(other) for other in near):
            return False
        if now - began > WINDOW or any(other.record.order.purpose is Purpose.CANARY for other in near):
            told = Because(key="health.canary_failed" if near else "health.no_sign")
            void = Health(state=State.DOWN, because=(told,), void=(call.record.order.call_id,), since=began)
            self._consequences.trunk_down(trunk, void, now)
            return False
        self._ask(way, now)
        return True

    # --- inside

    def _refuted_by(self, call: Call, now: datetime) -> None:
        """What was said of this number over another way minutes ago and cannot have been so counts for nothing."""
        mine = call.record.trace
        for recent in list(self._recent.values()):
            for before in [b for b in recent.values() if b.voided is None and refutes(call, b)]:
                theirs = before.record.trace
                told = Because(
                    key="health.refuted",
                    values={
                        "trunk": theirs.trunk,
                        "caller": theirs.caller_id or "-",
                        "other": mine.trunk,
                        "other_caller": mine.caller_id or "-",
                        "minutes": round((mine.started_at - theirs.started_at) / timedelta(minutes=1)),
                    },
                )
                recent[before.record.order.call_id] = replace(before, voided=told)
                self._consequences.void((before.record.order.call_id,), told, now)

    def _one_way_each(self) -> tuple[Way, ...]:
        return tuple({way.trunk: way for way in reversed(self._setup.ways)}.values())[::-1]

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(self._setup.zone).date()

    def _is_proved(self, trunk: str, now: datetime) -> bool:
        """Whether anything has got through a trunk today, by whichever program."""
        today = self._day(now)
        if trunk not in self._proved:
            midnight = datetime.combine(today, time(), self._setup.zone)
            carried = self._store.outcomes.carried(trunk, midnight, now)
            self._proved[trunk] = today if carried else date.min
        return self._proved[trunk] >= today

    def _way_of(self, trunk: str) -> Way | None:
        return next((way for way in self._setup.ways if way.trunk == trunk), None)

    def _can_ask(self, trunk: str, now: datetime) -> bool:
        canary, policy = self._setup.canary, self._setup.policy
        if canary is None or now - self._mute.get(trunk, now - WINDOW) < WINDOW:
            return False
        return policy.call_from <= now.astimezone(zone_of(canary, policy)).time() < policy.call_until

    def _try(self, way: Way, now: datetime, every: timedelta) -> Way | None:
        """Without a canary, or when the canary itself may be at fault, one call now and then shows whether it works:
        seldom when others carry the calls meanwhile."""
        found = self.health(way.trunk, now)
        if self._can_ask(way.trunk, now):
            if not found.alone:
                return None
            every = TRY_AGAIN if found.void else every
        if now - self._tried.get(way.trunk, now - every) < every:
            return None
        self._tried[way.trunk] = now
        return way

    def _doubt(self, way: Way, now: datetime) -> None:
        """Void what a trunk's fault has spoilt; ask the canary, and again while it does not answer."""
        found = self.health(way.trunk, now)
        if found.state is State.DOWN:
            self._tried.setdefault(way.trunk, now)
            if self._told.get(way.trunk) != found:  # else it is known, and asked about for each call that waits
                self._consequences.trunk_down(way.trunk, found, now)
                self._told[way.trunk] = found
        if self._can_ask(way.trunk, now):
            self._ask(way, now)

    def _ask(self, way: Way, now: datetime) -> None:
        """Call the canary over a trunk: at once, and again after 5, 10, 20 and then 25 minutes while it fails."""
        canary = self._setup.canary
        if canary is None:
            return
        calls = [c for c in self._recent.get(way.trunk, {}).values() if c.record.order.purpose is Purpose.CANARY]
        failures = 0
        for call in sorted(calls, key=lambda call: call.record.trace.started_at, reverse=True):
            if got_through(call):
                break
            failures += 1
        wait = min(CANARY_AT_LEAST, CANARY_AGAIN * 2.0 ** max(0, failures - 1))
        if now - self._asked.get(way.trunk, now - wait) < wait:
            return
        self._asked[way.trunk] = now
        day = now.astimezone(self._setup.zone).date()
        slot = Slot(
            call_id=slot_id(day, canary.number, Purpose.CANARY, f"{self._setup.ways.index(way)}-{now:%H%M}"),
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
        self._store.slots.add([slot])

    def _usual_day(self, trunk: str, now: datetime) -> Usual:
        """An ordinary day of this trunk: another may have other offices, and other troubles."""
        if trunk not in self._usual or now - self._usual[trunk][0] > USUAL_EVERY:
            failures, n = self._store.outcomes.tried(now - USUAL_FROM, now, trunk)
            self._usual[trunk] = (now, usual_of(failures, n, USUAL_FROM / DAY))
        return self._usual[trunk][1]
