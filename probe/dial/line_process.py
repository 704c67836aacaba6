"""A line as the switchboard sees it: a process that is started when needed, told to call, watched and replaced."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from probe.classify import classify
from probe.dial.births import Births, Line, NoLine
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
from probe.explore.tree import Visit
from probe.model import Order, Record, Sounds, Trace
from probe.words import words

START_LIMIT_S = 30.0  # tens of lines start at once on two cores
STARTS = 2  # attempts
HANG_UP_LIMIT_S = 5.0  # from HangUp to the record: the line itself waits 2 s for the far end
LEAVE_LIMIT_S = 3.0


class LineProcess:
    """One line. `call` never fails: whatever becomes of the process, there is a record."""

    def __init__(self, place: int, births: Births, configure: Configure, *, grace_s: float) -> None:
        self.place = place
        self._births = births
        self._configure = configure
        self._grace_s = grace_s
        self._line: Line | None = None
        self._limit: asyncio.Timeout | None = None  # of the call under way
        self._hung_up = False

    @property
    def pid(self) -> int | None:
        """The process, when there is one."""
        line = self._line
        return None if line is None or line.ended.done() or line.reader.at_eof() else line.pid

    async def ready(self) -> None:
        """Have the process running and configured. DialError when it cannot be done."""
        reason = ""
        for _ in range(STARTS):
            if self.pid is not None:
                return
            self.kill()
            try:
                async with asyncio.timeout(START_LIMIT_S):
                    self._line = await self._births.line()
                    self._send(self._configure)
                    if isinstance(await self._receive(), Ready):
                        return
            except TimeoutError:
                reason = f"no answer within {START_LIMIT_S:.0f} s"
            except NoLine as error:
                reason = str(error)
        raise DialError("dial.line_not_starting", reason=reason)

    async def call(
        self, dial: Dial, tell: Callable[[State], None], visited: Callable[[Visit], None] = lambda visit: None
    ) -> Record | Refused:
        """Make one call on a line that is ready; `tell` is told each new state but the last, `visited` each visit.

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
                        if message.visit is not None:
                            visited(message.visit)
                        story.add(message)
        except TimeoutError:
            self.kill()
            key = "dial.fault_stopped" if self._hung_up else "dial.fault_line_hung"
            return story.broken_off(key, seconds=limit_s)
        except NoLine as gone:
            self.kill()
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
        line = self._line
        if line is not None and self.pid is not None:
            with contextlib.suppress(OSError, TimeoutError):
                line.writer.write_eof()
                async with asyncio.timeout(LEAVE_LIMIT_S):
                    await line.reader.read()  # to the end: it has left
        self.kill()

    def kill(self) -> None:
        """End the process in any way."""
        if self._line is not None:
            self._births.kill(self._line)
            self._line.writer.close()
            self._line = None

    # ---- inside ----

    def _send(self, message: ToLine) -> None:
        if self._line is not None and not self._line.writer.is_closing():
            self._line.writer.write(encode(message))

    async def _receive(self) -> FromLine:
        """The next message. NoLine when the line has ended, or says something that is no message."""
        assert self._line is not None
        try:
            text = await self._line.reader.readline()
            if text:
                return decode_from_line(text)
        except (msgspec.DecodeError, ValueError) as error:
            raise NoLine(f"unreadable message: {error}") from error
        except ConnectionError:
            pass  # the same as its end
        try:
            code = await asyncio.wait_for(asyncio.shield(self._line.ended), LEAVE_LIMIT_S)
        except TimeoutError:
            raise NoLine("no more messages") from None
        raise NoLine(f"exit code {code}" if code >= 0 else signal.Signals(-code).name)


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
            caller_id=self._order.caller_id,
            recording=with_media.recording if with_media else None,
            robot_fault=words(key, self._lang, **values),
        )
        sounds = Sounds()
        return Record(order=self._order, trace=trace, sounds=sounds, verdict=classify(trace, sounds))
