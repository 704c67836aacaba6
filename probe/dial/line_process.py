"""A line as the switchboard sees it: a process that is started when needed, told to call, watched and replaced."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import msgspec

from probe.classify import classify
from probe.dial.messages import (
    Configure,
    Dial,
    Done,
    FromLine,
    HangUp,
    Progress,
    Ready,
    Refused,
    State,
    ToLine,
    decode_from_line,
    encode,
)
from probe.errors import DialError
from probe.model import Order, Record, Sounds, Trace
from probe.words import words

START_LIMIT_S = 30.0  # tens of lines start at once on two cores
STARTS = 2  # attempts
HANG_UP_LIMIT_S = 5.0  # from HangUp to the record: the line itself waits 2 s for the far end
LEAVE_LIMIT_S = 3.0
_LONGEST_MESSAGE = 16 * 1024 * 1024
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # NumPy: a line is one of many, and small

log = logging.getLogger(__name__)


class _Gone(Exception):
    """The line has ended, or has said something that is no message; the text says how."""


class LineProcess:
    """One line. `call` never fails: whatever becomes of the process, there is a record."""

    def __init__(self, place: int, command: Sequence[str], configure: Configure, *, grace_s: float) -> None:
        self.place = place
        self._command = command
        self._configure = configure
        self._grace_s = grace_s
        self._process: asyncio.subprocess.Process | None = None
        self._stderr: asyncio.Task[None] | None = None
        self._last_words: deque[str] = deque(maxlen=20)
        self._limit: asyncio.Timeout | None = None  # of the call under way
        self._hung_up = False

    @property
    def pid(self) -> int | None:
        """The process, when there is one."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    async def ready(self) -> None:
        """Have the process running and configured. DialError when it cannot be done."""
        reason = ""
        for _ in range(STARTS):
            if self.pid is not None:
                return
            await self.kill()
            try:
                async with asyncio.timeout(START_LIMIT_S):
                    await self._start()
                return
            except (OSError, _Gone) as error:  # a TimeoutError is an OSError
                await self.kill()  # and read what it wrote on stderr
                reason = self._last_words[-1] if self._last_words else str(error) or "no answer"
        raise DialError("dial.line_not_starting", reason=reason)

    async def call(self, dial: Dial, tell: Callable[[State], None]) -> Record | Refused:
        """Make one call on a line that is ready; `tell` is told each new state but the last.

        A line that dies or hangs costs this call, and only this one.
        """
        story = _Story(dial.order, self._configure)
        limit_s = dial.order.deadline_s + self._grace_s
        self._hung_up = False
        try:
            async with asyncio.timeout(limit_s) as self._limit:
                self._send(dial)
                while not isinstance(message := await self._receive(), Done | Refused):
                    if isinstance(message, Progress):
                        if message.state not in (story.state, "ended"):
                            tell(message.state)
                        story.add(message)
        except TimeoutError:
            await self.kill()
            key = "dial.fault_stopped" if self._hung_up else "dial.fault_line_hung"
            return story.broken_off(key, seconds=limit_s)
        except _Gone as gone:
            await self.kill()
            return story.broken_off("dial.fault_line_died", how=gone)
        finally:
            self._limit = None
        if isinstance(message, Done):
            if message.last:
                await self.leave()
            return message.record
        return message

    def hang_up(self) -> None:
        """End the call under way; `call` then returns soon."""
        if self._limit is None or self._hung_up:
            return
        self._hung_up = True
        self._send(HangUp())
        self._limit.reschedule(asyncio.get_running_loop().time() + HANG_UP_LIMIT_S)

    async def leave(self) -> None:
        """End the process in good order."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), LEAVE_LIMIT_S)
        await self.kill()

    async def kill(self) -> None:
        """End the process in any way."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
            self._process = None
        if self._stderr is not None:
            await self._stderr
            self._stderr = None

    # ---- inside ----

    async def _start(self) -> None:
        """Start the program and wait until it says that it is ready."""
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=_LONGEST_MESSAGE,
            env={**os.environ, **_ONE_THREAD},
        )
        self._stderr = asyncio.create_task(self._listen_to_stderr(self._process))
        self._send(self._configure)
        if not isinstance(await self._receive(), Ready):
            raise _Gone("it is no line program")

    def _send(self, message: ToLine) -> None:
        if self._process is not None and self._process.stdin is not None and not self._process.stdin.is_closing():
            self._process.stdin.write(encode(message))

    async def _receive(self) -> FromLine:
        """The next message."""
        assert self._process is not None
        assert self._process.stdout is not None
        try:
            line = await self._process.stdout.readline()
            if line:
                return decode_from_line(line)
        except (msgspec.DecodeError, ValueError) as error:
            raise _Gone(f"unreadable message: {error}") from error
        code = await self._process.wait()
        raise _Gone(f"exit code {code}" if code >= 0 else signal.Signals(-code).name)

    async def _listen_to_stderr(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        while line := await process.stderr.readline():
            text = line.decode("utf-8", "replace").rstrip()
            self._last_words.append(text)
            log.warning("line %d: %s", self.place + 1, text)


class _Story:
    """What is known of a call from its progress alone."""

    def __init__(self, order: Order, configure: Configure) -> None:
        self._order = order
        self._lang = configure.lang
        trunk = configure.trunk
        self._trunk = trunk.name if trunk and trunk.carries(order.number) else ""
        self._started_at = datetime.now(UTC)
        self._zero = time.monotonic()
        self._progress: list[Progress] = []

    def add(self, progress: Progress) -> None:
        self._progress.append(progress)

    @property
    def state(self) -> State | None:
        """Where the call had got to."""
        return self._progress[-1].state if self._progress else None

    def broken_off(self, key: str, **values: object) -> Record:
        """The record of a call whose line is no more: the robot's fault, with all that was seen until then."""
        told = self._progress
        with_media = next((p for p in told if p.recording is not None), None)
        trace = Trace(
            number=self._order.number,
            started_at=self._started_at,
            signals=tuple(p.signal for p in told if p.signal is not None),
            media_started_at_s=with_media.at_s if with_media else None,
            answered_at_s=next((p.at_s for p in told if p.state == "answered"), None),
            ended_at_s=round(time.monotonic() - self._zero, 3),
            country=self._order.country,
            call_id=self._order.call_id,
            trunk=self._trunk,
            recording=with_media.recording if with_media else None,
            robot_fault=words(key, self._lang, **values),
        )
        sounds = Sounds()
        return Record(order=self._order, trace=trace, sounds=sounds, verdict=classify(trace, sounds))
