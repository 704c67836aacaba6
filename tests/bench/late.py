"""How late a due call is started: 100,000 numbers, 60 lines, the real loop and database, pretended calls.

`python -m tests.bench.late [--numbers N] [--lines N] [--seconds S]`. Late means: from the moment a slot is due to the
moment its claim is on the disk, which is when the line is told to dial.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import psutil
from msgspec.structs import replace

from probe.calendar import working_days
from probe.model import Because, Cause, Order, Purpose, Record
from probe.plan import Policy, Slot, Way, slot_id
from probe.schedule.programme import Programme
from probe.schedule.setup import Setup
from probe.schedule.watch import Watch
from probe.store import Store
from tests.records import call, number

CALL_S = 8.0  # mean length of a pretended call
LOAD = 0.6  # share of the lines that are engaged: at more, calls wait for a line, which is no fault of the program


class PretendedBoard:
    """So many lines that ask for leave, talk for a while and report."""

    def __init__(self, lines: int, dice: Random) -> None:
        self.claim: Callable[[Order], bool] = lambda order: False
        self.late: list[float] = []
        self.peak = 0
        self._free = asyncio.Semaphore(lines)
        self._lines = lines
        self._dice = dice
        self._done: asyncio.Queue[Record | None] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()

    def allow(self, numbers: Iterable[str]) -> None:
        self.allowed = set(numbers)

    def add(self, order: Order) -> None:
        task = asyncio.create_task(self._make(order))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def hang_up(self) -> None:
        """Nobody is really there."""

    def stop(self) -> None:
        self._done.put_nowait(None)

    async def run(self, *, open_ended: bool) -> AsyncIterator[Record]:
        while (record := await self._done.get()) is not None:
            yield record

    async def _make(self, order: Order) -> None:
        async with self._free:
            if not self.claim(order):
                return
            now = datetime.now(UTC)
            assert order.not_before is not None
            self.late.append((now - order.not_before).total_seconds())
            self.peak = max(self.peak, self._lines - self._free._value)
            await asyncio.sleep(self._dice.uniform(0.5, 1.5) * CALL_S)
            cause = self._dice.choices([Cause.HUMAN, Cause.BUSY_TONE, Cause.RANG_OUT], [7, 2, 1])[0]
            made = call(cause, of=number(0), at=now).record
            trace = replace(made.trace, number=order.number, call_id=order.call_id, trunk="office")
            self._done.put_nowait(replace(made, order=order, trace=trace))


def main() -> None:
    """Fill a database, run the loop, print how late calls were."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--numbers", type=int, default=100_000)
    parser.add_argument("--lines", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=60.0)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tongbutong-late-") as folder:
        asyncio.run(_measure(Path(folder), wanted.numbers, wanted.lines, wanted.seconds))


async def _measure(folder: Path, numbers: int, lines: int, seconds: float) -> None:
    dice = Random(1)
    policy = Policy(caller_id_per_hour=1_000_000, calls_per_day=1_000_000, timezone="UTC")
    now = datetime.now(UTC)
    # Wherever it is now, it is noon there: the manners would refuse calls at night.
    zone = f"Etc/GMT{now.hour - 12:+d}"
    policy = replace(policy, timezone=zone)
    setup = Setup(policy=policy, days=working_days("CN"), default_hours="每天 8:00-21:00", ways=(Way(trunk="office"),))
    with Store.open(f"sqlite:///{folder / 'late.sqlite3'}") as store:
        offices = [
            replace(number(0), number=f"+86571{80000000 + i}", unit=f"单位{i}", timezone=zone) for i in range(numbers)
        ]
        store.import_numbers(offices, now)
        rate = lines / CALL_S * LOAD
        count = int(rate * seconds)
        today = datetime.now(UTC).astimezone(setup.zone).date()
        later = datetime.now(UTC) + timedelta(hours=1)
        store.slots.add([_slot(office.number, office.office, today, later) for office in offices[count:]])
        begin = datetime.now(UTC) + timedelta(seconds=15)  # by then the programme has read its directory
        due = [begin + timedelta(seconds=(n + dice.random()) / rate) for n in range(count)]
        store.slots.add([_slot(o.number, o.office, today, at) for o, at in zip(offices[:count], due, strict=True)])
        programme = Programme(store, setup, owner="bench:1:0", started_at=now, entropy=lambda: bytes(32))
        programme.plan = lambda now: ()  # type: ignore[method-assign]  # measured by tests.bench.plan
        board = PretendedBoard(lines, dice)
        watch = Watch(
            store,
            programme,
            {"office": board},
            store.sole("bench:1:0"),
            folder=folder,
            deliver=lambda: None,
            keep=lambda record: None,  # type: ignore[dict-item]
        )
        board.claim = watch.claim
        cpu, clock = time.process_time(), time.monotonic()
        running = asyncio.create_task(watch.run())
        await asyncio.sleep((begin - datetime.now(UTC)).total_seconds() + seconds + 1.0)
        cpu, clock = time.process_time() - cpu, time.monotonic() - clock
        board.stop()
        await running
        late = sorted(board.late)
        at = [late[min(len(late) - 1, int(len(late) * share))] * 1000 for share in (0.5, 0.9, 0.99)]
        print(
            f"{numbers} numbers, {lines} lines ({board.peak} at once), {len(late)} of {count} calls in {seconds:.0f} s"
        )
        print(f"late: median {at[0]:.0f} ms, p90 {at[1]:.0f} ms, p99 {at[2]:.0f} ms, most {late[-1] * 1000:.0f} ms")
        memory = psutil.Process().memory_info().rss / 1e6
        print(f"CPU {cpu / clock:.0%} of a core, {memory:.0f} MB")


def _slot(called: str, office: str, day: object, due: datetime) -> Slot:
    return Slot(
        call_id=slot_id(day, called, Purpose.BASE, 1),  # type: ignore[arg-type]
        day=day,  # type: ignore[arg-type]
        number=called,
        office=office,
        purpose=Purpose.BASE,
        stratum="opening",
        due_at=due,
        until=due + timedelta(minutes=10),
        why=Because(key="plan.why_base_opening", values={"index": 1, "calls": 1}),
    )


if __name__ == "__main__":
    main()
