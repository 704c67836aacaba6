"""One line process under test, spoken to as the switchboard speaks to it."""

from __future__ import annotations

import itertools
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from probe.dial import allowlist
from probe.dial.messages import (
    Configure,
    Dial,
    Done,
    FromLine,
    HangUp,
    Progress,
    Ready,
    Refused,
    ToLine,
    decode_from_line,
    encode,
)
from probe.dial.trunk import Trunk
from probe.model import Order, Record, Trace
from scenarios import Scenario
from tests.dial.forked import Forked, nursery

_counter = itertools.count(1)


class OneLine:
    """A line process. `ask` and `next` are all there is to say and hear."""

    def __init__(self, process: subprocess.Popen[bytes] | Forked, data_folder: Path) -> None:
        self.process = process
        self.data_folder = data_folder
        self._rest = b""
        self.progress: list[Progress] = []

    def ask(self, message: ToLine) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(encode(message))
        self.process.stdin.flush()

    def next(self, within_s: float = 20.0) -> FromLine:
        """The next message. AssertionError when the line is silent or gone."""
        assert self.process.stdout is not None
        fd = self.process.stdout.fileno()
        until = time.monotonic() + within_s
        while b"\n" not in self._rest:
            assert select.select([fd], [], [], max(0.0, until - time.monotonic()))[0], "the line says nothing"
            data = os.read(fd, 65536)
            assert data, f"the line has left with {self.process.wait()}"
            self._rest += data
        line, self._rest = self._rest.split(b"\n", 1)
        return decode_from_line(line)

    def start(self, number: str, *, address: str = "127.0.0.1", **limits: Any) -> Order:
        """Have the line dial; the order."""
        order = order_for(number, **limits)
        self.progress = []
        self.ask(Dial(order=order, address=address))
        return order

    def ask_dial(self, order: Order, *, scenario: Scenario, address: str = "127.0.0.1") -> None:
        """Have the line make a call by a scenario."""
        self.ask(Dial(order=order, address=address, scenario=scenario))

    def until(self, state: str) -> Progress:
        """Read on until the call is in this state."""
        while not (isinstance(message := self.next(), Progress) and message.state == state):
            assert isinstance(message, Progress), message
            self.progress.append(message)
        self.progress.append(message)
        return message

    def result(self, within_s: float = 20.0) -> Record | Refused:
        """Read on until the call is over."""
        while isinstance(message := self.next(within_s), Progress):
            self.progress.append(message)
        assert isinstance(message, Done | Refused), message
        return message.record if isinstance(message, Done) else message

    def call(self, number: str, **limits: Any) -> Trace:
        """Dial and report: the trace."""
        record = self.result_of(number, **limits)
        assert isinstance(record, Record), record
        return record.trace

    def result_of(self, number: str, **limits: Any) -> Record | Refused:
        """Dial and report: whatever becomes of it."""
        self.start(number, **limits)
        return self.result()

    def hang_up(self) -> None:
        self.ask(HangUp())


def _program() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "probe.dial.line"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )


def order_for(number: str, **limits: Any) -> Order:
    return Order(call_id=f"t{os.getpid()}-{next(_counter)}", number=number, office="test", why="test", **limits)


@contextmanager
def one_line(
    data_folder: Path,
    *,
    trunk: Trunk | None = None,
    allowed: tuple[str, ...] = (),
    area_code: str = "0571",
    alone: bool = False,
) -> Iterator[OneLine]:
    """A configured line that is ready; it must leave by itself when its stdin ends.

    `alone`: a program of its own, `python -m probe.dial.line`; else forked by a nursery, as lines usually are.
    """
    allow_list = data_folder / "allowed"
    allowlist.write(allow_list, allowed)
    with _program() if alone else nursery().line() as process:
        line = OneLine(process, data_folder)
        try:
            line.ask(
                Configure(
                    trunk=trunk,
                    area_code=area_code,
                    country="CN",
                    lang="en",
                    data_folder=str(data_folder),
                    allow_list=str(allow_list),
                )
            )
            assert isinstance(line.next(), Ready)
            yield line
            if process.poll() is None and process.stdin is not None and not process.stdin.closed:
                process.stdin.close()
                assert process.wait(5) == 0
        finally:
            process.kill()
