"""A day of base calls: which strata, and a random time in each. Pure; recomputed by whoever has the seed."""

from __future__ import annotations

import math
from bisect import insort
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import chain, permutations
from zoneinfo import ZoneInfo

from probe.calendar.openings import Opening
from probe.errors import ProbeError
from probe.model import Because, Fact, Number, Purpose
from probe.plan import pieces as p
from probe.plan.batch import call_id
from probe.plan.dice import draws
from probe.plan.history import History, next_free
from probe.plan.manners import refusal
from probe.plan.pieces import Piece, Pieces
from probe.plan.policy import BASE_SHARE, MINUTE_S, Policy, never, zone_of
from probe.plan.slot import Slot, around, deadline_s, dialable, slot_batch, until
from probe.plan.strata import Stratum, strata

OpeningsOf = Callable[[Number], Sequence[Opening]]
HOUR = timedelta(hours=1)


class Unplanned(Fact, frozen=True, kw_only=True):
    """A number without a call, or without that of one stratum, and why."""

    number: str
    because: Because
    stratum: str = ""


class Dropped(Fact, frozen=True, kw_only=True):
    """A slot that was drawn but does not stand, and why."""

    slot: Slot
    because: Because


class Day(Fact, frozen=True, kw_only=True):
    """The programme of a day, in the order of time, and everything that is not in it."""

    slots: tuple[Slot, ...]
    dropped: tuple[Dropped, ...]
    unplanned: tuple[Unplanned, ...]


def plan_day(
    numbers: Iterable[Number],
    openings_of: OpeningsOf,
    policy: Policy,
    seed: bytes,
    day: date,
    already: Iterable[Slot] = (),
    *,
    history: History | None = None,
    callers: int = 1,
) -> Day:
    """The base calls of a day (a date on each number's own clock).

    `openings_of` gives a number's openings on that day, none when it is closed; its ProbeError (hours not understood,
    no calendar data) becomes the reason why the number is not planned. `already` are slots that stand whatever is
    planned now, `history` what was dialled before, `callers` how many caller IDs share the calls.

    A time depends on the seed, the day and the number; on other numbers only where two calls to one office would meet,
    or a cap is reached. It never depends on the order of `numbers`.
    """
    history = History() if history is None else history
    standing: dict[str, list[Slot]] = defaultdict(list)
    for slot in already:
        standing[slot.office].append(slot)
    offices: dict[str, dict[str, Number]] = defaultdict(dict)
    for number in numbers:
        offices[number.office][number.number] = number
    planner = _Planner(policy, seed, day, openings_of, history, callers)
    for office in sorted(offices):
        planner.plan_office(office, [offices[office][key] for key in sorted(offices[office])], standing.get(office, []))
    slots = sorted(planner.slots, key=_due)
    slots, over_the_day = _within_the_day(slots, policy, seed, list(chain(*standing.values())), history)
    slots, over_the_hour = _within_the_hour(slots, policy, seed, list(chain(*standing.values())))
    dropped = sorted([*planner.dropped, *over_the_day, *over_the_hour], key=lambda d: _due(d.slot))
    return Day(slots=tuple(slots), dropped=tuple(dropped), unplanned=tuple(planner.unplanned))


