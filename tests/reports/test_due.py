"""When a mailing's reports are sent, and which are due: pure, time is an argument."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.calendar import working_days
from probe.post.mailing import Mailing
from reports.due import LATEST, due, send_at
from reports.period import Kind, period

ZONE = ZoneInfo("Asia/Shanghai")
DAYS = working_days("CN")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
MONTHLY = Mailing(name="leaders", report="monthly", to=("a@example.cn",))


def at(day: str, clock: str = "09:00") -> datetime:
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), ZONE)


@pytest.mark.parametrize(
    ("report", "of", "day", "sent"),
    [
        ("monthly", "2026-03-15", 0, "2026-04-01"),  # a Wednesday
        ("monthly", "2026-09-15", 0, "2026-10-08"),  # the first week of October is a holiday
        ("monthly", "2026-02-15", 0, "2026-03-02"),  # 1 March is a Sunday
        ("monthly", "2026-03-15", 5, "2026-04-05"),  # on the fifth, whatever day it is
        ("weekly", "2026-03-25", 0, "2026-03-30"),
        ("weekly", "2026-03-25", 3, "2026-04-01"),
        ("daily", "2026-03-27", 0, "2026-03-30"),  # of a Friday
        ("daily", "2026-03-27", 1, "2026-03-28"),
        ("daily", "2026-02-13", 0, "2026-02-14"),  # a Saturday that is worked for the Spring Festival
        ("monthly", "2044-03-15", 0, "2044-04-01"),  # beyond the calendar
        ("monthly", "2043-12-15", 0, "2044-01-01"),
    ],
)
def test_on_the_first_working_morning_or_the_day_that_is_named(report: str, of: str, day: int, sent: str) -> None:
    mailing = Mailing(name="x", report=report, day=day, owners=True)  # type: ignore[arg-type]  # one of them
    assert send_at(mailing, period(Kind(report), date.fromisoformat(of), ZONE), ZONE, DAYS) == at(sent)


def names(mailing: Mailing, now: datetime, since: datetime = LONG_AGO, done: frozenset[str] = frozenset()) -> list[str]:
    return [one.name for one in due(mailing, now, since, ZONE, DAYS, done)]


def test_due_from_its_minute_on_until_it_is_done() -> None:
    assert "monthly 2026-03-01" not in names(MONTHLY, at("2026-04-01", "08:59"))
    assert names(MONTHLY, at("2026-04-01"))[-1] == "monthly 2026-03-01"
    done = frozenset({"monthly 2026-03-01", "monthly 2026-02-01", "monthly 2026-01-01", "monthly 2025-12-01"})
    assert names(MONTHLY, at("2026-04-01"), done=done) == []


def test_nothing_that_was_due_before_there_was_a_mailing() -> None:
    assert names(MONTHLY, at("2026-04-10"), since=at("2026-04-02")) == []
    assert names(MONTHLY, at("2026-05-10"), since=at("2026-04-02")) == ["monthly 2026-04-01"]


def test_after_a_long_time_without_a_program_only_the_latest() -> None:
    daily = Mailing(name="x", report="daily", owners=True)
    assert names(daily, at("2026-03-30")) == [f"daily 2026-03-{day}" for day in range(20, 30)]
    assert names(MONTHLY, at("2026-12-31")) == [f"monthly 2026-{month}-01" for month in ("09", "10", "11")]


@given(
    report=st.sampled_from(["daily", "weekly", "monthly"]),
    day=st.integers(0, 7),
    clock=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    moments=st.lists(st.integers(0, 200 * 24 * 60), min_size=2, max_size=30),
)
def test_looked_at_at_any_moments_each_period_is_due_once(
    report: str, day: int, clock: time, moments: list[int]
) -> None:
    """Whoever looks and marks what he found has each period once, none too early."""
    mailing = Mailing(name="x", report=report, day=day, at=clock, owners=True)  # type: ignore[arg-type]  # one of them
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    done: list[str] = []
    previous = begin
    for moment in sorted(moments):
        now = begin + timedelta(minutes=moment)
        found = due(mailing, now, begin, ZONE, DAYS, frozenset(done))
        assert all(begin <= one.at <= now and one.of.until <= one.at for one in found)
        assert [one.at for one in found] == sorted(one.at for one in found)
        late = previous < now - LATEST[Kind(report)]
        assert late or all(one.at > previous or previous == begin for one in found)
        done += [one.name for one in found]
        previous = now
    assert len(done) == len(set(done))
