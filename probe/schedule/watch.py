"""The loop around the programme: ticks, telephone lines, letters, heartbeats. All effects and no decisions.

APScheduler only says when to look; what is to be done stands in the database, so nothing of it is kept in a job.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from probe.dial import Switchboard, Trunk
from probe.dial.inquiry import answers
from probe.dial.messages import Refused
from probe.errors import ProbeError, StoreError
from probe.model import Because, Number, Order, Record
from probe.schedule.alone import STOP_FILE
from probe.schedule.aside import Aside
from probe.schedule.programme import Programme
from probe.schedule.pulse import Pulse
from probe.schedule.systemd import notify
from probe.store import Store
from probe.store.sole import Sole

LOOK_EVERY_S = 1.0
PLAN_EVERY_S = 60.0
TIDY_EVERY_S = 6 * 3600.0
REPORT_EVERY_S = 30.0
CATCH_UP_EVERY_S = 300.0
DEAD_AFTER_S = 30.0  # without a good tick, no heartbeat is sent

_log = logging.getLogger(__name__)


class Watch:
    """One run of the programme, from the first tick to the last record.

    `deliver` sends the letters that are due, `keep` looks at what a call played, `tidy` deletes what is too old,
    `reports` mails the reports that are due.
    """

    def __init__(
        self,
        store: Store,
        programme: Programme,
        boards: Mapping[str, Switchboard],
        sole: Sole,
        *,
        trunks: Sequence[Trunk] = (),
        folder: Path,
        deliver: Callable[[], None],
        keep: Callable[[Record], None],
        tidy: Callable[[], None] = lambda: None,
        reports: Aside | None = None,
        heartbeat: Callable[[], None] | None = None,
        heartbeat_s: float = 60.0,
        post_s: float = 15.0,
        watchdog_s: float | None = None,
    ) -> None:
        self._store = store
        self._programme = programme
        self._boards = boards
        self._sole = sole
        self._trunks = trunks
        self._pulses = {trunk.name: Pulse() for trunk in trunks}
        self._stop_file = folder / STOP_FILE
        self._deliver = deliver
        self._keep = keep
        self._tidy = tidy
        self._reports = reports
        self._version: object = None  # of the directory
        self._heartbeat = heartbeat
        self._every = {"heartbeat": heartbeat_s, "post": post_s, "watchdog": watchdog_s}
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._unsaved: list[Record] = []
        self._refused: list[tuple[str, Because]] = []
        self._good = float("-inf")  # when the last tick went well, by a clock that nobody sets
        self._looked = _now()  # the moment of the last tick
        self._caught_up = 0.0
        self._planned = True  # whether today has its plan
        self._halted = False
        self._leaving = False
        self._taken_over: StoreError | None = None
        self._there: dict[str, bool] = {}  # trunks → whether they answer OPTIONS

    async def run(self) -> None:
        """Until SIGTERM or SIGINT: then every call is hung up, and recorded, before this returns. StoreError, after the
        same, when another programme has taken over the database."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._leave)
        loop.add_signal_handler(signal.SIGHUP, self._reload)
        self._programme.begin(_now())
        self._reload(self._directory())
        crews = [asyncio.create_task(self._work(board)) for board in self._boards.values()]
        await asyncio.to_thread(self._plan)
        self._schedule()
        self._scheduler.start()
        notify("READY=1")
        await self._report_beside()
        try:
            await asyncio.gather(*crews)
        finally:
            notify("STOPPING=1")
            self._scheduler.shutdown(wait=False)
            self._save()
            if self._reports is not None:
                await self._reports.stop()
            await asyncio.to_thread(self._deliver)
        if self._taken_over is not None:
            raise self._taken_over

    def claim(self, order: Order) -> bool:
        """The switchboards ask this immediately before they dial. What cannot be asked is not dialled."""
        try:
            may = not self._leaving and not self._stopped() and self._sole.held()
            if may and self._programme.claim(order, _now()):
                return True
        except ProbeError as error:
            _log.error("%s", error)
        self._programme.lost([order.call_id])
        return False

    # --- jobs

    def _schedule(self) -> None:
        jobs: list[tuple[Callable[[], object], float | None]] = [
            (self._look, LOOK_EVERY_S),
            (self._plan_beside, PLAN_EVERY_S),
            (self._post_beside, self._every["post"]),
            (self._tidy_beside, TIDY_EVERY_S),
            (self._report_beside, REPORT_EVERY_S if self._reports else None),
            (self._beat_beside, self._every["heartbeat"] if self._heartbeat else None),
            (self._alive, self._every["watchdog"]),
        ]
        for job, seconds in jobs:
            if seconds is not None:
                self._scheduler.add_job(job, "interval", seconds=seconds, coalesce=True, misfire_grace_time=None)
        for trunk in self._trunks:
            if trunk.options_every_s:
                ask = partial(self._feel, trunk)
                self._scheduler.add_job(ask, "interval", seconds=trunk.options_every_s, next_run_time=_now())
        self._look_at_next()

    async def _feel(self, trunk: Trunk) -> None:
        """Ask a trunk whether it is there, beside its calls."""
        known = self._pulses[trunk.name].felt(await asyncio.to_thread(answers, trunk))
        if known is None:
            return
        if known is not self._there.get(trunk.name, True):
            _log.warning("trunk %s %s", trunk.name, "answers OPTIONS again" if known else "answers OPTIONS no more")
        self._there[trunk.name] = known
        try:
            self._programme.answers(trunk.name, known, _now())
        except ProbeError as error:
            _log.error("%s", error)

    async def _look(self) -> None:
        """Dial what is due."""
        if self._leaving:
            return
        try:
            if not self._alone():
                return
            stopped = self._stopped()
            if stopped and not self._halted:
                _log.warning("calls are stopped")
                for board in self._boards.values():
                    board.hang_up()
            self._halted = stopped
            self._save()
            if time.monotonic() - self._caught_up > CATCH_UP_EVERY_S:
                self._programme.catch_up(_now())
                self._caught_up = time.monotonic()
            self._looked = _now()
            for launch in self._programme.tick(self._looked, stopped):
                self._boards[launch.trunk].add(launch.order)
            self._look_at_next()
        except ProbeError as error:  # the database is locked, the disk is full: look again, and let no heartbeat out
            _log.error("%s", error)
            return
        except Exception:  # a defect of ours must not end the programme; the watchdog hears of us no more
            _log.exception("a look failed")
            return
        self._good = time.monotonic()

    def _alone(self) -> bool:
        """Whether this is still the only programme on the database; leave when another has taken over."""
        try:
            if self._sole.keep():
                _log.warning("the lock of the database was lost with its connection, and taken again")
        except StoreError as error:
            if error.key != "store.not_alone":
                raise
            self._taken_over = error
            self._leave()
            return False
        return True

    def _look_at_next(self) -> None:
        """Wake up when the next call is due, not up to a second later; at once when it came due since the last look."""
        due = self._programme.next_due(self._looked)
        if due is not None:
            self._scheduler.add_job(
                self._look,
                "date",
                run_date=due,
                id="due",
                replace_existing=True,  # also by the look that it has woken, which has not returned yet
                max_instances=2,
                misfire_grace_time=None,
            )

    async def _plan_beside(self) -> None:
        await asyncio.to_thread(self._plan)
        changed = await asyncio.to_thread(self._directory)
        if changed is not None:
            self._reload(changed)

    def _directory(self) -> Sequence[Number] | None:
        """The directory, when it is another than before. In a thread: 100,000 numbers take a second."""
        try:
            version = self._store.directory_version()
            if version == self._version:
                return None
            found = self._store.numbers()
        except ProbeError as error:
            _log.error("%s", error)
            return None
        self._version = version
        return found

    async def _tidy_beside(self) -> None:
        try:
            await asyncio.to_thread(self._tidy)
        except ProbeError as error:
            _log.error("%s", error)

    async def _report_beside(self) -> None:
        if self._reports is None or self._leaving:
            return
        try:
            await self._reports.look()
        except ProbeError as error:
            _log.error("%s", error)

    def _plan(self) -> None:
        """Plan days that have no plan; tell what is told as time goes by. In a thread: 100,000 numbers take seconds."""
        self._planned = False
        try:
            self._programme.plan(_now())
            self._planned = True
            self._programme.time_goes_by(_now())
        except ProbeError as error:
            _log.error("%s", error)
        except Exception:
            _log.exception("planning failed")

    async def _post_beside(self) -> None:
        await asyncio.to_thread(self._post)

    def _post(self) -> None:
        try:
            self._deliver()
        except ProbeError as error:
            _log.error("%s", error)

    async def _beat_beside(self) -> None:
        if self._heartbeat is not None and self._well() and self._planned and not self._unsaved:
            await asyncio.to_thread(self._heartbeat)

    async def _alive(self) -> None:
        if self._well():
            notify("WATCHDOG=1")

    def _well(self) -> bool:
        return time.monotonic() - self._good < DEAD_AFTER_S

    # --- lines

    async def _work(self, board: Switchboard) -> None:
        async for result in board.run(open_ended=True):
            if isinstance(result, Refused):
                self._refused.append((result.call_id, Because(key=result.key, values=dict(result.values))))
            else:
                self._unsaved.append(result)
            try:
                self._save()
            except ProbeError as error:
                _log.error("%s", error)
            if not isinstance(result, Refused):
                await asyncio.to_thread(self._keep, result)
            if not self._leaving:
                self._look_at_next()

    def _save(self) -> None:
        """Store what has been recorded or refused; what cannot be stored now is kept and tried again."""
        while self._refused:
            self._programme.refused(*self._refused[0], _now())
            del self._refused[0]
        while self._unsaved:
            self._programme.finished(self._unsaved[0], _now())
            record = self._unsaved.pop(0)
            _log.info(
                "called",
                extra={
                    "call_id": record.order.call_id,
                    "purpose": record.order.purpose.value,
                    "outcome": record.verdict.outcome.value,
                    "cause": record.verdict.cause.value,
                    "confidence": round(record.verdict.confidence, 2),
                },
            )

    # --- people

    def _stopped(self) -> bool:
        return self._stop_file.exists() or self._store.audit.stopped() is not None

    def _reload(self, directory: Sequence[Number] | None = None) -> None:
        """The directory may have changed."""
        self._programme.reload(directory)
        for board in self._boards.values():
            board.allow(self._programme.numbers)

    def _leave(self) -> None:
        self._leaving = True
        for board in self._boards.values():
            board.stop()


def _now() -> datetime:
    return datetime.now(UTC)
