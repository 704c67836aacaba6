"""What a text of hours is a chain of: groups, each with its spans and the scope for which they hold."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from probe.calendar.hours import Named, Season, Span
from probe.calendar.items import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """When a group holds. None: not said. `order` are the dimensions in the order in which they were first said."""

    days: frozenset[int] | None = None
    season: tuple[tuple[Season | None, Named | None], ...] | None = None
    valid: tuple[date | None, date | None] | None = None
    order: tuple[str, ...] = ()

    def without(self, dimension: str) -> Scope:
        """Before this was said, and whatever was said after it."""
        if dimension not in self.order:
            return self
        at = self.order.index(dimension)
        dropped: dict[str, None] = dict.fromkeys(self.order[at:])
        return replace(self, **dropped, order=self.order[:at])

    def said(self, item: Item) -> Scope:
        order = self.order if item.kind in self.order else (*self.order, item.kind)
        match item.kind:
            case "days":
                return replace(self, days=item.days, order=order)
            case "season":
                return replace(self, season=((item.season, item.named),), order=order)
            case _:
                return replace(self, valid=(item.since, item.last), order=order)


@dataclass(slots=True, kw_only=True)
class Group:
    """Spans with their scope, as they stand; `inner`: within brackets."""

    scope: Scope
    spans: list[Item]
    closed: tuple[Span, ...] = ()
    inner: bool = False
