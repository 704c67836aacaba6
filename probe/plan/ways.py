"""The ways out: a trunk and the number it shows. Which one a call takes, which stands in, which is asked next. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from probe.model import Fact


class Way(Fact, frozen=True, kw_only=True):
    """One way out. Ways of the lowest `preference` share the random calls, the others stand by."""

    trunk: str
    caller_id: str = ""
    preference: int = 1


def in_order(ways: Iterable[Way]) -> tuple[Way, ...]:
    """The preferred ones first, those of the same preference as they came."""
    return tuple(sorted(ways, key=lambda way: way.preference))


def sharing(ways: Sequence[Way]) -> int:
    """How many of them (the first ones, in order) share the random calls."""
    return sum(way.preference == ways[0].preference for way in ways)


def stand_ins(ways: Sequence[Way], index: int) -> tuple[Way, ...]:
    """The way of this place, then those that stand in for it when its trunk is not well: by preference, and within one
    the next after it, so that what one cannot carry is spread over all others."""
    n = len(ways)
    wanted = index % n
    others = sorted((place for place in range(n) if place != wanted), key=lambda place: _far(ways, wanted, place))
    return (ways[wanted], *(ways[place] for place in others))


def other(ways: Sequence[Way], index: int) -> int:
    """The place of the way that is asked after a call over this one: another trunk before another number of the same
    trunk, because it says more; the same way when there is no other."""
    n = len(ways)
    asked = index % n
    rest = [place for place in range(n) if place != asked]
    elsewhere = [place for place in rest if ways[place].trunk != ways[asked].trunk]
    return min(elsewhere or rest, key=lambda place: _far(ways, asked, place), default=asked)


def _far(ways: Sequence[Way], place: int, other: int) -> tuple[int, int]:
    return ways[other].preference, (other - place) % len(ways)
