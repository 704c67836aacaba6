"""Directories, policies, histories and clocks as hypothesis makes them up: midnights, strange zones, clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from probe.calendar import Opening
from probe.model import Number
from probe.plan import Attempt, Policy
from tests.plan.oracle import NEVER

ZONES = (
    "Asia/Shanghai",
    "Asia/Urumqi",
    "Europe/Berlin",
    "America/Santiago",  # its clocks change at midnight
    "Australia/Lord_Howe",  # by half an hour
    "Asia/Kathmandu",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
)
DAYS = st.one_of(
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.sampled_from(
        [date(2026, 3, 29), date(2026, 10, 25), date(2026, 4, 4), date(2026, 9, 6), date(2026, 10, 4), date(2026, 4, 5)]
    ),  # changes of clock in these zones
)
NUMBERS = tuple(f"+865718725{i:04d}" for i in range(6))
OFFICES = ("甲局", "乙局")
CALLERS = ("", "8001", "8002")


def policies() -> st.SearchStrategy[Policy]:
    """Any policy within the ceilings."""
    return st.builds(
        Policy,
        base_calls=st.integers(1, 12),
        base_gap_s=st.sampled_from([300.0, 1800.0, 7200.0]),
        late_s=st.sampled_from([60.0, 600.0]),
        preset=st.sampled_from(["default", "strict"]),
        answered_per_day=st.integers(1, 3),
        attempts_per_24h=st.integers(1, 16),
        attempts_per_5min=st.integers(1, 3),
        gap_s=st.sampled_from([60.0, 120.0, 600.0]),
        call_from=st.sampled_from([time(8), time(9, 30)]),
        call_until=st.sampled_from([time(21), time(17), time(12, 15)]),
        caller_id_per_hour=st.integers(1, 40),
        calls_per_day=st.integers(1, 80),
        allow=st.sampled_from([(), (), ("+86571*",), ("+8657187250001", "+8657187250002")]),
        canaries=st.sampled_from([(), ("+8657187250003",)]),
        area_code=st.just("0571"),
        timezone=st.sampled_from(ZONES),
    )


def numbers() -> st.SearchStrategy[Number]:
    """One number, sometimes one that may never be dialled."""
    return st.builds(
        lambda number, unit, zone, off_hours, interval: Number(
            number=number, written=number, unit=unit, timezone=zone, off_hours=off_hours, interval_min=interval
        ),
        st.one_of(st.sampled_from(NUMBERS), st.sampled_from(NUMBERS), st.sampled_from(sorted(NEVER))),
        st.sampled_from(OFFICES),
        st.sampled_from(("", *ZONES)),
        st.booleans(),
        st.sampled_from([0, 0, 45, 400]),
    )


def directories() -> st.SearchStrategy[list[Number]]:
    """Some numbers, each once."""
    return st.lists(numbers(), max_size=6, unique_by=lambda number: number.number)


def shifts() -> st.SearchStrategy[tuple[tuple[int, int], ...]]:
    """Hours as minutes after midnight; they may be very short, lie in the night, or run over midnight."""
    usual = st.sampled_from([((540, 720), (840, 1020)), ((510, 690), (810, 1050)), ((0, 1440),), ((1320, 1800),)])
    marks = st.lists(st.integers(0, 2000), min_size=2, max_size=6, unique=True).map(sorted)
    odd = marks.map(lambda m: tuple((a, b) for a, b in zip(m[::2], m[1::2], strict=False)))
    return st.one_of(usual, odd)


def opened(day: date, spans: tuple[tuple[int, int], ...], zone: ZoneInfo) -> tuple[Opening, ...]:
    """Hours on a day, on the wall clock of a zone."""
    found = []
    for first, last in spans:
        start, end = (
            (datetime.combine(day, time()) + timedelta(minutes=m)).replace(tzinfo=zone).astimezone(UTC)
            for m in (first, last)
        )
        if start < end and (not found or found[-1].end <= start):
            found.append(Opening(start=start, end=end))
    return tuple(found)


def attempts(around: datetime, office_of: dict[str, str]) -> st.SearchStrategy[list[Attempt]]:
    """What was dialled in the two days around a moment; dense near to it."""
    return st.lists(
        st.builds(
            lambda ago, number, caller, answered, lasted: Attempt(
                at=around - timedelta(seconds=ago),
                number=number,
                office=office_of.get(number, OFFICES[0]),
                caller_id=caller,
                answered=answered,
                ended_at=None if lasted is None else around - timedelta(seconds=ago - lasted),
            ),
            st.one_of(st.integers(-600, 900), st.integers(-90_000, 180_000), st.sampled_from([86_400, 300, 120, 3600])),
            st.sampled_from(NUMBERS[:3]),
            st.sampled_from(CALLERS),
            st.sampled_from([True, False, False, None]),
            st.sampled_from([None, 5, 60, 120]),
        ),
        max_size=30,
        unique_by=lambda attempt: (attempt.number, attempt.at),
    )
