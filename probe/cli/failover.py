"""Which calls go over the next trunk, for calls by hand: what a trunk itself spoilt, and what it is not given any more.

An office's own answer is never asked for twice, and nobody who was rung is rung again.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from probe.dial import Trunk
from probe.health import CONSECUTIVE, ours
from probe.model import Order, Origin, Record, Trace


class Failover:
    """One trunk's turn. `number` counts the trunks, `why` makes the reason of a call that goes over the next one."""

    def __init__(self, trunk: Trunk, *, number: int, is_last: bool, why: Callable[[Record], str]) -> None:
        self.trunk = trunk
        self.next: list[Order] = []  # calls for the next trunk
        self._number = number
        self._is_last = is_last
        self._why = why
        self._run = 0

    @property
    def gave_up(self) -> bool:
        """Whether its last calls all blame it, so that the rest goes over the next."""
        return not self._is_last and self._run >= CONSECUTIVE

    def keeps(self, order: Order) -> bool:
        """Whether a call may still be made over it; else it waits for the next."""
        if not self.gave_up or not self.trunk.carries(order.number):
            return True
        self.next.append(order)
        return False

    def heard(self, record: Record) -> Order | None:
        """Take in a call that has ended; the call that stands in for it over the next trunk, if there is to be one."""
        if not self.trunk.carries(record.order.number):
            return None
        if not ours(record.verdict):
            self._run = 0
            return None
        self._run += 1
        if self._is_last or _reached(record.trace):
            return None
        name = record.order.call_id.removesuffix(f"-t{self._number}")
        again = replace(record.order, call_id=f"{name}-t{self._number + 1}", why=self._why(record))
        self.next.append(again)
        return again


def _reached(trace: Trace) -> bool:
    """Whether a phone may have rung: by a 183 as well, behind which it may."""
    rung = any(s.origin is Origin.WIRE and 180 <= (s.status or 0) < 190 for s in trace.signals)
    return rung or trace.answered_at_s is not None
