"""A telephone line: a program of its own (`python -m probe.dial.line`) that makes one call at a time.

It reads messages on stdin and writes messages on stdout (messages.py), as JSON lines. It leaves when stdin ends, as it
does when the switchboard dies, and on SIGTERM or SIGHUP; and it hangs up before it leaves.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import numpy as np

from probe.classify.phrases import meanings_of
from probe.dial import allowlist
from probe.dial.course import Course
from probe.dial.events import PhoneError
from probe.dial.guards import checked, values_of
from probe.dial.messages import (
    Configure,
    Dial,
    Done,
    FromLine,
    HangUp,
    Ready,
    Refused,
    ToLine,
    decode_to_line,
    encode,
)
from probe.dial.phone import Phone
from probe.dial.recorder import RATE_HZ
from probe.dial.trunk import Trunk
from probe.errors import ProbeError
from probe.hear.library import use
from probe.live import LiveCall
from probe.model import Order
from probe.transcribe.client import Client

CALL_POLL_S = 0.05  # how late a time limit or a HangUp may be noticed
IDLE_POLL_S = 0.1  # between calls: how late an old call's last messages are answered
LEAST_GAP_S = 0.04  # from one INVITE to the next: PJSIP holds a call's sockets for 0.5 s more, and has room for 32
MOST_LINGERING = 3  # calls whose end was not confirmed: each holds one of PJSIP's four call slots for 32 s


class Inbox:
    """Messages from stdin, read by a thread, and None once this line is to leave."""

    def __init__(self, stdin: BinaryIO) -> None:
        self._queue: queue.SimpleQueue[ToLine | None] = queue.SimpleQueue()
        self.leaving = False
        threading.Thread(target=self._read, args=(stdin,), daemon=True, name="stdin").start()

    def take(self, timeout_s: float = 0.0) -> ToLine | None:
        """The next message, None when there is none in this time or the line is to leave."""
        if self.leaving:
            return None
        try:
            message = self._queue.get(timeout=timeout_s) if timeout_s else self._queue.get_nowait()
        except queue.Empty:
            return None
        self.leaving = self.leaving or message is None
        return message

    def leave(self) -> None:
        """The line is to leave. Safe in a signal handler."""
        self._queue.put(None)

    def _read(self, stdin: BinaryIO) -> None:
        try:
            for line in stdin:
                self._queue.put(decode_to_line(line))
        finally:
            self.leave()


class Line:
    """Makes the calls that it is told to make."""

    def __init__(self, inbox: Inbox, stdout: BinaryIO, phone: Phone, config: Configure) -> None:
        self._inbox = inbox
        self._stdout = stdout
        self._phone = phone
        self._config = config
        self._words = Client(Path(config.words)) if config.words else None
        self._heard = True
        self._lingering = 0
        self._next_dial = 0.0

    def run(self) -> None:
        """Serve until there is nothing more to serve."""
        self._write(Ready())
        while not self._inbox.leaving and self._lingering < MOST_LINGERING:
            message = self._inbox.take(IDLE_POLL_S)
            if isinstance(message, Dial):
                self._serve(message)
            self._phone.poll(0)

    def _serve(self, dial: Dial) -> None:
        config, order = self._config, dial.order
        allow_list = Path(config.allow_list)
        try:
            uri = checked(
                order,
                config.trunk,
                area_code=config.area_code,
                country=config.country,
                allowed=lambda number: allowlist.contains(allow_list, number),
                address=dial.address,
                scenario=dial.scenario,
            )
        except ProbeError as error:
            self._write(Refused(call_id=order.call_id, key=error.key, values=values_of(error)))
            return
        while (wait_s := self._next_dial - time.monotonic()) > 0:
            self._phone.poll(wait_s)
        self._next_dial = time.monotonic() + LEAST_GAP_S
        trunk = config.trunk if config.trunk and config.trunk.carries(order.number) else None
        course = Course(
            order,
            self._phone,
            now=time.monotonic(),
            started_at=datetime.now(UTC),
            data_folder=Path(config.data_folder),
            trunk=trunk.name if trunk else "",
            caller_id=_caller(trunk, order) if trunk else "",
            lang=config.lang,
            transcriber=self._words.new_call() if self._words else None,
            report=self._write,
            scenario=dial.scenario,
            errand=dial.errand,
        )
        try:
            self._phone.dial(
                uri, address=dial.address, call_id=order.call_id, trunk=trunk, caller=_caller(config.trunk, order)
            )
        except PhoneError as error:
            course.fail(time.monotonic(), "dial.fault_phone", reason=str(error))
        while not course.over:
            for event in self._phone.poll(CALL_POLL_S):
                course.note(event)
            if isinstance(self._inbox.take(), HangUp) or self._inbox.leaving:
                course.stop(time.monotonic())
            course.tick(time.monotonic())
        self._lingering += not course.confirmed
        self._write(Done(record=course.record(), last=self._lingering >= MOST_LINGERING))
        self._phone.clear()

    def _write(self, message: FromLine) -> None:
        if self._heard:
            try:
                self._stdout.write(encode(message))
                self._stdout.flush()
            except ConnectionError:  # the switchboard is gone: end the call properly all the same, then leave
                self._heard = False
                self._inbox.leave()


def _caller(trunk: Trunk | None, order: Order) -> str:
    """Who calls, as far as the far end is shown."""
    return trunk.caller(order.call_id, order.caller_id) if trunk else order.caller_id or "tongbutong"


def own_stdout() -> BinaryIO:
    """Keep the real stdout for messages; whatever else is printed there (PJSIP prints before it can be told not to) is
    lost. What goes wrong is told on stderr."""
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return os.fdopen(kept, "wb")


def preload() -> None:
    """Load what hearing needs, by hearing a second of noise: what is loaded before the nursery forks is shared.

    The program's arguments are the folder of the user's known recordings, and "words" when calls are to have words."""
    for error in use(Path(sys.argv[2])) if len(sys.argv) > 2 else ():
        print(error, file=sys.stderr)
    call = LiveCall(number="", started_at=datetime.now(UTC))
    call.media(0.0)
    call.audio(np.random.default_rng(0).normal(0.0, 1000.0, RATE_HZ).astype(np.int16))
    if "words" in sys.argv[3:]:
        meanings_of("喂")


def main() -> None:
    """Entry point of the program."""
    code = 1
    try:
        serve()
        code = 0
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(code)  # at once: no second round of destructors over what is left of PJSIP, no waiting for the reader


def serve() -> None:
    """Be a line from the first message to the last."""
    stdout = own_stdout()
    inbox = Inbox(sys.stdin.buffer)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group: the switchboard says what to do
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: inbox.leave())
    while not isinstance(config := inbox.take(1.0), Configure):
        if inbox.leaving:
            return
    with Phone() as phone:
        Line(inbox, stdout, phone, config).run()


if __name__ == "__main__":  # a line on its own hears from its first packet on, as one that the nursery bears does
    preload()
    main()
