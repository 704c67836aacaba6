"""The switchboard's side of the nursery: asks for lines, and knows which of them live."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
from collections import deque
from collections.abc import Sequence

from probe.dial.nursery import PACKET_BYTES

LINE_COMMAND = (sys.executable, "-P", "-m", "probe.dial.nursery", "probe.dial.line")  # -P: not what the cwd offers
LONGEST_MESSAGE = 16 * 1024 * 1024
LEAVE_LIMIT_S = 3.0
_SMALL = {  # each line is one of many: no thread pools (NumPy), and free memory goes back
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MALLOC_TRIM_THRESHOLD_": "131072",
}

log = logging.getLogger(__name__)


class NoLine(Exception):
    """There is no line to be had, or not any more; the text says why."""


class Line:
    """A living line: `reader` and `writer` are its stdout and stdin; `ended` becomes its exit code if we are told it.

    It does not need the nursery any more: it ends with its stdin.
    """

    def __init__(self, pid: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.pid = pid
        self.reader = reader
        self.writer = writer
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()


class Births:
    """One nursery program, started when it is first needed and again when it has died."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._process: asyncio.subprocess.Process | None = None
        self._control: socket.socket | None = None
        self._stderr: asyncio.Task[None] | None = None
        self._last_words: deque[str] = deque(maxlen=20)
        self._living: dict[int, Line] = {}
        self._said: asyncio.Queue[bytes] = asyncio.Queue()  # "ready", "born PID", "" at the end
        self._one_at_a_time = asyncio.Lock()

    async def line(self) -> Line:
        """A new line. NoLine when there is none to be had."""
        async with self._one_at_a_time:
            if self._control is None:
                await self._start()
            ours, theirs = socket.socketpair()
            with theirs:
                try:
                    socket.send_fds(self._control_socket, [b"line"], [theirs.fileno()])
                except OSError as error:
                    ours.close()
                    raise NoLine(error.strerror) from error
            reader, writer = await asyncio.open_connection(sock=ours, limit=LONGEST_MESSAGE)
            line = Line(int((await self._say("born")).split()[1]), reader, writer)
            self._living[line.pid] = line
            return line

    def kill(self, line: Line) -> None:
        """End a line by force."""
        if line.pid in self._living:
            self._control_socket.send(b"kill %d" % line.pid)
        elif not line.ended.done():  # its nursery has died before it
            with contextlib.suppress(ProcessLookupError):
                os.kill(line.pid, signal.SIGKILL)

    async def close(self) -> None:
        """End the nursery. The lines should have left before."""
        if self._process is not None:
            self._forget_control()
            try:
                await asyncio.wait_for(self._process.wait(), LEAVE_LIMIT_S)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
            self._process = None
        if self._stderr is not None:
            await self._stderr
            self._stderr = None

    # ---- inside ----

    @property
    def _control_socket(self) -> socket.socket:
        if self._control is None:
            raise NoLine("the nursery has ended")
        return self._control

    async def _start(self) -> None:
        await self.close()
        self._last_words.clear()
        self._said = asyncio.Queue()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            try:
                self._process = await asyncio.create_subprocess_exec(
                    *self._command,
                    stdin=theirs.fileno(),
                    stdout=asyncio.subprocess.DEVNULL,
                    stderr=asyncio.subprocess.PIPE,
                    env={**os.environ, **_SMALL},
                )
            except OSError as error:
                ours.close()
                raise NoLine(str(error)) from error
        ours.setblocking(False)
        self._control = ours
        asyncio.get_running_loop().add_reader(ours, self._listen)
        self._stderr = asyncio.create_task(self._listen_to_stderr(self._process))
        await self._say("ready")

    async def _say(self, expected: str) -> bytes:
        """What the nursery says next. NoLine when it has ended instead."""
        said = await self._said.get()
        if said.startswith(expected.encode()):
            return said
        await self.close()  # and read what it wrote on stderr
        raise NoLine(self._last_words[-1] if self._last_words else "the line program has ended")

    def _listen(self) -> None:
        """Something came over the control socket."""
        with contextlib.suppress(BlockingIOError):
            try:
                said = self._control_socket.recv(PACKET_BYTES)
            except ConnectionError:
                said = b""
            if said.startswith(b"died"):
                _, pid, code = said.split()
                self._living.pop(int(pid)).ended.set_result(int(code))
                return
            self._said.put_nowait(said)
            if not said:
                self._forget_control()

    def _forget_control(self) -> None:
        if self._control is not None:
            asyncio.get_running_loop().remove_reader(self._control)
            self._control.close()
            self._control = None
        self._living.clear()

    async def _listen_to_stderr(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        while line := await process.stderr.readline():
            text = line.decode("utf-8", "replace").rstrip()
            self._last_words.append(text)
            log.warning("%s", text)
