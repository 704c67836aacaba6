"""Made-up call records in the formats of telephone systems, from one list of calls."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from probe.cdr.read import Line
from tests.records import MORNING

ZONE = ZoneInfo("Asia/Shanghai")
NUMBER = "+8657187250001"
WRITTEN = "057187250001"
ROBOT = "057187250099"
CITIZEN = "13800138000"
LINE = Line(number=NUMBER, callers=(ROBOT,))


@dataclass(frozen=True, kw_only=True)
class Made:
    """One call: seconds of ringing, then of talk (0: not answered)."""

    at: datetime
    ring_s: int = 6
    talk_s: int = 120
    src: str = CITIZEN
    dst: str = WRITTEN


def local(at: datetime) -> datetime:
    return at.astimezone(ZONE)


def text(rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def asterisk(calls: Sequence[Made], *, header: bool = True) -> bytes:
    """FreePBX's export of Asterisk's table, or (without a header) Asterisk's own Master.csv."""
    if header:
        rows: list[Sequence[object]] = [
            ("calldate", "clid", "src", "dst", "dcontext", "duration", "billsec", "disposition", "uniqueid")
        ]
        for index, one in enumerate(calls):
            answered = "ANSWERED" if one.talk_s else "NO ANSWER"
            rows.append(
                (f"{local(one.at):%Y-%m-%d %H:%M:%S}", f'"citizen" <{one.src}>', one.src, one.dst, "from-trunk",
                 one.ring_s + one.talk_s, one.talk_s, answered, f"17846.{index}")
            )  # fmt: skip
        return text(rows).encode()
    rows = []
    for index, one in enumerate(calls):
        begin = local(one.at)
        answer = f"{begin + timedelta(seconds=one.ring_s):%Y-%m-%d %H:%M:%S}" if one.talk_s else ""
        end = begin + timedelta(seconds=one.ring_s + one.talk_s)
        rows.append(
            ("", one.src, one.dst, "from-trunk", f'"x" <{one.src}>', f"SIP/trunk-{index:08x}", "SIP/8001", "Dial", "",
             f"{begin:%Y-%m-%d %H:%M:%S}", answer, f"{end:%Y-%m-%d %H:%M:%S}", one.ring_s + one.talk_s, one.talk_s,
             "ANSWERED" if one.talk_s else "NO ANSWER", "DOCUMENTATION", f"17846.{index}", "")
        )  # fmt: skip
    return text(rows).encode()


def chinese(calls: Sequence[Made], encoding: str = "gb18030") -> bytes:
    """As Huawei and ZTE systems in Chinese offices export: a title, Chinese headers, slashes, 分 and 秒."""
    rows: list[Sequence[object]] = [
        ("余杭区就业中心话单",),
        ("序号", "呼叫时间", "主叫号码", "被叫号码", "通话时长", "接通状态"),
    ]
    for index, one in enumerate(calls, start=1):
        begin = local(one.at)
        when = f"{begin.year}/{begin.month}/{begin.day} {begin.hour}:{begin.minute:02}:{begin.second:02}"
        lasted = f"{one.talk_s // 60}分{one.talk_s % 60}秒"
        rows.append((index, when, one.src, one.dst, lasted, "接通" if one.talk_s else "未接通"))
    return text(rows).encode(encoding)


def three_cx(calls: Sequence[Made]) -> bytes:
    """3CX's call report: American dates, durations with colons."""
    rows: list[Sequence[object]] = [("Call Time", "Caller ID", "Destination", "Status", "Ringing", "Talking")]
    for one in calls:
        begin = local(one.at)
        when = f"{begin.month}/{begin.day}/{begin.year} {begin:%I:%M:%S %p}"
        status = "Answered" if one.talk_s else "Unanswered"
        rows.append((when, one.src, one.dst, status, f"00:00:{one.ring_s:02}", f"{timedelta(seconds=one.talk_s)}"))
    return text(rows).encode("utf-16")


def morning(seed: int = 1, *, calls: int = 12, begin: datetime = MORNING, hours: float = 3) -> list[Made]:
    """A counter's calls: one after the other, none at the same time, now and then one that nobody takes."""
    dice = Random(seed)
    gap = hours * 3600 / calls
    return [
        Made(
            at=begin + timedelta(seconds=round(index * gap + dice.uniform(0, gap / 4))),
            ring_s=dice.randint(3, 12),
            talk_s=0 if dice.random() < 0.2 else dice.randint(30, int(gap / 2)),
            src=f"138{dice.randrange(10**8):08}",
        )
        for index in range(calls)
    ]
