"""Lines for tests, forked by one nursery for all tests of a process: they start in milliseconds instead of a second."""

from __future__ import annotations

import atexit
import os
import signal
import socket
import subprocess
import sys
import time
from functools import cache

from probe.dial.nursery import PACKET_BYTES


class Stdin:
    """The writing half of a line's socket."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.closed = False

    def write(self, data: bytes) -> None:
        self._sock.sendall(data)

    def flush(self) -> None:
        """It is sent already."""

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self._sock.shutdown(socket.SHUT_WR)


class Forked:
    """A line, as far as `OneLine` needs a Popen of it. Use in a `with`."""

    def __init__(self, nursery: Nursery, pid: int, sock: socket.socket) -> None:
        self.pid = pid
        self.stdin = Stdin(sock)
        self.stdout = sock
        self._nursery = nursery

    def poll(self) -> int | None:
        """Its exit code once it has ended."""
        return self._nursery.code_of(self.pid, 0.0)

    def wait(self, timeout: float | None = 20.0) -> int:
        code = self._nursery.code_of(self.pid, 20.0 if timeout is None else timeout)
        if code is None:
            raise subprocess.TimeoutExpired("line", timeout or 20.0)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def __enter__(self) -> Forked:
        return self

    def __exit__(self, *error: object) -> None:
        self.kill()
        self.wait()
        self.stdout.close()


class Nursery:
    """`probe.dial.nursery` beside the tests."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-m", "probe.dial.nursery", "probe.dial.line"]
        with theirs:
            self._process = subprocess.Popen(
                command,
                stdin=theirs,
                stdout=subprocess.DEVNULL,
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            )
        self._codes: dict[int, int] = {}
        assert self._next(60.0) == b"ready"

    def line(self) -> Forked:
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self._control, [b"line"], [theirs.fileno()])
        said = self._next(20.0)
        assert said is not None
        assert said.startswith(b"born"), said
        return Forked(self, int(said.split()[1]), ours)

    def code_of(self, pid: int, within_s: float) -> int | None:
        """The exit code of a line, if it ends within this time."""
        give_up = time.monotonic() + within_s
        while pid not in self._codes:
            if self._listen(max(0.0, give_up - time.monotonic())) is None:
                return None
        return self._codes[pid]

    def close(self) -> None:
        self._control.close()
        self._process.wait()

    def _next(self, within_s: float) -> bytes | None:
        """What it says next that is no line's end."""
        while (said := self._listen(within_s)) is not None and said.startswith(b"died"):
            pass
        return said

    def _listen(self, within_s: float) -> bytes | None:
        self._control.settimeout(within_s or 0.001)
        try:
            said = self._control.recv(PACKET_BYTES)
        except TimeoutError:
            return None
        assert said, "the nursery has ended"
        if said.startswith(b"died"):
            _, pid, code = said.split()
            self._codes[int(pid)] = int(code)
        return said


@cache
def nursery() -> Nursery:
    """The one of this process."""
    found = Nursery()
    atexit.register(found.close)
    return found