class _Planner:
    """Collects the slots of one day, an office at a time."""

    def __init__(
        self, policy: Policy, seed: bytes, day: date, openings_of: OpeningsOf, history: History, callers: int
    ) -> None:
        self.slots: list[Slot] = []
        self.dropped: list[Dropped] = []
        self.unplanned: list[Unplanned] = []
        self._policy, self._seed, self._day = policy, seed, day
        self._openings_of, self._history, self._callers = openings_of, history, callers
        year, week, weekday = day.isocalendar()
        self._week, self._first_card = f"{year}-W{week:02d}", (weekday - 1) * policy.calls_a_day
        self._parts = cache(self._parts_of)  # many numbers share few different hours
        self._batches = [slot_batch(day, Purpose.BASE, index + 1) for index in range(policy.calls_a_day)]
        self._why = cache(lambda name, index: _why(name, index, policy.calls_a_day))

    def plan_office(self, office: str, numbers: Sequence[Number], standing: Sequence[Slot]) -> None:
        """Add the slots of the numbers of one office, sorted by number; `standing` are those that it has already."""
        scenarios = {*(number.scenario for number in numbers), *(slot.scenario for slot in standing)}
        apart = max(map(deadline_s, scenarios))
        engaged = sorted(around(slot.due_at.timestamp(), apart) for slot in standing)
        for number in numbers:
            zone = zone_of(number, self._policy)
            openings = self._openings_or_reason(number)
            if isinstance(openings, Because):
                self.unplanned.append(Unplanned(number=number.number, because=openings))
                continue
            times, parts = self._parts(openings, zone, number.scenario)
            if not parts:
                key = "plan.closed" if not openings else "plan.never_while_calls_are_made"
                because = Because(key=key, values={"number": number.number, "day": self._day.isoformat()})
                self.unplanned.append(Unplanned(number=number.number, because=because))
                continue
            own = [slot for slot in standing if slot.number == number.number]
            is_new = not own and number.number not in self._history  # then the times alone keep every rule
            for slot in self._drawn(office, number, times, parts, engaged, own):
                no = None if is_new else self._refusal(slot, number, openings, zone, own)
                if no is None:
                    own.append(slot)
                    self.slots.append(slot)
                    insort(engaged, around(slot.due_at.timestamp(), apart))
                else:
                    self.dropped.append(Dropped(slot=slot, because=no))

    def _openings_or_reason(self, number: Number) -> tuple[Opening, ...] | Because:
        try:
            return never(number.number, self._policy) or tuple(self._openings_of(number))
        except ProbeError as error:
            return Because(key=error.key, values=_plain(error))

    def _refusal(
        self, slot: Slot, number: Number, openings: tuple[Opening, ...], zone: ZoneInfo, own: list[Slot]
    ) -> Because | None:
        return refusal(slot, number, slot.due_at, self._history, self._policy, openings, zone, standing=own)

    def _drawn(
        self,
        office: str,
        number: Number,
        times: Pieces,
        parts: tuple[Stratum, ...],
        engaged: Sequence[Piece],
        own: Sequence[Slot],
    ) -> Iterator[Slot]:
        """The slots that the dice give a number, in the order of the day."""
        name = number.number
        gap = max(self._policy.least_base_gap_s, number.interval_min * MINUTE_S)
        near = sorted(around(slot.due_at.timestamp(), gap) for slot in own)
        moments, caller = self._moments(name)
        for index, part in enumerate(sorted(self._chosen(name, len(parts)))):
            stratum = parts[part]
            taken = sorted([*engaged, *near]) if engaged else near
            due = p.pick(p.without(stratum.pieces, taken) if taken else stratum.pieces, moments[index])
            if due is None:
                because = Because(key="plan.no_room", values={"number": name, "stratum": stratum.name})
                self.unplanned.append(Unplanned(number=name, because=because, stratum=stratum.name))
                continue
            insort(near, around(due, gap))
            yield Slot(
                call_id=call_id(self._batches[index], name),
                day=self._day,
                number=name,
                office=office,
                purpose=Purpose.BASE,
                stratum=stratum.name,
                due_at=p.at(due),
                until=until(due, times, self._policy),
                scenario=number.scenario,
                caller=(caller + index) % self._callers,
                why=self._why(stratum.name, index + 1),
            )

    def _moments(self, name: str) -> tuple[list[float], int]:
        """Where in its stratum each call of a number lies (0 to 1), and the caller ID of its first; the next calls take
        the next ones."""
        blocks = range(1 + (self._policy.calls_a_day - 1) // 3)
        found = [draws(self._seed, Purpose.BASE, self._day, name, block) for block in blocks]
        return [share for block in found for share in block[:3]], int(found[0][3] * self._callers)

    def _chosen(self, name: str, parts: int) -> list[int]:
        """Which strata a number gets: each week it works through shuffled decks of all of them, so that they come
        evenly, and which one comes on which day cannot be foreseen."""
        cards = range(self._first_card, self._first_card + self._policy.calls_a_day)
        decks = _decks(parts)
        shuffled = {
            deck: decks[int(draws(self._seed, "strata", self._week, name, deck)[0] * len(decks))]
            for deck in range(cards[0] // parts, cards[-1] // parts + 1)
        }
        return [shuffled[card // parts][card % parts] for card in cards]

    def _parts_of(
        self, openings: tuple[Opening, ...], zone: ZoneInfo, scenario: str
    ) -> tuple[Pieces, tuple[Stratum, ...]]:
        """When a call may be due on this day, and the strata of it."""
        midnights = (p.wall(self._day + timedelta(days=n), time(), zone) for n in (0, 1))
        times = p.clip(dialable(p.of(openings), self._policy, zone, scenario), *midnights)
        return times, strata(times, zone)


def _within_the_day(
    slots: list[Slot], policy: Policy, seed: bytes, standing: Sequence[Slot], history: History
) -> tuple[list[Slot], list[Dropped]]:
    """What the day's total leaves, chosen by dice. A day is one of the robot's time zone."""
    most = math.ceil(policy.calls_per_day * BASE_SHARE)
    if len(slots) + len(standing) + len(history) <= most:
        return slots, []
    zone, groups = ZoneInfo(policy.timezone), defaultdict[date, list[Slot]](list)
    for slot in slots:
        groups[slot.due_at.astimezone(zone).date()].append(slot)
    over: set[str] = set()
    for day, group in groups.items():
        start, end = (p.at(p.wall(day + timedelta(days=n), time(), zone)) for n in (0, 1))
        left = max(0, most - sum(start <= slot.due_at < end for slot in standing) - history.count(start, end))
        ranked = sorted((draws(seed, "total", slot.day, slot.call_id)[0], slot.call_id) for slot in group)
        over.update(name for _, name in ranked[left:])
    because = Because(key="plan.over_the_day", values={"most": most, "total": policy.calls_per_day})
    return _parted(slots, over, because)


def _within_the_hour(
    slots: list[Slot], policy: Policy, seed: bytes, standing: Sequence[Slot]
) -> tuple[list[Slot], list[Dropped]]:
    """What the hourly rate of each caller ID leaves, chosen by dice: who kept the first ones of each hour would call at
    the beginning of hours only."""
    most = policy.caller_id_per_hour
    groups, times = defaultdict[int, list[Slot]](list), defaultdict[int, list[datetime]](list)
    for slot in slots:
        groups[slot.caller].append(slot)
    for slot in sorted(standing, key=_due):
        times[slot.caller].append(slot.due_at)
    over: set[str] = set()
    for caller, group in groups.items():
        every = sorted([*times[caller], *(slot.due_at for slot in group)])
        if all(last - first >= HOUR for first, last in zip(every, every[most:], strict=False)):
            continue
        for slot in sorted(group, key=lambda slot: draws(seed, "hour", slot.day, slot.call_id)):
            if next_free(times[caller], slot.due_at, most, HOUR) is None:
                insort(times[caller], slot.due_at)
            else:
                over.add(slot.call_id)
    return _parted(slots, over, Because(key="plan.over_the_hour", values={"most": most}))


def _parted(slots: list[Slot], over: set[str], because: Because) -> tuple[list[Slot], list[Dropped]]:
    kept = [slot for slot in slots if slot.call_id not in over] if over else slots
    return kept, [Dropped(slot=slot, because=because) for slot in slots if slot.call_id in over] if over else []


def _why(stratum: str, index: int, calls: int) -> Because:
    return Because(key=f"plan.why_base_{stratum}", values={"index": index, "calls": calls})


def _due(slot: Slot) -> datetime:
    return slot.due_at


def _plain(error: ProbeError) -> dict[str, str | int | float]:
    return {name: value if isinstance(value, str | int | float) else str(value) for name, value in error.values.items()}


@cache
def _decks(cards: int) -> tuple[tuple[int, ...], ...]:
    return tuple(permutations(range(cards)))
