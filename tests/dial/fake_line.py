"""A line program that dials nobody: what it does stands in the user part of the number, e.g. sip:die@127.0.0.1.

It writes what it does into the file named after the module's name, one line each: "PID begin NUMBER", "PID end NUMBER".
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from probe.dial.messages import Dial, Done, FromLine, HangUp, Progress, Ready, Refused, decode_to_line, encode
from probe.model import Blame, Cause, Order, Outcome, Record, Signal, Sounds, Trace, Verdict


def say(message: FromLine) -> None:
    sys.stdout.buffer.write(encode(message))
    sys.stdout.buffer.flush()


def record(order: Order, fault: str | None = None) -> Record:
    return Record(
        order=order,
        trace=Trace(number=order.number, started_at=datetime.now(UTC), call_id=order.call_id, robot_fault=fault),
        sounds=Sounds(),
        verdict=Verdict(
            outcome=Outcome.BUSY, cause=Cause.BUSY_SIGNAL, blame=Blame.NOBODY, confidence=0.9, because=(), sure=True
        ),
    )


def call(order: Order, hung_up: threading.Event, over: Callable[[], None]) -> None:
    """`over` is called before the switchboard is told: from then on the office may be called again."""
    act = order.number.removeprefix("sip:").split("@")[0].split("-")[0]
    say(Progress(call_id=order.call_id, at_s=0.0, state="dialling", signal=Signal(at_s=0.0, sent="INVITE")))
    if act == "die":
        ringing = Signal(at_s=0.1, received="SIP/2.0 180 Ringing")
        say(Progress(call_id=order.call_id, at_s=0.1, state="ringing", signal=ringing))
        say(Progress(call_id=order.call_id, at_s=0.2, state="early_media", recording="recordings/x.wav"))
        os.abort()
    if act == "nonsense":
        sys.stdout.write("Traceback: no JSON at all\n")
        sys.stdout.flush()
    if act == "refuse":
        over()
        say(Refused(call_id=order.call_id, key="dial.not_allowed", values={"number": order.number}))
        return
    if act in ("hang", "nonsense"):
        time.sleep(60)
    if act == "long":
        hung_up.wait(60)
        over()
        say(Done(record=record(order, "stopped" if hung_up.is_set() else None)))
        return
    time.sleep(0.05)
    say(Progress(call_id=order.call_id, at_s=0.05, state="ended"))
    over()
    say(Done(record=record(order), last=act == "last"))


def preload() -> None:
    if "broken" in sys.argv:
        raise SystemExit("pjsua2 is broken")


def main() -> None:
    journal = Path(sys.argv[2])
    hung_up = threading.Event()

    def note(what: str) -> None:
        with journal.open("a") as file:
            file.write(f"{os.getpid()} {what}\n")

    def serve(order: Order) -> None:
        note(f"begin {order.number}")
        call(order, hung_up, lambda: note(f"end {order.number}"))

    say(Ready())
    worker = None
    for line in sys.stdin.buffer:
        message = decode_to_line(line)
        if isinstance(message, Dial):
            hung_up.clear()
            worker = threading.Thread(target=serve, args=(message.order,), daemon=True)
            worker.start()
        elif isinstance(message, HangUp):
            hung_up.set()
    if worker is not None:
        worker.join()
    os._exit(0)
