"""Sees to it that the recognising service of this machine runs for as long as this program may want it.

A thread holds a connection to the service; where there is none, or not any more, it starts one. All programs of a user
share the service of a model. Nothing waits for it: until it is ready, calls go without words.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from probe.transcribe.places import runtime_folder

COMES_UP_S = 20.0  # a service that was started is ready within this time, on a slow disk too
LOOK_EVERY_S = 0.1
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 60.0  # before it is started again
STEADY_S = 60.0  # a service that has lived so long may be started again after the first pause
_ONE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # for each worker: the others are for the lines

log = logging.getLogger(__name__)


class Keeper:
    """A service for this model, while in the `with`. Lines reach it at `socket` (client.py).

    ModelError when there is no folder for the socket. That the service itself cannot start is only logged: calls are
    made all the same.
    """

    def __init__(self, model: Path, workers: int = 1, runtime: Path | None = None) -> None:
        name = hashlib.sha256(os.fsencode(model.resolve())).hexdigest()[:12]
        self.socket = (runtime or runtime_folder()) / f"words-{name}.sock"
        self._arguments = (str(self.socket), str(model.resolve()), str(workers))
        self._leaving = threading.Event()
        self._lock = threading.Lock()  # around `_connection`
        self._connection: socket.socket | None = None
        self._thread = threading.Thread(target=self._keep, daemon=True, name="keeper of words")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the service; it leaves by itself when nobody wants it."""
        self._leaving.set()
        with self._lock, contextlib.suppress(OSError):
            if self._connection is not None:
                self._connection.shutdown(socket.SHUT_RDWR)  # wakes the thread
        self._thread.join()

    def _keep(self) -> None:
        pause_s = FIRST_PAUSE_S
        while not self._leaving.is_set():
            since = time.monotonic()
            if (connection := self._connected() or self._started()) is not None:
                self._hold(connection)
            elif not self._leaving.is_set():
                log.warning("the recogniser does not start: see %s", self.socket.with_suffix(".log"))
            steady = time.monotonic() - since >= STEADY_S
            pause_s = FIRST_PAUSE_S if steady else min(LONGEST_PAUSE_S, 2 * pause_s)
            self._leaving.wait(pause_s)

    def _hold(self, connection: socket.socket) -> None:
        """Until the service ends or we leave."""
        with connection:
            with self._lock:
                self._connection = connection
            if not self._leaving.is_set():
                with contextlib.suppress(OSError):
                    connection.recv(1)  # it says nothing to us
            with self._lock:
                self._connection = None

    def _connected(self) -> socket.socket | None:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(str(self.socket))
        except OSError:
            connection.close()
            return None
        return connection

    def _started(self) -> socket.socket | None:
        """Start one, which leaves at once where another one is coming up; connect to whichever it is."""
        with contextlib.suppress(OSError, subprocess.SubprocessError):  # then none comes up
            subprocess.run(
                [sys.executable, "-P", "-m", "probe.transcribe.service", *self._arguments],
                env={**os.environ, **_ONE_CORE},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=COMES_UP_S,
                check=False,
            )
        until = time.monotonic() + COMES_UP_S
        while time.monotonic() < until and not self._leaving.wait(LOOK_EVERY_S):
            if connection := self._connected():
                return connection
        return None
