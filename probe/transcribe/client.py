"""A line's side of the recognising service. It never waits for it while a call goes on, and never fails because of it.

No threads: what the socket does not take at once is sent when the call looks for answers, ten times a second.
"""

from __future__ import annotations

import contextlib
import select
import socket
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt

from probe.transcribe import Words
from probe.transcribe.wire import Answer, Garbage, Question, encode, split

REST_S = 1.5  # at most, at the end of a call, for answers that are still to come
MOST_UNSENT_BYTES = 2_000_000  # a service that takes nothing any more is as good as none
_AT_ONCE = 65536


class Client:
    """A `Transcriber` for a line's calls, one after the other: `new_call` before each. Not thread-safe.

    Without a service every question stays without an answer; each new call looks for one again.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._socket: socket.socket | None = None
        self._call = 0
        self._open: dict[int, float] = {}  # passage → `end_s` of its latest question without an answer
        self._out = bytearray()
        self._in = bytearray()

    def new_call(self) -> Client:
        """Forget what was asked before."""
        self._call += 1
        self._open.clear()
        if self._socket is None:
            self._connect()
        return self

    def ask(self, passage: int, pcm: npt.NDArray[np.int16], end_s: float) -> None:
        """Send a question (int16, mono, 8 kHz)."""
        if self._socket is None:
            return
        if len(self._out) > MOST_UNSENT_BYTES:
            self.close()
            return
        self._open[passage] = end_s
        self._out += encode(Question(self._call, passage, end_s, np.ascontiguousarray(pcm, np.int16).tobytes()))
        self._send()

    def ready(self, at_s: float) -> list[tuple[int, float, Words]]:
        """The answers that have come, oldest first."""
        self._send()
        return self._receive()

    def rest(self) -> list[tuple[int, float, Words]]:
        """The answers that are still to come, as far as they come within `REST_S`."""
        found = self.ready(0.0)
        until = time.monotonic() + REST_S
        while self._socket is not None and self._open and (left_s := until - time.monotonic()) > 0:
            select.select([self._socket], [self._socket] if self._out else [], [], left_s)
            found += self.ready(0.0)
        return found

    def close(self) -> None:
        """Leave the service. Until the next `new_call` nothing is asked."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self._open.clear()
        self._out.clear()
        self._in.clear()

    def _connect(self) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MOST_UNSENT_BYTES)
        try:
            self._socket.connect(str(self._path))
        except OSError:  # none there, or too busy to take us
            self.close()

    def _send(self) -> None:
        if self._socket is None or not self._out:
            return
        with contextlib.suppress(BlockingIOError):
            try:
                while self._out:
                    del self._out[: self._socket.send(self._out)]
            except (ConnectionError, TimeoutError):
                self.close()

    def _receive(self) -> list[tuple[int, float, Words]]:
        try:
            while self._socket is not None:
                piece = self._socket.recv(_AT_ONCE)
                self._in += piece
                if not piece:
                    answers = split(self._in, Answer)
                    self.close()
                    return self._mine(answers)
        except BlockingIOError:
            pass
        except OSError:
            self.close()
        try:
            return self._mine(split(self._in, Answer))
        except Garbage:
            self.close()
            return []

    def _mine(self, answers: list[Answer]) -> list[tuple[int, float, Words]]:
        found = []
        for answer in answers:
            if answer.call != self._call:
                continue
            if self._open.get(answer.passage, answer.end_s) <= answer.end_s:
                self._open.pop(answer.passage, None)
            if answer.text is not None:
                found.append((answer.passage, answer.end_s, Words(answer.text, answer.confidence)))
        return found
