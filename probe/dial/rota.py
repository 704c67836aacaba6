"""Whose turn it is: orders are kept in their order, one line per office, so many calls a second. Pure: no clock."""

from __future__ import annotations

from collections.abc import Iterable

from probe.model import Order


class Rota:
    """The orders that are still to be dialled. An office that is on the line is passed over, and nothing else is."""

    def __init__(self, orders: Iterable[Order]) -> None:
        self._waiting = list(orders)
        self._offices: set[str] = set()

    def add(self, order: Order) -> None:
        """One more, behind the others."""
        self._waiting.append(order)

    def take(self) -> Order | None:
        """The first order whose office is free, which is then engaged; None when there is none at the moment."""
        for place, order in enumerate(self._waiting):
            if order.office not in self._offices:
                del self._waiting[place]
                self._offices.add(order.office)
                return order
        return None

    def release(self, order: Order) -> None:
        """The call to this order's office is over."""
        self._offices.discard(order.office)

    def clear(self) -> None:
        """Dial nothing more."""
        self._waiting.clear()

    def __len__(self) -> int:
        return len(self._waiting)


class Pace:
    """So many calls a second, evenly: each call reserves the next free moment."""

    def __init__(self, calls_per_second: float) -> None:
        self._gap_s = 1.0 / calls_per_second
        self._next = 0.0

    def reserve(self, now: float) -> float:
        """How many seconds from `now` the next call has to wait."""
        moment = max(now, self._next)
        self._next = moment + self._gap_s
        return moment - now
