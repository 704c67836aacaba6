"""The switchboard: many orders, some lines. It hands out the orders, watches the lines and loses no record."""

from __future__ import annotations

import asyncio
import contextlib
import math
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from probe.dial import allowlist
from probe.dial.births import LINE_COMMAND, Births
from probe.dial.folders import ready_for_recordings
from probe.dial.guards import checked, values_of
from probe.dial.line_process import LineProcess
from probe.dial.messages import Configure, Dial, Refused, State
from probe.dial.rota import Pace, Rota
from probe.dial.trunk import Trunk
from probe.errors import DialError, ProbeError
from probe.explore.tree import Errand, Visit
from probe.model import Order, Record
from probe.prompts import prompts_folder
from probe.script import shelf

GRACE_S = 10.0  # beyond an order's deadline, after which a line that has not reported is given up
LOOK_UP_S = 300.0  # how long an address that a name service gave is used

Result = Record | Refused


class Switchboard:
    """N lines on one trunk (or none: then only `sip:` addresses can be dialled). Use in an `async with`.

    `claim` is asked immediately before an order is dialled; False means that somebody else has it. `on_progress` is
    told the line's place, the order and its state, "ended" last. `words` is the socket of the recognising service.
    `errand` makes explorations of the calls; each place that is heard is told to `on_visit`.
    """

    def __init__(
        self,
        trunk: Trunk | None,
        *,
        lines: int,
        calls_per_second: float,
        data_folder: Path,
        allowed: Iterable[str] = (),
        country: str = "CN",
        area_code: str = "",
        lang: str = "zh",
        words: Path | None = None,
        on_progress: Callable[[int, Order, State], None] | None = None,
        claim: Callable[[Order], bool] | None = None,
        errand: Callable[[Order], Errand] | None = None,
        on_visit: Callable[[Visit], None] = lambda visit: None,
        line_command: Sequence[str] = LINE_COMMAND,
        grace_s: float = GRACE_S,
    ) -> None:
        self._trunk = trunk
        self._count = lines
        self._pace = Pace(calls_per_second)
        self._data_folder = data_folder
        self._allowed = frozenset(allowed)
        self._country = country
        self._area_code = area_code
        self._lang = lang
        self._words = words
        self._on_progress = on_progress
        self._claim = claim
        self._errand = errand
        self._on_visit = on_visit
        self._births = Births((*line_command, str(prompts_folder(data_folder)), *(["words"] if words else [])))
        self._grace_s = grace_s
        self._lines: list[LineProcess] = []
        self._addresses: dict[str, tuple[float, str]] = {}  # host → when it was looked up, and what was found
        self._rota = Rota(())
        self._open = False  # more orders may come
        self._turn = asyncio.Event()  # an office has become free
        self._stopped = asyncio.Event()
        self._failure: Exception | None = None
        self._crew: asyncio.Task[None] | None = None
        self._results: asyncio.Queue[Result | None] = asyncio.Queue()
        self._scratch: tempfile.TemporaryDirectory[str] | None = None

    async def __aenter__(self) -> Self:
        """DialError when the recordings folder or the trunk's host is of no use; nothing has been dialled then."""
        ready_for_recordings(self._data_folder)
        if self._trunk is not None:
            host = self._trunk.next_hop.host
            try:
                await self._address_of(host)
            except OSError as error:
                raise DialError(
                    "dial.trunk_unknown_host", trunk=self._trunk.name, host=host, reason=error.strerror
                ) from error
        self._scratch = tempfile.TemporaryDirectory(prefix="tongbutong-")
        self.allow(self._allowed)
        configure = Configure(
            trunk=self._trunk,
            area_code=self._area_code,
            country=self._country,
            lang=self._lang,
            data_folder=str(self._data_folder.resolve()),
            allow_list=str(self._allow_list),
            words=str(self._words or ""),
        )
        self._lines = [
            LineProcess(place, self._births, configure, grace_s=self._grace_s) for place in range(self._count)
        ]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if self._crew is not None:
            await self._crew
        await asyncio.gather(*(line.leave() for line in self._lines))
        await self._births.close()
        if self._scratch is not None:
            self._scratch.cleanup()

    @property
    def pids(self) -> tuple[int, ...]:
        """The line processes there are at the moment."""
        return tuple(line.pid for line in self._lines if line.pid is not None)

    @property
    def _allow_list(self) -> Path:
        assert self._scratch is not None
        return Path(self._scratch.name) / "allowed"

    def allow(self, numbers: Iterable[str]) -> None:
        """From now on, these are the numbers that may be dialled: the directory has changed."""
        self._allowed = frozenset(numbers)
        allowlist.write(self._allow_list, self._allowed)

    def stop(self) -> None:
        """Dial nothing more and hang up every call; `run` goes on until it has delivered their records."""
        self._stopped.set()
        self._open = False
        self._turn.set()
        self._rota.clear()
        self.hang_up()

    def hang_up(self) -> None:
        """End every call that is under way; orders that wait are not touched."""
        for line in self._lines:
            line.hang_up()

    def add(self, order: Order) -> None:
        """One more order, while an open-ended `run` goes on."""
        self._rota.add(order)
        self._turn.set()

    def close(self) -> None:
        """No more orders will come: an open-ended `run` ends when those it has are done."""
        self._open = False
        self._turn.set()

    async def run(self, orders: Iterable[Order] = (), *, open_ended: bool = False) -> AsyncIterator[Result]:
        """Make these calls, in their order as far as offices allow; each one's result as soon as it is there.

        `open_ended`: more come with `add`, until `close` or `stop`; all lines are kept ready meanwhile.

        When the task is cancelled, the calls under way are hung up and their records are delivered before the
        CancelledError goes on. When the consumer itself breaks off, they wait in `leftovers`. DialError when lines
        cannot be started, and whatever `claim` raises, after the records of the other calls.
        """
        self._rota = Rota(orders)
        self._open = open_ended
        crew = self._count if open_ended else min(self._count, len(self._rota))
        self._crew = asyncio.create_task(self._work_all(crew))
        cancelled: asyncio.CancelledError | None = None
        while True:
            try:
                result = await self._results.get()
            except asyncio.CancelledError as error:
                if cancelled is not None:
                    raise
                cancelled = error
                self.stop()
                continue
            if result is None:
                break
            yield result
        if cancelled is not None:
            raise cancelled
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure

    def leftovers(self) -> list[Result]:
        """Results that `run` could not deliver because its consumer had gone. Complete after the `async with`."""
        found = []
        while not self._results.empty():
            result = self._results.get_nowait()
            if result is not None:
                found.append(result)
        return found

    # ---- the lines at work ----

    async def _work_all(self, count: int) -> None:
        try:
            await asyncio.gather(*(self._work(line) for line in self._lines[:count]))
        finally:
            self._results.put_nowait(None)

    async def _work(self, line: LineProcess) -> None:
        """One line, order after order."""
        try:
            await line.ready()
            while (order := await self._next_order()) is not None:
                try:
                    result = await self._make(line, order)
                    if result is not None:
                        self._results.put_nowait(result)
                finally:
                    self._rota.release(order)
                    self._turn.set()
        except Exception as error:  # a fault that concerns all calls: no new ones, and `run` raises it at its end
            self._failure = self._failure or error
            self.stop()

    async def _next_order(self) -> Order | None:
        """The next order whose office is free; None when there will be none."""
        while len(self._rota) or self._open:
            order = self._rota.take()
            if order is not None:
                return order
            self._turn.clear()
            await self._turn.wait()
        return None

    async def _make(self, line: LineProcess, order: Order) -> Result | None:
        """One call from the guards to its result; None when it is not ours to make, or not any more."""
        try:
            scenario = shelf.load(order.scenario)
            address = await self._checked_address(order)
        except ProbeError as error:
            return Refused(call_id=order.call_id, key=error.key, values=values_of(error))
        await line.ready()  # a new one, when the last call has cost the line its life
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopped.wait(), self._pace.reserve(asyncio.get_running_loop().time()))
        if self._stopped.is_set() or (self._claim is not None and not self._claim(order)):
            return None
        try:
            errand = self._errand(order) if self._errand is not None else None
            dial = Dial(order=order, address=address, scenario=scenario, errand=errand)
            return await line.call(dial, lambda state: self._tell(line, order, state), self._on_visit)
        finally:
            self._tell(line, order, "ended")

    def _tell(self, line: LineProcess, order: Order, state: State) -> None:
        if self._on_progress is not None:
            self._on_progress(line.place, order, state)

    # ---- guards and names ----

    async def _checked_address(self, order: Order) -> str:
        """The IP address to dial. RefusedError or DialError when this order is not to be dialled."""
        uri = checked(
            order,
            self._trunk,
            area_code=self._area_code,
            country=self._country,
            allowed=self._allowed.__contains__,
        )
        trunk = self._trunk
        host = trunk.next_hop.host if trunk is not None and trunk.carries(order.number) else uri.host
        try:
            return await self._address_of(host)
        except OSError as error:
            raise DialError("dial.host_unknown", host=host, reason=error.strerror) from error

    async def _address_of(self, host: str) -> str:
        """The IPv4 address of a host, looked up anew every few minutes: trunks move. While nobody can tell where to, it
        stays where it was. OSError when it never had one."""
        loop = asyncio.get_running_loop()
        at, address = self._addresses.get(host, (-math.inf, ""))
        if loop.time() - at >= LOOK_UP_S:
            try:
                found = await loop.getaddrinfo(host, None, family=socket.AF_INET, type=socket.SOCK_DGRAM)
                address = str(found[0][4][0])
            except OSError:
                if not address:
                    raise
            self._addresses[host] = (loop.time(), address)
        return address
