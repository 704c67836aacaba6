"""Our own trunks: which are well, over which way a call goes, and when our own number, the canary, is called."""

from __future__ import annotations

from datetime import datetime, timedelta

from probe.health import WINDOW, Health, State, Usual, failed, health, usual_of
from probe.model import Because, Call, Purpose
from probe.plan import Slot, slot_id
from probe.schedule.consequences import Consequences
from probe.schedule.setup import Setup, Way
from probe.store import Store

CANARY_AGAIN = timedelta(minutes=5)  # while a trunk is down; twice that after the next failure, and so on
CANARY_AT_LEAST = timedelta(minutes=25)  # below WINDOW, so that the last one is remembered
TRY_EVERY = timedelta(minutes=5)  # over a trunk that is down, when there is no canary
PROOF = timedelta(minutes=10)  # another unit's call that got through within this shows that the trunk was sound
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
        self._usual: dict[str, tuple[datetime, Usual]] = {}  # when it was last worked out

    def heard(self, call: Call, now: datetime) -> None:
        """Take in a call that has ended, and look after its trunk."""
        trunk = call.record.trace.trunk
        self._recent.setdefault(trunk, {})[call.record.order.call_id] = call
        self._healths.clear()
        if not failed(call):
            self._tried.pop(trunk, None)
        way = self._way_of(trunk)
        if way is not None and self.health(trunk, now).state is not State.WELL:
            self._doubt(way, now)

    def look(self) -> None:
        """Time has gone by: what was thought is thought again."""
        self._healths.clear()

    def could_not_ask(self, trunk: str, now: datetime) -> None:
        """The canary could not be called: for a while, a doubt is decided as if there were none."""
        self._mute[trunk] = now

    def health(self, trunk: str, now: datetime) -> Health:
        """What is thought of a trunk."""
        if trunk not in self._healths:
            recent = self._recent.setdefault(trunk, {})
            for call_id in [c for c, call in recent.items() if call.record.trace.started_at < now - WINDOW]:
                del recent[call_id]
            self._healths[trunk] = health(
                recent.values(), now, usual=self._usual_day(trunk, now), has_canary=self._can_ask(trunk, now)
            )
        return self._healths[trunk]

    def way(self, slot: Slot, now: datetime) -> Way | None:
        """The slot's way out, or the next one whose trunk is well; None when none is."""
        ways = self._setup.ways
        if slot.purpose is Purpose.CANARY:
            return self._way_of(slot.stratum)
        wanted = [ways[(slot.caller + n) % len(ways)] for n in range(len(ways))]
        well = None
        for way in wanted:
            if self.health(way.trunk, now).state is State.WELL:
                well = well or way
            else:
                self._doubt(way, now)
        return well or self._try(wanted[0], now)

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
        if any(not failed(other) for other in near):
            return False
        if now - began > WINDOW or any(other.record.order.purpose is Purpose.CANARY for other in near):
            told = Because(key="health.canary_failed" if near else "health.no_sign")
            void = Health(state=State.DOWN, because=(told,), void=(call.record.order.call_id,), since=began)
            self._consequences.trunk_down(trunk, void, now)
            return False
        self._ask(way, now)
        return True

    # --- inside

    def _way_of(self, trunk: str) -> Way | None:
        return next((way for way in self._setup.ways if way.trunk == trunk), None)

    def _can_ask(self, trunk: str, now: datetime) -> bool:
        return self._setup.canary is not None and now - self._mute.get(trunk, now - WINDOW) >= WINDOW

    def _try(self, way: Way, now: datetime) -> Way | None:
        """Without a canary, one call now and then shows whether a trunk works again."""
        if self._can_ask(way.trunk, now) or now - self._tried.get(way.trunk, now - TRY_EVERY) < TRY_EVERY:
            return None
        self._tried[way.trunk] = now
        return way

    def _doubt(self, way: Way, now: datetime) -> None:
        """Void what a trunk's fault has spoilt; ask the canary, and again while it does not answer."""
        found = self.health(way.trunk, now)
        if found.state is State.DOWN:
            self._tried.setdefault(way.trunk, now)
            self._consequences.trunk_down(way.trunk, found, now)
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
            if not failed(call):
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
