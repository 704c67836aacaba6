"""Cells that are more than text: a time zone, yes or no, minutes, a count."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

import msgspec

from probe.calendar import zone_name, zone_names
from probe.hints import nearest

LONGEST_INTERVAL_MIN = 31 * 24 * 60
MOST_LINES = 1000
YES = ("是", "同意", "已同意", "有", "yes", "y", "true", "1", "√", "✓")
NO = ("否", "不同意", "未同意", "没有", "no", "n", "false", "0", "×", "x")
SURELY_ALIKE = 0.7  # Asia/Urumuqi; anything is a little like one of the 600 zones
_UNIT_MIN = {
    "": 1,
    "分": 1,
    "分钟": 1,
    "min": 1,
    "minutes": 1,
    "小时": 60,
    "h": 60,
    "hours": 60,
    "天": 1440,
    "days": 1440,
}
_INTERVAL = re.compile(rf"(\d{{1,6}})(?:\.0)?\s*({'|'.join(_UNIT_MIN)})", re.ASCII)
_EXTENSION = re.compile(r"([0-9*#]{1,6})(?:\.0)?", re.ASCII)
_LINES = re.compile(r"(\d{1,6})(?:\.0)?\s*(?:条|线|路|lines?)?", re.ASCII)


class NotRead(msgspec.Struct, frozen=True):
    """Why a cell is not understood: the key of a sentence, and its values."""

    key: str
    values: dict[str, str | int] = {}


def timezone(text: str) -> str | NotRead:
    """IANA names (case does not count), 北京时间 and 新疆时间."""
    name = zone_name(text)
    if name is not None:
        return name
    near = nearest(text, zone_names(), alike=SURELY_ALIKE)
    return NotRead("directory.bad_zone_near", {"near": near}) if near else NotRead("directory.bad_zone")


def yes_or_no(text: str) -> bool | NotRead:
    """是 or 否, yes or no."""
    if text.casefold() in YES:
        return True
    if text.casefold() in NO:
        return False
    near = nearest(text, (*YES, *NO))
    return NotRead("directory.bad_consent_near", {"near": near}) if near else NotRead("directory.bad_consent")


def interval_min(text: str) -> int | NotRead:
    """30, 30分钟, 2小时 or 1天, in minutes."""
    match = _INTERVAL.fullmatch(text.casefold())
    minutes = int(match[1]) * _UNIT_MIN[match[2]] if match else -1
    if 0 <= minutes <= LONGEST_INTERVAL_MIN:
        return minutes
    return NotRead("directory.bad_interval", {"most": LONGEST_INTERVAL_MIN})


def lines(text: str) -> int | NotRead:
    """8 or 8条."""
    match = _LINES.fullmatch(text.casefold())
    count = int(match[1]) if match else 0
    return count if 1 <= count <= MOST_LINES else NotRead("directory.bad_lines", {"most": MOST_LINES})


def extension(text: str) -> str | NotRead:
    """8001, as it is pressed (or 8001.0, by a spreadsheet). Too short for somebody outside of the office."""
    match = _EXTENSION.fullmatch(text)
    return match[1] if match else NotRead("directory.bad_extension")


READERS: dict[str, Callable[[str], Any]] = {
    "timezone": timezone,
    "off_hours": yes_or_no,
    "interval_min": interval_min,
    "lines": lines,
    "extension": extension,
}


def read(field: str, text: str) -> Any:
    """The value of a cell that is not empty, or NotRead."""
    return READERS[field](unicodedata.normalize("NFKC", text))
