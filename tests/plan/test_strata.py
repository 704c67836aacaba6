"""A day of an office in parts: by its lunch, by its middle, or not at all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from probe.plan import half_day
from probe.plan import pieces as p
from probe.plan.strata import NAMES, half_days, strata
from tests.plan.worlds import DAYS, opened, shifts

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 3, 2)


def minutes(*clock: str) -> tuple[tuple[int, int], ...]:
    """ "9:00-12:00" → minutes after midnight."""
    return tuple(
        (int(a.split(":")[0]) * 60 + int(a.split(":")[1]), int(b.split(":")[0]) * 60 + int(b.split(":")[1]))
        for a, _, b in (span.partition("-") for span in clock)
    )


def day(*clock: str) -> p.Pieces:
    return p.of(opened(DAY, minutes(*clock), ZONE))


def shown(pieces: p.Pieces) -> str:
    return " ".join("-".join(f"{datetime.fromtimestamp(m, ZONE):%H:%M}" for m in piece) for piece in pieces)


@pytest.mark.parametrize(
    ("hours", "parts"),
    [
        (
            ["9:00-12:00", "14:00-17:00"],
            "opening 09:00-10:00, mid_morning 10:00-11:00, before_lunch 11:00-12:00, "
            "after_lunch 14:00-15:00, mid_afternoon 15:00-16:00, closing 16:00-17:00",
        ),
        (
            ["9:00-17:00"],  # nobody closes for lunch
            "opening 09:00-10:20, mid_morning 10:20-11:40, before_lunch 11:40-13:00, "
            "after_lunch 13:00-14:20, mid_afternoon 14:20-15:40, closing 15:40-17:00",
        ),
        (
            ["8:00-12:00", "14:00-17:00", "18:00-19:00"],  # the longest break is the lunch; a part may run over one
            "opening 08:00-09:20, mid_morning 09:20-10:40, before_lunch 10:40-12:00, "
            "after_lunch 14:00-15:20, mid_afternoon 15:20-16:40, closing 16:40-17:00 18:00-19:00",
        ),
        (["8:00-12:00", "12:10-16:00"], "opening 08:00-09:18, mid_morning 09:18-10:36, before_lunch 10:36-11:55, "
            "after_lunch 11:55-12:00 12:10-13:23, mid_afternoon 13:23-14:41, closing 14:41-16:00"),
        (["9:00-12:00"], "opening 09:00-10:00, mid_morning 10:00-11:00, closing 11:00-12:00"),
        (["14:00-17:00"], "opening 14:00-15:00, mid_afternoon 15:00-16:00, closing 16:00-17:00"),
        (["9:00-9:30"], "opening 09:00-09:30"),
        (["9:00-9:30", "14:00-14:30"], "opening 09:00-09:30, closing 14:00-14:30"),
        (["20:00-26:00"], "opening 20:00-21:00, mid_morning 21:00-22:00, before_lunch 22:00-23:00, "
            "after_lunch 23:00-00:00, mid_afternoon 00:00-01:00, closing 01:00-02:00"),
        ([], ""),
    ],
)  # fmt: skip
def test_a_day_in_parts(hours: list[str], parts: str) -> None:
    assert ", ".join(f"{s.name} {shown(s.pieces)}" for s in strata(day(*hours), ZONE)) == parts


@given(DAYS, shifts())
def test_the_parts_are_the_day_in_order_without_overlap(on: date, spans: tuple[tuple[int, int], ...]) -> None:
    whole = p.of(opened(on, spans, ZONE))
    parts = strata(whole, ZONE)
    assert p.merged(piece for s in parts for piece in s.pieces) == whole
    assert p.length(piece for s in parts for piece in s.pieces) == p.length(whole)
    assert [s.pieces[0] for s in parts] == sorted(s.pieces[0] for s in parts)
    order = [NAMES.index(s.name) for s in parts]
    assert order == sorted(set(order))


def test_half_days_of_several_days() -> None:
    days = tuple(
        piece
        for n in range(2)
        for piece in p.of(opened(DAY + timedelta(days=n), minutes("9:00-12:00", "14:00-17:00"), ZONE))
    )
    assert [(half.day.day, shown(half.pieces)) for half in half_days(days, ZONE)] == [
        (2, "09:00-12:00"), (2, "14:00-17:00"), (3, "09:00-12:00"), (3, "14:00-17:00"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("clock", "which"), [("09:00", 0), ("11:59", 0), ("12:00", None), ("14:00", 1), ("17:00", None)]
)
def test_which_half_day_a_moment_lies_in(clock: str, which: int | None) -> None:
    openings = opened(DAY, minutes("9:00-12:00", "14:00-17:00"), ZONE)
    hour, minute = map(int, clock.split(":"))
    moment = datetime(2026, 3, 2, hour, minute, tzinfo=ZONE).astimezone(UTC)
    assert half_day(moment, openings, ZONE) == (None if which is None else (DAY, which))
