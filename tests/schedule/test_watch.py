"""The loop around the programme: what comes due while it is busy does not wait for the next second."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from probe.dial import Switchboard
from probe.model import Record
from probe.schedule.programme import Launch, Programme
from probe.schedule.watch import Watch
from probe.store.sole import Sole
from probe.store.store import Store

MOMENT = timedelta(milliseconds=20)


class Busy:
    """A programme with one call, which comes due during the first look. The second look finds it, and all is over."""

    due: datetime | None = None
    numbers = ()

    def __init__(self) -> None:
        self.looks: list[datetime] = []
        self.over = asyncio.Event()

    def begin(self, now: datetime) -> None: ...
    def reload(self, directory: object) -> None: ...
    def plan(self, now: datetime) -> None: ...
    def time_goes_by(self, now: datetime) -> None: ...
    def catch_up(self, now: datetime) -> None: ...

    def tick(self, now: datetime, stopped: bool) -> tuple[Launch, ...]:
        self.looks.append(now)
        if self.due is None:
            self.due = now + MOMENT
            while datetime.now(UTC) < self.due:
                pass
        elif now >= self.due:
            self.over.set()
        return ()

    def next_due(self, after: datetime) -> datetime | None:
        return self.due if self.due is not None and self.due > after else None


class Line:
    """A switchboard that waits until all is over."""

    def __init__(self, programme: Busy) -> None:
        self.programme = programme

    def allow(self, numbers: object) -> None: ...
    def stop(self) -> None: ...

    async def run(self, *, open_ended: bool) -> AsyncIterator[Record]:
        await self.programme.over.wait()
        for _ in ():
            yield


class Alone:
    """Nobody else wants the database."""

    def keep(self) -> bool:
        return False


def test_a_call_that_comes_due_during_a_look_is_looked_at_at_once(tmp_path: Path) -> None:
    async def run(store: Store) -> list[datetime]:
        programme = Busy()
        watch = Watch(
            store,
            cast(Programme, programme),
            {"office": cast(Switchboard, Line(programme))},
            cast(Sole, Alone()),
            folder=tmp_path,
            deliver=lambda: None,
            keep=lambda record: None,
        )
        await watch.run()
        return programme.looks

    with Store.open(f"sqlite:///{tmp_path / 'watch.sqlite3'}") as store:
        first, second = asyncio.run(run(store))
    assert second - first < timedelta(seconds=0.9), "not at the next second's look"
