"""Half-days: the unit in which a line is mended. A good morning proves a morning."""

from __future__ import annotations

from datetime import date, datetime, time, tzinfo

NOON = time(12, 30)  # lunch begins between 11:30 and 12:30, by place; where it is later, a call says it itself


def half_day_of(at: datetime, zone: tzinfo, noon: time = NOON) -> str:
    """The local half-day of an aware time: "2026-07-25am" or "2026-07-25pm". It sorts as time does.

    `noon` is the local time at which the afternoon begins, e.g. 14:30 in Xinjiang.
    """
    local = at.astimezone(zone)
    return f"{local:%Y-%m-%d}{'am' if local.time() < noon else 'pm'}"


def day_of(half_day: str) -> date:
    """The day of a half-day."""
    return date.fromisoformat(half_day[:10])
