"""Moments on the wall clock of a place, for arrays of them: day, half-day, hour, weekday."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

import numpy as np

from probe.analyse.columns import Columns, Ints
from probe.incidents.half_day import NOON

DAY_S = 86_400
STEP_S = 900  # zones change their offset at full quarters of an hour
EPOCH = date(1970, 1, 1)
EPOCH_WEEKDAY = 3  # a Thursday


@dataclass(frozen=True, kw_only=True, eq=False)
class Clock:
    """For each moment: local days since 1970, half-days (2·day, +1 from noon on), hour, weekday (0 is Monday)."""

    day: Ints
    half: Ints
    hour: Ints
    weekday: Ints


def clock(at: Ints, zone: tzinfo, noon: time = NOON) -> Clock:
    """`at` in seconds since 1970, UTC. `noon` is the local time at which the afternoon begins."""
    steps, place = np.unique(at // STEP_S, return_inverse=True)
    offsets = [_offset_s(int(step) * STEP_S, zone) for step in steps]
    local = at + (np.array(offsets, dtype=np.int64)[place] if len(offsets) else 0)
    day, second = np.divmod(local, DAY_S)
    afternoon = second >= noon.hour * 3600 + noon.minute * 60 + noon.second
    return Clock(
        day=day.astype(np.int32),
        half=(2 * day + afternoon).astype(np.int32),
        hour=(second // 3600).astype(np.int8),
        weekday=((day + EPOCH_WEEKDAY) % 7).astype(np.int8),
    )


def clock_of(columns: Columns, timezone: str) -> Clock:
    """Each call on the clock of its number; `timezone` is that of numbers that name none.

    ZoneInfoNotFoundError for a zone that does not exist.
    """
    names = [number.timezone or timezone for number in columns.numbers] or [timezone]
    zones = sorted(set(names))
    zone_of = np.array([zones.index(name) for name in names])[columns.number]
    parts = [(zone_of == code, ZoneInfo(name)) for code, name in enumerate(zones)]
    found = [(which, clock(columns.at[which], zone)) for which, zone in parts]

    def put(name: str) -> Ints:
        whole = np.zeros(len(columns), dtype=getattr(found[0][1], name).dtype)
        for which, part in found:
            whole[which] = getattr(part, name)
        return whole

    return Clock(day=put("day"), half=put("half"), hour=put("hour"), weekday=put("weekday"))


def date_of(day: int) -> date:
    """The date of a day counted since 1970."""
    return EPOCH + timedelta(days=int(day))


def _offset_s(at: int, zone: tzinfo) -> int:
    offset = datetime.fromtimestamp(at, UTC).astimezone(zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())
