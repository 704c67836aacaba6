"""Hours, a day, a zone → UTC: sorted, disjoint, whatever the clocks do."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from probe.calendar import HoursError, NoCalendar, Opening, lunch, openings, openings_of, parse_hours, working_days
from probe.model import Number
from tests.calendar.reading import CHINA, MONDAY, SHANGHAI, on, opened, utc

OFFICE = "周一至周五 9:00-12:00,13:30-17:00"
BERLIN, NEW_YORK, LORD_HOWE = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")
ZONES = [
    SHANGHAI,
    BERLIN,
    NEW_YORK,
    LORD_HOWE,
    *map(ZoneInfo, ["Asia/Urumqi", "Africa/Casablanca", "America/Nuuk", "Pacific/Apia"]),
]


def test_in_utc() -> None:
    assert openings(parse_hours(OFFICE), MONDAY, SHANGHAI, CHINA) == (
        Opening(start=utc("2026-01-12T01:00:00Z"), end=utc("2026-01-12T04:00:00Z")),
        Opening(start=utc("2026-01-12T05:30:00Z"), end=utc("2026-01-12T09:00:00Z")),
    )


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        (date(2025, 9, 27), ""),  # an ordinary Saturday
        (date(2025, 9, 28), "09:00-12:00 13:30-17:00"),  # the Sunday worked for it
        (date(2025, 9, 30), "09:00-12:00 13:30-17:00"),
        *((date(2025, 10, n), "") for n in range(1, 9)),
        (date(2025, 10, 9), "09:00-12:00 13:30-17:00"),
        (date(2025, 10, 11), "09:00-12:00 13:30-17:00"),  # a Saturday, worked
        (date(2026, 2, 14), "09:00-12:00 13:30-17:00"),  # the same before the Spring Festival
        (date(2026, 2, 16), ""),
    ],
)
def test_an_office_through_real_holidays(day: date, hours: str) -> None:
    assert opened(OFFICE, day) == hours


def test_a_saturday_of_a_holiday_is_no_saturday() -> None:
    text = "周一至周六 9:00-17:00"
    assert opened(text, date(2025, 9, 27)) == "09:00-17:00"
    assert opened(text, date(2025, 10, 4)) == ""


def test_who_is_open_every_day_needs_no_calendar() -> None:
    far = date(2090, 1, 1)
    assert opened("每天 8:00-20:00", far) == "08:00-20:00"
    with pytest.raises(NoCalendar):
        opened(OFFICE, far)


def test_a_zone_in_the_text_outranks_the_numbers() -> None:
    found = openings(parse_hours("北京时间 10:00-14:00"), MONDAY, ZoneInfo("Asia/Urumqi"), CHINA)
    assert [o.start for o in found] == [utc("2026-01-12T02:00:00Z")]


@pytest.mark.parametrize(
    ("text", "day", "zone", "start", "end"),
    [
        # Clocks go from 2:00 to 3:00 on 29 March 2026 in Berlin, and from 3:00 to 2:00 on 25 October.
        ("每天 02:30-8:00", date(2026, 3, 29), BERLIN, "2026-03-29T01:30Z", "2026-03-29T06:00Z"),
        ("每天 02:30-8:00", date(2026, 10, 25), BERLIN, "2026-10-25T00:30Z", "2026-10-25T07:00Z"),
        ("24小时", date(2026, 3, 29), BERLIN, "2026-03-28T23:00Z", "2026-03-29T22:00Z"),
        ("24小时", date(2026, 10, 25), BERLIN, "2026-10-24T22:00Z", "2026-10-25T23:00Z"),
        ("每天 20:00-8:00", date(2026, 3, 28), BERLIN, "2026-03-28T19:00Z", "2026-03-29T06:00Z"),
        # Half an hour, on Lord Howe Island: from 2:00 to 2:30 on 4 October 2026.
        ("24小时", date(2026, 10, 4), LORD_HOWE, "2026-10-03T13:30Z", "2026-10-04T13:00Z"),
    ],
)
def test_when_the_clocks_change(text: str, day: date, zone: ZoneInfo, start: str, end: str) -> None:
    found = openings(parse_hours(text), day, zone, CHINA)
    assert found == (Opening(start=utc(start), end=utc(end)),)


def test_hours_that_the_clock_turns_around_are_none() -> None:
    assert openings(parse_hours("每天 02:30-03:15"), date(2026, 3, 29), BERLIN, CHINA) == ()


def test_a_day_that_a_zone_skipped_has_no_hours() -> None:
    apia = ZoneInfo("Pacific/Apia")
    assert openings(parse_hours("24小时"), date(2011, 12, 30), apia, CHINA) == ()
    assert len(openings(parse_hours("24小时"), date(2011, 12, 31), apia, CHINA)) == 1


@pytest.mark.parametrize(
    ("text", "gap"),
    [
        (OFFICE, ("04:00", "05:30")),
        ("工作日 8:30-11:30,14:30-18:00", ("03:30", "06:30")),
        ("工作日 9:00-17:00", None),
        ("工作日 9:00-10:00,15:00-17:00", None),  # five hours are no lunch
        ("工作日 9:00-17:00,18:00-20:00", None),
    ],
)
def test_lunch(text: str, gap: tuple[str, str] | None) -> None:
    found = lunch(openings(parse_hours(text), MONDAY, SHANGHAI, CHINA), SHANGHAI)
    assert (found and (f"{found.start:%H:%M}", f"{found.end:%H:%M}")) == gap


def office(number: str = "+8657187250001", **facts: str) -> str:
    entry = Number(number=number, written=number, unit="甲", **facts)  # type: ignore[arg-type]
    found = openings_of(entry, MONDAY, default_hours=OFFICE, timezone="Asia/Shanghai", days=CHINA)
    return " ".join(f"{o.start.astimezone(SHANGHAI):%H:%M}-{o.end.astimezone(SHANGHAI):%H:%M}" for o in found)


@pytest.mark.parametrize(
    ("number", "facts", "hours"),
    [
        ("+8657187250001", {}, "09:00-12:00 13:30-17:00"),
        ("+8657187250001", {"hours": "9:00-17:00"}, "09:00-17:00"),
        ("+8657187250001", {"hours": "周六、周日休息"}, "09:00-12:00 13:30-17:00"),
        ("+8657187250001", {"hours": "周一休息"}, ""),
        # Xinjiang (0991 Ürümqi, 0902 Hami): two hours later without hours, as written with them.
        ("+869912345678", {}, "11:00-14:00 15:30-19:00"),
        ("+869022345678", {}, "11:00-14:00 15:30-19:00"),
        ("+869912345678", {"hours": "10:00-19:00"}, "10:00-19:00"),
        ("+869912345678", {"timezone": "Asia/Urumqi"}, "11:00-14:00 15:30-19:00"),
        ("+869912345678", {"timezone": "Asia/Urumqi", "hours": "10:00-17:00"}, "12:00-19:00"),
        # 0971 is Xining, 0898 Haikou, and a mobile phone lies nowhere.
        ("+869712345678", {}, "09:00-12:00 13:30-17:00"),
        ("+8689812345678", {}, "09:00-12:00 13:30-17:00"),
        ("+8613991234567", {}, "09:00-12:00 13:30-17:00"),
    ],
)
def test_the_hours_of_a_number(number: str, facts: dict[str, str], hours: str) -> None:
    assert office(number, **facts) == hours


def test_hours_round_the_clock_are_not_shifted() -> None:
    number = Number(number="+869912345678", written="0991", unit="甲")
    found = openings_of(number, MONDAY, default_hours="24小时", timezone="Asia/Shanghai", days=CHINA)
    assert [f"{o.start:%H:%M}" for o in found] == ["16:00"]


TIMES = st.integers(0, 24 * 12 - 2).flatmap(
    lambda a: st.integers(a + 2, 24 * 12).map(
        lambda b: f"{a // 12:02d}:{a % 12 * 5:02d}-{b // 12:02d}:{b % 12 * 5:02d}"
    )
)
WHEN = st.sampled_from(
    [
        "",
        "工作日 ",
        "周一至周六 ",
        "每天 ",
        "周六日 ",
        "夏季 ",
        "冬季 ",
        "5月1日-9月30日 ",
        "10月至次年4月 ",
        "2026年7月1日起 ",
        "节假日 ",
    ]
)
MARK = st.sampled_from(
    ["", "，周五下午休息", "（节假日照常）", "，午休12:00-13:30", "，7月休息", "，节假日除外", " 20:00-次日8:00"]
)
GROUP = st.builds(lambda when, times, mark: f"{when}{','.join(times)}{mark}", WHEN, st.lists(TIMES, max_size=3), MARK)
TEXTS = st.lists(GROUP, min_size=1, max_size=3).map("；".join)
NOISE = st.lists(
    st.sampled_from(
        [
            *"周一至五六日天0123456789:：-—~,，；、()（） .月年上下午点半时起止除外含休",
            "工作日",
            "节假日",
            "夏季",
            "休息",
            "照常",
            "9:00-17:00",
            "午休",
        ]
    ),
    max_size=14,
).map("".join)
DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 25))


def check(found: Iterable[Opening], day: date, zone: ZoneInfo) -> None:
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    before = midnight - timedelta(hours=1)
    for o in found:
        assert before < o.start < o.end <= midnight + timedelta(hours=50)
        assert o.start.astimezone(zone).date() in {day, day + timedelta(days=1)}
        assert o.start.tzinfo is o.end.tzinfo is UTC
        before = o.end


@settings(deadline=None, max_examples=300)
@given(TEXTS | NOISE, DAYS, st.sampled_from(ZONES))
@example("每天 02:00-02:50,03:00-04:00", date(2026, 3, 29), BERLIN)
@example("每天 01:30-02:15,02:45-04:00", date(2026, 10, 25), BERLIN)
@example("每天 20:00-次日8:00", date(2026, 3, 28), BERLIN)
def test_whatever_is_understood_opens_in_order_within_its_day(text: str, day: date, zone: ZoneInfo) -> None:
    try:
        hours = parse_hours(text)
    except HoursError:
        return
    check(openings(hours, day, zone, CHINA), day, zone)


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=40))
def test_no_text_makes_it_stumble(text: str) -> None:
    said = ""
    try:
        parse_hours(text)
    except HoursError as error:
        said = error.text("zh") + error.text("en")
    assert said.isprintable()


DASHES = st.sampled_from(["-", "—", "～", "至", "到", " - ", "－"])
COMMAS = st.sampled_from([",", "，", "、", " ", "；", ", "])
PRINTED = st.sampled_from(["{h}:{m:02d}", "{h:02d}：{m:02d}", "{h}点{m:02d}分", "{h}时{m:02d}分"])
SPANS = st.lists(st.integers(6 * 12, 23 * 12), min_size=2, max_size=6, unique=True).map(
    lambda marks: [(a * 5, b * 5) for a, b in batched(sorted(marks)) if b - a >= 2]
)


def batched(marks: list[int]) -> list[tuple[int, int]]:
    return list(zip(marks[::2], marks[1::2], strict=False))


@settings(deadline=None, max_examples=200)
@given(SPANS, st.integers(0, 6), st.integers(0, 6), DASHES, COMMAS, PRINTED)
def test_what_is_written_is_what_is_read(
    spans: list[tuple[int, int]], first: int, last: int, dash: str, comma: str, form: str
) -> None:
    assume(spans)
    names = "一二三四五六日"
    times = comma.join(dash.join(form.format(h=n // 60, m=n % 60) for n in span) for span in spans)
    text = f"周{names[first]}{dash}周{names[last]} {times}"
    for n in range(7):
        due = (n - first) % 7 <= (last - first) % 7
        written = " ".join(f"{a // 60}:{a % 60:02d}-{b // 60}:{b % 60:02d}" for a, b in spans)
        assert on(text, MONDAY + timedelta(days=n)) == (written if due else "")


def minutes(found: Iterable[Opening], day: date) -> set[int]:
    midnight = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
    return {
        n
        for o in found
        for n in range(int((o.start - midnight).total_seconds()) // 60, int((o.end - midnight).total_seconds()) // 60)
    }


@settings(deadline=None, max_examples=100)
@given(st.lists(TIMES, min_size=1, max_size=2), st.lists(TIMES, min_size=1, max_size=2), DAYS)
def test_without_dates_a_season_never_opens_more_than_either_reading(
    summer: list[str], winter: list[str], day: date
) -> None:
    def at(text: str) -> set[int]:
        return minutes(openings(parse_hours(text), day, SHANGHAI, CHINA), day)

    try:
        both = at(f"夏季 {','.join(summer)}；冬季 {','.join(winter)}")
    except HoursError:
        return  # out of order
    readings = (at(",".join(summer)), at(",".join(winter)))
    assert both in (readings[0], readings[1], readings[0] & readings[1])
    assert (day.month not in {4, 5, 6, 9, 10}) or both == readings[0] & readings[1]


def test_a_hundred_thousand_numbers_take_a_second() -> None:
    numbers = [
        Number(
            number=f"+86571{n:08d}", written="", unit="甲", hours=f"工作日 {8 + n % 2}:{n % 60:02d}-12:00,13:30-17:00"
        )
        for n in range(100_000)
    ]
    days = working_days("CN")
    began = process_time()
    for number in numbers:
        openings_of(number, MONDAY, default_hours=OFFICE, timezone="Asia/Shanghai", days=days)
    assert process_time() - began < 2.0
