"""A district in which time is an argument: offices that answer as a test says, and a programme that can be killed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from probe.calendar import working_days
from probe.model import Cause, Number, Order, Record
from probe.plan import Policy, Way
from probe.schedule.programme import Launch, Programme
from probe.schedule.setup import Setup
from probe.store import Store
from tests.records import call

HANGZHOU = ZoneInfo("Asia/Shanghai")
HOURS = "工作日 9:00-12:00,13:30-17:00"
TAKES = timedelta(seconds=20)
HOURLY = timedelta(hours=1)
CANARY = Number(number="+8657187259999", written="0571-87259999", unit="本方测试号码")

Line = Callable[[str, datetime], Cause]  # what a number does at a moment
Trunk = Callable[
    [str, str, datetime], Cause | None
]  # what a trunk makes of a call to a number; None: it is put through


class Killed(Exception):
    """The program dies here."""


def local(day: str, clock: str = "00:00") -> datetime:
    """A moment in Hangzhou."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=HANGZHOU).astimezone(UTC)


def answers(number: str, at: datetime) -> Cause:
    """Somebody is always there."""
    return Cause.HUMAN


class World:
    """One data folder, and whichever program runs on it."""

    def __init__(self, folder: Path, numbers: Sequence[Number], line: Line = answers, **setup: object) -> None:
        self.store = Store.open(f"sqlite:///{folder / 'world.sqlite3'}")
        self.line = line
        given = {"ways": (Way(trunk="office", caller_id="057187250000"),), "policy": Policy(), "default_hours": HOURS}
        self.setup = Setup(days=working_days("CN"), **(given | setup))  # type: ignore[arg-type]
        self.dialled: list[Order] = []
        self.over: dict[str, str] = {}  # calls → their trunks
        self.trunk: Trunk = lambda trunk, called, at: None
        self.seed = 0
        self.store.import_numbers(numbers, local("2020-01-01"))

    def start(self, now: datetime) -> Programme:
        """A new program on the folder."""
        self.store.recover(now, lambda owner: False)
        self.seed += 1
        programme = Programme(
            self.store,
            self.setup,
            owner=f"host:{self.seed}:0",
            started_at=now,
            entropy=lambda: bytes([self.seed % 256]) * 32,
        )
        programme.begin(now)
        programme.plan(now)
        return programme

    def run(self, programme: Programme, now: datetime, until: datetime, *, stopped: bool = False) -> datetime:
        """Let time go by, from call to call."""
        looked = now - HOURLY
        while now < until:
            if now - looked >= HOURLY:
                programme.plan(now)
                programme.time_goes_by(now)
                looked = now
            launches = programme.tick(now, stopped)
            for launch in launches:
                self.make(programme, launch, now)
            # Those that wait, wait longer; but somebody looks at them every minute.
            due, wait = programme.next_due(now), timedelta(seconds=1 if launches else 60)
            if self.store.slots.due(now):
                due = now
            now = min(until, max(now + wait, now + HOURLY if due is None else min(now + HOURLY, due)))
        return now

    def make(self, programme: Programme, launch: Launch, now: datetime) -> None:
        """One call, from its claim to what follows from it."""
        if programme.claim(launch.order, now):
            self.dialled.append(launch.order)
            self.over[launch.order.call_id] = launch.trunk
            programme.finished(self.record(launch, now), now + TAKES)

    def record(self, launch: Launch, now: datetime) -> Record:
        """What the office does now."""
        order = launch.order
        found = self.store.number(order.number) or CANARY
        spoilt = self.trunk(launch.trunk, order.number, now)
        made = call(self.line(order.number, now) if spoilt is None else spoilt, of=found, at=now).record
        trace = replace(made.trace, call_id=order.call_id, trunk=launch.trunk, caller_id=order.caller_id)
        return replace(made, order=order, trace=trace)

    def letters(self) -> list[tuple[str, str]]:
        """(who, subject) of every letter there ever was."""
        return [(letter.recipient, letter.subject) for letter in self.store.outbox.waiting()]


def dice(seed: int) -> Random:
    """Dice of a test."""
    return Random(seed)
