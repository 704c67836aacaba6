"""A year of days, and 300 programs that die at any moment: nothing twice, nothing lost, nobody told twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Connection

from probe.alerts import Policy as Alerts
from probe.incidents import IncidentKind
from probe.model import Cause
from probe.plan import Policy
from probe.schedule.programme import Programme
from probe.store.part import Part
from probe.store.slots import State
from tests.records import number
from tests.schedule.world import Killed, World, local

pytestmark = pytest.mark.long
RESTARTS = 300
DAYS = 365
BEGIN = local("2025-01-01", "00:01")


class Death:
    """Kills the program at a write, chosen by dice: before it, inside it (so that it is undone), or after it."""

    def __init__(self, dice: Random) -> None:
        self.dice = dice
        self.left = 0  # writes; none: it lives
        self._inside = False

    @contextmanager
    def writes(self, part: Part) -> Iterator[Connection]:
        if self._inside or self.left == 0:
            with WRITES(part) as connection:
                yield connection
            return
        self.left -= 1
        when = self.dice.choice(("before", "inside", "after")) if self.left == 0 else None
        if when == "before":
            raise Killed
        self._inside = True
        try:
            with WRITES(part) as connection:
                yield connection
                if when == "inside":
                    raise Killed
        finally:
            self._inside = False
        if when == "after":
            raise Killed


WRITES = Part._writes


def test_a_year_with_300_restarts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dice = Random(20250725)
    death = Death(dice)
    monkeypatch.setattr(Part, "_writes", lambda part: death.writes(part))
    offices = [number(i, unit=f"单位{i}", owner_email=f"office{i}@example.cn") for i in range(2)]

    def line(called: str, at: datetime) -> Cause:
        if called == offices[1].number and at.month == 5:
            return Cause.RANG_OUT
        return dice.choices([Cause.HUMAN, Cause.BUSY_TONE, Cause.RANG_OUT], [8, 1, 1])[0]

    policy = Policy(base_calls=1)
    world = World(tmp_path, offices, line, alerts=Alerts(supervisors=("chief@example.cn",)), policy=policy)
    deaths = sorted(dice.sample(range((DAYS - 20) * 24), RESTARTS))
    died = 0
    now, end = BEGIN, BEGIN + timedelta(days=DAYS)
    programme: Programme | None = None
    while now < end:
        hours = (now - BEGIN) / timedelta(hours=1)
        if died < RESTARTS and hours >= deaths[died] and death.left == 0:
            death.left = dice.randint(1, 12)
        try:
            if programme is None:
                programme = world.start(now)
            programme.plan(now)
            programme.time_goes_by(now)
            for launch in programme.tick(now):
                world.make(programme, launch, now)
        except Killed:
            programme, died = None, died + 1
            now += timedelta(minutes=dice.choice((0, 0, 1, 30, 600)))
            continue
        due = programme.next_due(now)
        tomorrow = (now + timedelta(days=1)).replace(hour=16, minute=1)  # just after midnight in Hangzhou
        soon = tomorrow if now.hour >= 16 else now.replace(hour=16, minute=1)
        now = min(soon, max(now + timedelta(seconds=30), due)) if due is not None else soon
    assert died == RESTARTS

    calls = list(world.store.records(BEGIN, end + timedelta(days=1)))
    assert Counter(order.call_id for order in world.dialled).most_common(1)[0][1] == 1, "nothing is dialled twice"
    recorded = {call.record.order.call_id for call in calls}
    assert {order.call_id for order in world.dialled} <= recorded, "and every call has a record"
    for day in world.store.slots.days():
        for one in world.store.slots.of_day(day):
            if one.state in (State.MISSED, State.REFUSED, State.DROPPED):
                assert one.reason is not None
            else:
                assert one.state is State.DONE, "a slot is called, or says why it was not"
                assert one.slot.call_id in recorded
    assert len(world.store.slots.days()) == DAYS, "every day was planned, were it afterwards"
    opened = [incident for incident in world.store.incidents.every() if not incident.repeat_of]
    may = [i for i in opened if i.kind is IncidentKind.NO_ANSWER and i.opened_at.month == 5]
    assert [incident.number for incident in may] == [offices[1].number], "a month of ringing is one incident"
    told = [one.subject for one in world.store.outbox.waiting() if one.recipient == "office1@example.cn"]
    news = [subject for subject in told if subject.startswith("【通不通】多次无人接听")]
    assert len(news) == len([i for i in opened if i.number == offices[1].number and i.kind is IncidentKind.NO_ANSWER])
