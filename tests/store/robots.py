"""Programs that the tests start, to race with and to kill: `python -m tests.store.robots WHAT …`.

`dial`: works through rounds for ever, as a robot does; a call that it "dials" is a line in a log.
`claim`: waits for a line on stdin, claims every order of a round, prints those that it got.
`open`: waits for a line on stdin, opens the database, prints "open".
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from probe.model import Order
from probe.store import Store, is_alive, this_owner
from tests.records import MORNING, call, number

ROUND = 8
LEASE_S = 3600.0


def dial(url: str, log: str) -> None:
    numbers = [number(i) for i in range(ROUND)]
    dialled = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    with Store.open(url) as store:
        print("open", flush=True)
        while True:
            now = datetime.now(UTC)
            store.recover(now, is_alive)
            for round_id in store.open_rounds() or (_begin(store, now),):
                for order in store.pending(round_id):
                    if store.claim(order, now, this_owner(), LEASE_S):
                        os.write(dialled, f"{order.call_id}\n".encode())
                        made = call(of=numbers[int(order.number[-1])], at=now, call_id=order.call_id)
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


def claim(url: str, round_id: str, seed: str) -> None:
    with Store.open(url) as store:
        orders = list(store.pending(round_id))
        random.Random(seed).shuffle(orders)
        print("ready", flush=True)
        sys.stdin.readline()
        for order in orders:
            if store.claim(order, MORNING + timedelta(seconds=1), this_owner(), LEASE_S):
                print(order.call_id, flush=True)


def open_(url: str) -> None:
    print("ready", flush=True)
    sys.stdin.readline()
    with Store.open(url) as store:
        assert store.numbers() == ()
        print("open", flush=True)


if __name__ == "__main__":
    robots: dict[str, Callable[..., None]] = {"dial": dial, "claim": claim, "open": open_}
    robots[sys.argv[1]](*sys.argv[2:])
