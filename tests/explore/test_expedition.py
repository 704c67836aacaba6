"""An exploration over days: the manners are asked before each call, what was found is kept, the next run goes on."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from probe.calendar.openings import Opening
from probe.explore import Limits, Tree, Visit, What, shelf
from probe.explore.expedition import Expedition
from probe.explore.tell import headline, state
from probe.model import Because, Number, Order, Purpose, Record
from probe.plan import Attempt, History, Policy, refusal
from tests.explore.office import Office, Place, Talk, record_of

ZONE = ZoneInfo("Asia/Shanghai")
MORNING = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)  # 9:00
NUMBER = Number(number="+8657187250101", written="0571-87250101", unit="人社局")
# a person behind each of five keys: each ends a call
FIVE = Office((Place("menu", {"1": 1, "2": 2, "3": 3, "4": 4, "5": 5}), *(Place("human") for _ in range(5))))


class World:
    """A clock, the manners with their memory, and an office that answers."""

    def __init__(self, office: Office, at: datetime = MORNING, policy: Policy | None = None) -> None:
        self.office = office
        self.now = at
        self.policy = policy or Policy()
        self.attempts: list[Attempt] = []
        self.talks: list[Talk] = []
        self.kept: list[Tree] = []
        self.expedition: Expedition
        self.answers = True

    def order(self) -> Order:
        return Order(
            call_id=f"c{len(self.attempts)}",
            number=NUMBER.number,
            office=NUMBER.office,
            why="test",
            purpose=Purpose.EXPLORE,
            deadline_s=360.0,
        )

    def refusal(self, now: datetime) -> Because | None:
        start, end = (datetime(now.year, now.month, now.day, h, tzinfo=ZONE).astimezone(UTC) for h in (8, 18))
        hours = [Opening(start=start, end=end)]
        return refusal(self.order(), NUMBER, now, History(self.attempts), self.policy, hours, ZONE)

    async def call(self) -> Record | None:
        order, begun = self.order(), self.now
        self.attempts.append(Attempt(at=begun, number=order.number, office=order.office, deadline_s=360.0))
        talk = Talk(self.office, self.expedition.tree, call_id=order.call_id, told=self.expedition.visit)
        seconds = talk.run() if self.answers else 45.0
        self.talks.append(talk)
        self.now += timedelta(seconds=seconds)
        self.attempts[-1] = msgspec.structs.replace(self.attempts[-1], answered=self.answers, ended_at=self.now)
        record = record_of(talk, order, begun, seconds)
        if not self.answers:
            record = msgspec.structs.replace(record, trace=msgspec.structs.replace(record.trace, answered_at_s=None))
        return record

    def run(self, tree: Tree, told: Callable[[Tree, Visit, int | None], None] = lambda tree, visit, to: None) -> Tree:
        """One run of the program; a pause passes at once, because the clock goes on by itself."""

        async def go() -> Tree:
            self.expedition = Expedition(
                tree,
                call=self.call,
                refusal=self.refusal,
                keep=self.kept.append,
                now=lambda: self.now,
                told=told,
                waits=self._wait,
            )
            return await self.expedition.run()

        return asyncio.run(go())

    def _wait(self, reason: Because) -> None:
        self.now = datetime.fromisoformat(str(reason.values["again_at"]))


def new(**limits: object) -> Tree:
    return Tree(number=NUMBER.number, unit=NUMBER.unit, began_at=MORNING, limits=Limits(**limits))  # type: ignore[arg-type]


def test_three_answered_calls_a_day_and_the_next_day_goes_on() -> None:
    world = World(FIVE)
    tree = new()
    runs = 0
    while not tree.finished:
        tree = world.run(tree)
        runs += 1
        if not tree.finished:
            assert world.expedition.reason is not None
            assert world.expedition.reason.key == "plan.answered"
            assert tree.ended_at is None
            assert "下次从 4 继续" in state(tree, "zh")
            world.now += timedelta(days=1)
    by_day = Counter(a.at.astimezone(ZONE).date() for a in world.attempts)
    assert all(calls <= 3 for calls in by_day.values()), by_day
    assert runs == 2
    assert len(by_day) == 2
    assert sum(node.what is What.HUMAN for node in tree.nodes) == 5
    gaps = [b.at - a.at for a, b in zip(world.attempts, world.attempts[1:], strict=False)]
    assert min(gaps) >= timedelta(minutes=2)
    pressed = Counter(talk.keys for talk in world.talks)
    assert all(pressed[key] == 1 for key in "12345"), "no person is reached twice"
    assert "可以转到人工" in headline(tree, "zh")


def test_a_number_that_never_answers_is_left_alone() -> None:
    world = World(FIVE)
    world.answers = False
    tree = world.run(new())
    assert len(world.attempts) == 3
    assert (tree.halt, tree.ended_at) == ("no_answer", None)


def test_nothing_is_called_outside_of_the_hours() -> None:
    world = World(FIVE, MORNING - timedelta(hours=2))
    tree = world.run(new())
    assert not world.attempts
    assert world.expedition.reason is not None
    assert world.expedition.reason.key == "plan.quiet_hours"
    assert tree.halt is None


def test_a_number_of_our_own_may_answer_more_often() -> None:
    world = World(FIVE, policy=Policy(canaries=(NUMBER.number,)))
    tree = world.run(new())
    assert tree.finished
    assert len(world.attempts) >= 5


def test_the_calls_of_an_exploration_are_limited() -> None:
    world = World(FIVE)
    tree = world.run(new(calls=2))
    assert (len(world.attempts), tree.halt, tree.ended_at is not None) == (2, "calls", True)


def test_ctrl_c_keeps_what_was_found(tmp_path: Path) -> None:
    world = World(FIVE)
    tree = world.run(new(), told=lambda tree, visit, to: world.expedition.stop() if visit.key else None)
    assert (tree.halt, len(world.talks)) == ("stopped", 1)
    path = shelf.place(tmp_path, tree.number, tree.began_at)
    shelf.save(path, tree)
    again = shelf.load(path)
    assert again == tree
    world.now += timedelta(days=1)
    assert len(world.run(again).calls) == 4


def test_another_announcement_at_the_answer_ends_it() -> None:
    """The menu is another one, or it is night: what was found before is not mixed with it."""
    world = World(FIVE)
    tree = world.run(new(calls=1))

    class Other(Office):
        def seed(self, place: int) -> str:
            return "another"

        def text(self, place: int) -> str:
            return "现在是节假日，服务大厅不对外办公，请改日来电。"

    world.office = Other((Place("announcement"),))
    world.now += timedelta(days=1)
    tree = world.run(msgspec.structs.replace(tree, limits=Limits(calls=9)))
    assert tree.halt == "other_root"
    assert len(tree.calls) == 3
