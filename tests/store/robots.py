"""Programs that the tests start, to race with and to kill.

`python -m tests.store.robots URL LOG` (`dial`): at each number N on stdin forks a robot that works through rounds and
kills itself with SIGKILL at its Nth step: the beginning or end of a statement, a commit, or a call that it "dials" (a
line in a log). Prints what ended it.
`claim`: whenever it is told something, claims the next order of a round, and says whether it got it.
`open_`: waits until it is told something, opens the database, says "open".
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from typing import NoReturn

from sqlalchemy import Engine, event

from probe.model import Order
from probe.store import Store, is_alive, this_owner
from probe.store.engine import connect
from tests.records import MORNING, call, number

ROUND = 6
LEASE_S = 3600.0


def dial(url: str, log: str) -> None:
    connect(url, wait_s=1.0)  # loads the driver once, not in every fork
    print("ready", flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _work(url, log, int(line))
        _, status = os.waitpid(child, 0)
        print(signal.Signals(os.WTERMSIG(status)).name, flush=True)


def _work(url: str, log: str, last_step: int) -> NoReturn:
    steps = iter(range(1, last_step))

    def step(*_: object) -> None:
        if next(steps, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    for moment in ("before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(Engine, moment, step)
    dialled = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    with Store.open(url) as store:
        while True:
            now = datetime.now(UTC)
            store.recover(now, is_alive)
            for round_id in store.open_rounds() or (_begin(store, now),):
                for order in store.pending(round_id):
                    if store.claim(order, now, this_owner(), LEASE_S):
                        os.write(dialled, f"{order.call_id}\n".encode())
                        step()
                        made = call(of=number(int(order.number[-1])), at=now, call_id=order.call_id)
                        store.add(made.record, now)
                store.finish_round(round_id, now)


def _begin(store: Store, now: datetime) -> str:
    round_id = f"{now:%H%M%S%f}-{os.getpid()}"
    orders = [
        Order(call_id=f"{round_id}-{i}", number=number(i).number, office=number(i).office, why="test")
        for i in range(ROUND)
    ]
    store.begin_round(round_id, orders, now)
    return round_id


def claim(told: Connection, url: str, round_id: str) -> None:
    with Store.open(url) as store:
        orders = store.pending(round_id)
        told.send("ready")
        for order in orders:
            told.recv()
            told.send(store.claim(order, MORNING, this_owner(), LEASE_S))


def open_(told: Connection, url: str) -> None:
    told.send("ready")
    told.recv()
    with Store.open(url) as store:
        assert store.numbers() == ()
        told.send("open")


if __name__ == "__main__":
    dial(*sys.argv[1:])
