"""A program that the tests start, to race with and to kill: `python -m tests.post.postmen URL PORT LEASE_S`.

At each number N on stdin it forks a robot that delivers the outbox at URL to the mail server at PORT, and kills itself
with SIGKILL at its Nth step: the beginning or end of a statement, a commit, or a command or answer of SMTP (0: never).
Prints what ended it.
"""

from __future__ import annotations

import itertools
import os
import signal
import smtplib
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import NoReturn

from sqlalchemy import Engine, event

from probe.post.outbox import deliver
from probe.post.smtp import MailServer
from probe.store import Store, this_owner
from probe.store.outbox import Outbox
from tests.post.servers import account


def main(url: str, port: int, lease_s: float) -> None:
    print("ready", flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _work(url, port, lease_s, int(line))
        _, status = os.waitpid(child, 0)
        print(signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else "done", flush=True)


def die_at(last_step: int) -> Callable[[], int]:
    """Make this process kill itself at its Nth step (0: never); the function says how many steps there were so far."""
    count = itertools.count(1)
    taken = 0

    def step(*_: object) -> None:
        nonlocal taken
        taken = next(count)
        if taken == last_step:
            os.kill(os.getpid(), signal.SIGKILL)

    class Smtp(smtplib.SMTP):
        def send(self, s: str | bytes) -> None:  # type: ignore[override]
            step()
            super().send(s)
            step()

        def getreply(self) -> tuple[int, bytes]:
            answer = super().getreply()
            step()
            return answer

    smtplib.SMTP = Smtp  # type: ignore[misc]
    for moment in ("before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(Engine, moment, step)
    return lambda: taken


def _work(url: str, port: int, lease_s: float, last_step: int) -> NoReturn:
    die_at(last_step)
    with Store.open(url) as store:
        box, senders = Outbox(store._engine, store._place), {"mail": MailServer(account(port))}
        deliver(box, senders, lambda: datetime.now(UTC), this_owner(), zone=UTC, dice=Random(1), lease_s=lease_s)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
