"""Time zones as people write them."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

COMMON = {"北京时间": "Asia/Shanghai", "新疆时间": "Asia/Urumqi", "乌鲁木齐时间": "Asia/Urumqi"}


def zone_name(text: str) -> str | None:
    """The IANA name of 北京时间, Asia/Urumqi, asia/urumqi …; None when there is no such zone."""
    return _names().get(text.strip().casefold())


def zone_names() -> tuple[str, ...]:
    """Everything that may be written."""
    return (*COMMON, *sorted(available_timezones()))


@cache
def _names() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones()} | COMMON
