"""Sending a message again until it is acknowledged, as SIP over UDP needs (RFC 3261 §13.3.1.4, §17.1.2, §17.2.1)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from aiosipua.transaction import T1, T2, TIMER_H


class Resender:
    """Sends at once and again after 0.5, 1, 2, 4, 4 … s, until `stop` or, after 32 s, `given_up`."""

    def __init__(self, send: Callable[[], None], given_up: Callable[[], None]) -> None:
        self._send = send
        self._given_up = given_up
        self._interval = T1
        self._elapsed = 0.0
        send()
        self._timer = asyncio.get_running_loop().call_later(T1, self._again)

    def stop(self) -> None:
        self._timer.cancel()

    def _again(self) -> None:
        self._elapsed += self._interval
        if self._elapsed >= TIMER_H:
            self._given_up()
            return
        self._send()
        self._interval = min(2 * self._interval, T2)
        self._timer = asyncio.get_running_loop().call_later(self._interval, self._again)
