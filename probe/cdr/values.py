"""The cells of call records: times, durations and numbers in the many ways in which telephone systems write them."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta, tzinfo
from typing import Literal

Order = Literal["ymd", "dmy", "mdy"]
LONGEST_S = 24 * 3600.0  # of a call; longer is a fault of the file

_REMARK = re.compile(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】")
_CLOCK = (
    r"(?:[ T日]*(?P<h>\d{1,2})[:时](?P<mi>\d{1,2})(?:[:分](?P<s>\d{1,2})(?:[.,]\d+)?秒?)?\s*(?P<half>[AaPp][Mm])?)?"
)
_YMD = re.compile(rf"(?P<y>(?:19|20)\d\d)[-/.年](?P<m>\d{{1,2}})[-/.月](?P<d>\d{{1,2}}){_CLOCK}")
_COMPACT = re.compile(r"(?P<y>20\d\d)(?P<m>\d\d)(?P<d>\d\d)[ T]?(?P<h>\d\d)(?P<mi>\d\d)(?P<s>\d\d)(?P<half>)")
_OTHER = re.compile(rf"(?P<a>\d{{1,2}})[-/.](?P<b>\d{{1,2}})[-/.](?P<y>(?:19|20)\d\d){_CLOCK}")
_UNITS = re.compile(
    r"(?:(?P<h>\d+)(?:小时|时|h))?(?:(?P<m>\d+)(?:分钟|分|min|m))?(?:(?P<s>\d+(?:\.\d+)?)(?:秒钟|秒|sec|s))?"
)
_COLONS = re.compile(r"(?:(?P<h>\d+):)?(?P<m>\d{1,2}):(?P<s>\d{1,2}(?:\.\d+)?)")


class Unreadable(Exception):
    """A cell that cannot be read; `key` names the reason."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def plain(title: str) -> str:
    """A header or result without what does not count: case, width, spaces, punctuation, remarks in brackets."""
    text = _REMARK.sub("", unicodedata.normalize("NFKC", title)).casefold()
    return "".join(char for char in text if char.isalnum())


def moment(text: str, zone: tzinfo, order: Order) -> datetime:
    """An aware time. `order` says how dates that end with the year are meant. Unreadable for what is none.

    A local time that a change of clocks skips or repeats is taken as the earlier reading (PEP 495, fold 0).
    """
    written = unicodedata.normalize("NFKC", text).strip().lstrip("'")
    try:
        aware = datetime.fromisoformat(written)
        if aware.tzinfo is not None:
            return aware
    except ValueError:
        pass
    found = _YMD.fullmatch(written) or _COMPACT.fullmatch(written)
    if found is not None:
        month, day = int(found["m"]), int(found["d"])
    else:
        found = _OTHER.fullmatch(written)
        if found is None:
            raise Unreadable("cdr.bad_start")
        if order == "ymd":
            raise Unreadable("cdr.ambiguous_date")
        first, second = int(found["a"]), int(found["b"])
        day, month = (first, second) if order == "dmy" else (second, first)
    if found["h"] is None:
        raise Unreadable("cdr.no_clock")
    hour = int(found["h"])
    if found["half"]:
        if not 1 <= hour <= 12:
            raise Unreadable("cdr.bad_start")
        hour = hour % 12 + (12 if found["half"].casefold() == "pm" else 0)
    try:
        return datetime(int(found["y"]), month, day, hour, int(found["mi"]), int(found["s"] or 0), tzinfo=zone)
    except ValueError:
        raise Unreadable("cdr.bad_start") from None


def seconds(text: str) -> float:
    """A duration: "75", "75.2", "1:15", "00:01:15", "1分15秒"; nothing is 0. Unreadable for what is none."""
    written = "".join(unicodedata.normalize("NFKC", text).split()).casefold()
    if written in {"", "-", "--", "/"}:
        return 0.0
    if re.fullmatch(r"\d+(?:\.\d+)?", written):
        value = float(written)
    else:
        found = _COLONS.fullmatch(written) or _UNITS.fullmatch(written)
        if found is None:
            raise Unreadable("cdr.bad_duration")
        value = timedelta(
            hours=int(found["h"] or 0), minutes=int(found["m"] or 0), seconds=float(found["s"] or 0)
        ).total_seconds()
    if value > LONGEST_S:
        raise Unreadable("cdr.too_long")
    return value


def digits(text: str) -> str:
    """The digits of a number as a telephone system writes it: `"王" <057187250001>`, +86 571 8725 0001, SIP/8001-0a."""
    written = unicodedata.normalize("NFKC", text)
    inside = re.search(r"<([^>]*)>", written)
    written = inside[1] if inside else written
    channel = re.fullmatch(r"\w+/(\w+)(?:-[0-9a-fA-F]+)?", written.strip())
    return re.sub(r"\D", "", channel[1] if channel else written.partition("@")[0])


def same_number(one: str, other: str) -> bool:
    """Whether two runs of digits are one number: with or without country code, trunk prefix, outside-line prefix.

    The shorter one ends the longer one and has at least seven digits (a subscriber's number), or they are equal.
    """
    short, long = sorted((one, other), key=len)
    return one == other != "" or (len(short) >= 7 and long.endswith(short.lstrip("0") or short))
