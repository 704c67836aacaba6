"""Times of the day as they are written → spans of minutes. What may mean two things is `Unclear`, never a guess."""

from __future__ import annotations

from probe.calendar.hours import DAY_MIN, NOON_MIN, Span
from probe.calendar.tokens import Token

SHORTEST_MIN = 10  # shorter is no service hour: 2025-2026 is a pair of years
NIGHT_FROM_MIN = 16 * 60  # who closes on the next day opens after this, unless the text says 次日
LONGEST_NIGHT_MIN = 16 * 60
SMALL_HOURS_UNTIL_MIN = 6 * 60
_MORNING = {"凌晨", "清晨", "早上", "早晨", "早间", "早", "上午"}
_NOON = {"中午", "午间", "正午"}
_AFTERNOON = {"下午", "午后", "傍晚"}
_LETTERS = {char: n for n, char in enumerate("一二三四五六七八九", start=1)} | {"两": 2}


class Unclear(Exception):
    """The key of the reason, and how it may be meant."""

    def __init__(self, key: str, near: str | None = None) -> None:
        super().__init__(key)
        self.key, self.near = key, near


def number(text: str) -> int | None:
    """12 and 十二; None when it is none."""
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.partition("十")
    if not ten:
        return _LETTERS.get(text)
    if (tens and tens not in _LETTERS) or (ones and ones not in _LETTERS):
        return None
    return _LETTERS.get(tens, 1) * 10 + _LETTERS.get(ones, 0)


def span(start: Token, start_part: str, end: Token, end_part: str, *, next_day: bool) -> Span:
    """`start_part` and `end_part` are 上午, 下午 … or ""; that of the start holds for the end too (下午1点半-5点)."""
    if start.kind == "bare" and end.kind not in {"oclock", "ampm"}:
        raise Unclear("calendar.hours_bare")
    if end.kind == "bare":
        raise Unclear("calendar.hours_bare")
    if not start_part and _may_be_a_date(start) and _may_be_a_date(end):
        near = f"{start.parts['h']}:{start.parts['m']}-{end.parts['h']}:{end.parts['m']}"
        raise Unclear("calendar.hours_dotted", near)
    start_min = _minute(start, start_part)
    end_min = (
        _minute(end, end_part, closing=True) if end_part or _written(end) > NOON_MIN else _inherited(end, start_part)
    )
    if next_day or (
        end_min < start_min and start_min >= NIGHT_FROM_MIN and start_min - end_min >= DAY_MIN - LONGEST_NIGHT_MIN
    ):
        end_min += DAY_MIN
    plain = not start_part and "ap" not in start.parts and not start.text.startswith("0")
    small = plain and 60 <= start_min < SMALL_HOURS_UNTIL_MIN and end_min <= NOON_MIN
    if 0 < end_min - start_min < SHORTEST_MIN:
        raise Unclear("calendar.hours_short")
    if small or not 0 < end_min - start_min <= DAY_MIN:
        meant = _meant(start_min, end_min, small)
        raise Unclear("calendar.hours_order" if meant else "calendar.hours_overlap", meant)
    return Span(start_min=start_min, end_min=end_min)


def shown(minute: int) -> str:
    """9:00."""
    return f"{minute // 60}:{minute % 60:02d}"


def _meant(start_min: int, end_min: int, small: bool) -> str | None:
    """9:00-5:00 is perhaps 9:00-17:00, and 1:30-5:00 is 13:30-17:00."""
    half = DAY_MIN // 2
    start_min += half if small else 0
    end_min += half if end_min <= half else 0
    return f"{shown(start_min)}-{shown(end_min)}" if start_min < end_min <= DAY_MIN else None


def _may_be_a_date(token: Token) -> bool:
    return token.kind == "dotted" and 1 <= int(token.parts["h"]) <= 12 and 1 <= int(token.parts["m"]) <= 31


def _written(token: Token) -> int:
    """Minutes as the digits say; Unclear when there is no such time."""
    parts = token.parts
    hour = number(parts.get("h", token.text))
    minute = 30 if "half" in parts else int(parts.get("m", "0"))
    if "quarter" in parts:
        minute = 15 if parts["quarter"] == "一" else 45
    if hour is None or minute > 59 or hour * 60 + minute > DAY_MIN:
        raise Unclear("calendar.hours_no_time")
    return hour * 60 + minute


def _inherited(end: Token, part: str) -> int:
    """The end of 下午1点半-5点; of 上午9:00-5:00 what is written, which is then out of order."""
    return _minute(end, "" if "ap" in end.parts or part in _MORNING else part, closing=True)


def _minute(token: Token, part: str, *, closing: bool = False) -> int:
    minute = _written(token)
    half = DAY_MIN // 2
    if "ap" in token.parts:
        if not 60 <= minute < half + 60 or part:
            raise Unclear("calendar.hours_no_time")
        return minute % half + (half if token.parts["ap"].startswith("p") else 0)
    if minute >= half + 60 and part not in _MORNING | _NOON:
        return minute  # 下午13:30
    if not part:
        return minute
    if part in _MORNING:
        if minute >= half + 60 or (part != "上午" and minute >= half):
            raise Unclear("calendar.hours_no_time")
        return minute
    if part in _NOON:
        if 10 * 60 <= minute < half + 4 * 60:
            return minute
        if 60 <= minute < 4 * 60:
            return minute + half
    elif part in _AFTERNOON:
        if minute >= half:
            return minute
        if minute >= 60:
            return minute + half
    elif closing and minute == half:  # 晚上12点
        return DAY_MIN
    elif 5 * 60 <= minute < half:  # 晚上8点
        return minute + half
    raise Unclear("calendar.hours_no_time")
