"""Stretches of time as pairs of whole seconds since 1970 (UTC), start included, end not; sorted and disjoint."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from probe.calendar.openings import Opening

Piece = tuple[int, int]
Pieces = tuple[Piece, ...]


def of(openings: Iterable[Opening]) -> Pieces:
    """Openings as pieces; those that overlap or touch made one."""
    return merged((math.ceil(o.start.timestamp()), math.floor(o.end.timestamp())) for o in openings)


def merged(pieces: Iterable[Piece]) -> Pieces:
    """Any pieces, sorted and disjoint, without empty ones."""
    found: list[Piece] = []
    for start, end in sorted(piece for piece in pieces if piece[0] < piece[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def clip(pieces: Iterable[Piece], start: int, end: int) -> Pieces:
    """What of them lies between two moments."""
    return tuple((max(a, start), min(b, end)) for a, b in pieces if max(a, start) < min(b, end))


def since(pieces: Iterable[Piece], start: float) -> Pieces:
    """What of them lies after a moment."""
    return tuple((max(a, math.ceil(start)), b) for a, b in pieces if math.ceil(start) < b)


def without(pieces: Pieces, taken: Iterable[Piece]) -> Pieces:
    """What is left of them outside of `taken` (sorted by start; may overlap)."""
    found: list[Piece] = []
    blocks = list(taken)
    for start, end in pieces:
        for a, b in blocks:
            if a >= end:
                break
            if b > start:
                if a > start:
                    found.append((start, a))
                start = b
                if start >= end:
                    break
        if start < end:
            found.append((start, end))
    return tuple(found)


def length(pieces: Iterable[Piece]) -> int:
    """Seconds in all."""
    return sum(end - start for start, end in pieces)


def pick(pieces: Pieces, u: float) -> int | None:
    """The moment at the share `u` (from 0 to below 1) of their time; None when there is none."""
    left = int(u * (pieces[0][1] - pieces[0][0] if len(pieces) == 1 else length(pieces)))
    for start, end in pieces:
        if left < end - start:
            return start + left
        left -= end - start
    return None


def end_at(pieces: Pieces, moment: int) -> int:
    """The end of the piece that holds a moment; the moment itself when none does."""
    for start, end in pieces:
        if start <= moment < end:
            return end
    return moment


def waking(pieces: Pieces, first: time, last: time, zone: ZoneInfo) -> Pieces:
    """What of them lies between two times of day (`last` not included) on the wall clock of a zone."""
    found: list[Piece] = []
    for piece in pieces:
        day, end = (datetime.fromtimestamp(moment, zone).date() for moment in piece)
        while day <= end:
            found += clip((piece,), wall(day, first, zone), wall(day, last, zone))
            day += timedelta(days=1)
    return merged(found)


def wall(day: date, clock: time, zone: ZoneInfo) -> int:
    """The moment at which a clock on the wall shows this; the first one when it does so twice."""
    return math.ceil(datetime.combine(day, clock, zone).timestamp())


def at(moment: float) -> datetime:
    """A moment as aware UTC."""
    return datetime.fromtimestamp(moment, UTC)
