"""Letters and a clock for the tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from probe.post.letter import Letter
from probe.post.outbox import Box, Tally, deliver
from probe.post.sender import HandOver, Parcel, Sender

MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in Hangzhou
HANGZHOU = ZoneInfo("Asia/Shanghai")
CHAT = "chat.leaders"
SUBJECT = "余杭区就业中心：疑似听筒未挂好"


def mail(key: str = "incident 17 opened", *to: str, **more: Any) -> Letter:
    facts = {
        "subject": "余杭区就业中心：疑似听筒未挂好",
        "text": "请查看听筒。\n",
        "recipients": to or ("a@example.cn",),
    }
    return Letter(key=key, channel="mail", **(facts | more))


def chat(key: str = "incident 17 opened", **more: Any) -> Letter:
    facts = {"subject": SUBJECT, "text": "请查看听筒。\n"}
    return Letter(key=key, channel=CHAT, **(facts | more))


class Clock:
    """Stands still until it is moved."""

    def __init__(self, now: datetime = MORNING) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **time: float) -> None:
        self.now += timedelta(**time)


def post(
    box: Box,
    senders: Mapping[str, Sender],
    clock: Clock,
    owner: str = "robot 1",
    lang: str = "en",
    helpers: Sequence[Mapping[str, Sender]] = (),
) -> Tally:
    return deliver(box, senders, clock, owner, zone=HANGZHOU, dice=Random(7), lang=lang, helpers=helpers)


def minutes(box: Box, senders: Mapping[str, Sender], clock: Clock, count: int) -> Tally:
    """Deliver once a minute; what it came to."""
    total: dict[str, int] = {}
    for _ in range(count):
        clock.passes(minutes=1)
        tally = post(box, senders, clock)
        total = {name: total.get(name, 0) + getattr(tally, name) for name in Tally.__struct_fields__}
    return Tally(**total)


class Scripted:
    """A sender whose every letter ends as the script says: an exception, None (taken), or a callable to run between."""

    def __init__(self, *script: Any, before: bool = True) -> None:
        self.script = list(script)
        self.before = before  # whether an exception comes before the hand-over
        self.taken: list[Parcel] = []

    def send(self, parcel: Parcel, hand_over: HandOver) -> None:
        ending = self.script.pop(0) if self.script else None
        if isinstance(ending, BaseException) and self.before:
            raise ending
        if callable(ending):
            ending()
        hand_over()
        if isinstance(ending, BaseException):
            raise ending
        self.taken.append(parcel)

    def close(self) -> None:
        pass
