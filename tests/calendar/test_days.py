"""Which days are worked: the State Council's notices, the holidays file, and what nobody knows."""

from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest

from probe.calendar import CalendarError, NoCalendar, WorkingDays, warnings, working_days
from probe.calendar.days import nature
from probe.calendar.hours import Nature
from tests.calendar.reading import CHINA, SHANGHAI, utc

LAST = max(chinese_calendar.holidays).year  # of the installed version
NEXT = LAST + 1
FILE = f"""
complete = [{NEXT}]

[rest]
"{NEXT}-10-01/{NEXT}-10-07" = "国庆节"
2026-03-04 = "本地放假"

[work]
2026-03-07 = "补班"
"""


def stated(tmp_path: Path, text: str = FILE, country: str = "CN") -> WorkingDays:
    file = tmp_path / "holidays.toml"
    file.write_text(text, encoding="utf-8")
    return working_days(country, file)


@pytest.mark.parametrize(
    ("first", "last", "kind"),
    [
        # 国办发明电〔2024〕12号, for 2025
        (date(2025, 1, 1), date(2025, 1, 1), Nature.HOLIDAY),
        (date(2025, 1, 26), date(2025, 1, 26), Nature.MAKE_UP),
        (date(2025, 1, 28), date(2025, 2, 4), Nature.HOLIDAY),
        (date(2025, 2, 8), date(2025, 2, 8), Nature.MAKE_UP),
        (date(2025, 4, 4), date(2025, 4, 6), Nature.HOLIDAY),
        (date(2025, 9, 27), date(2025, 9, 27), Nature.WEEKEND),
        (date(2025, 9, 28), date(2025, 9, 28), Nature.MAKE_UP),
        (date(2025, 9, 29), date(2025, 9, 30), Nature.WORKING),
        (date(2025, 10, 1), date(2025, 10, 8), Nature.HOLIDAY),
        (date(2025, 10, 9), date(2025, 10, 10), Nature.WORKING),
        (date(2025, 10, 11), date(2025, 10, 11), Nature.MAKE_UP),
        (date(2025, 10, 12), date(2025, 10, 12), Nature.WEEKEND),
        # 国办发明电〔2025〕7号, for 2026
        (date(2026, 1, 1), date(2026, 1, 3), Nature.HOLIDAY),
        (date(2026, 1, 4), date(2026, 1, 4), Nature.MAKE_UP),
        (date(2026, 2, 15), date(2026, 2, 23), Nature.HOLIDAY),
        (date(2026, 2, 28), date(2026, 2, 28), Nature.MAKE_UP),
        (date(2026, 9, 25), date(2026, 9, 27), Nature.HOLIDAY),
        (date(2026, 10, 10), date(2026, 10, 10), Nature.MAKE_UP),
    ],
)
def test_china(first: date, last: date, kind: Nature) -> None:
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        assert nature(day, CHINA) is kind, day
        assert CHINA.is_working(day) == (kind in {Nature.WORKING, Nature.MAKE_UP})


def test_beyond_its_data_nobody_knows() -> None:
    assert CHINA.known_until == date(LAST, 12, 31)
    with pytest.raises(NoCalendar) as caught:
        CHINA.is_working(date(NEXT, 1, 4))
    assert caught.value.text("en") == (
        f"nobody knows whether {NEXT}-01-04 is worked: the calendar ends with {LAST}-12-31. Upgrade it "
        f"(pip install -U chinesecalendar), or enter {NEXT} in the holidays file with complete = [{NEXT}]"
    )
    with pytest.raises(NoCalendar):
        CHINA.is_working(date(2003, 12, 31))


def test_another_country_has_no_calendar_until_a_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoCalendar) as caught:
        working_days("DE").is_working(date(2026, 11, 25))
    assert "DE" in caught.value.text("zh")
    german = stated(tmp_path, 'complete = [2026]\n[rest]\n2026-12-25 = "Weihnachten"\n', "DE")
    assert german.is_working(date(2026, 12, 24))
    assert not german.is_working(date(2026, 12, 25))
    assert not german.is_working(date(2026, 12, 26))
    assert german.known_until == date(2026, 12, 31)
    with pytest.raises(NoCalendar):
        german.is_working(date(2027, 1, 4))


def test_the_file_corrects_and_extends(tmp_path: Path) -> None:
    days = stated(tmp_path)
    assert not days.is_working(date(2026, 3, 4))
    assert nature(date(2026, 3, 7), days) is Nature.MAKE_UP
    assert days.is_working(date(2026, 3, 5))
    assert nature(date(NEXT, 10, 2), days) is Nature.HOLIDAY
    assert days.known_until == date(NEXT, 12, 31)
    with pytest.raises(NoCalendar) as caught:
        days.is_working(date(NEXT + 1, 1, 4))
    assert f"{NEXT}-12-31" in caught.value.text("en")


def test_a_year_with_a_gap_before_it_does_not_count(tmp_path: Path) -> None:
    text = f'complete = [{NEXT + 1}]\n[rest]\n"{NEXT + 1}-10-01/{NEXT + 1}-10-07" = ""\n'
    days = stated(tmp_path, text)
    assert days.known_until == date(LAST, 12, 31)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("compleet = [2027]", "1: 'compleet' is not known. Did you mean complete?"),
        ("x9 = 1", "1: 'x9' is not known; there are: complete, [rest], [work]"),
        ("complete = 2027", "1: complete is a list of years, like complete = [2027]; it is 2027"),
        ("complete = [27]", "1: complete is a list of years, like complete = [2027]; it is [27]"),
        (
            "complete = [2027]",
            "1: 2027 is said to be complete, but no Monday to Friday of it is a rest day. "
            "Enter its holidays, or take the year out",
        ),
        ("rest = 1", "1: rest is a table: write [rest] and a date on each line below"),
        ('[rest]\n2027-02-30 = ""', "2: '2027-02-30' is no date; write 2027-10-01 or \"2027-10-01/2027-10-07\""),
        (
            '[rest]\n\n"2027-10-07/2027-10-01" = ""',
            "3: '2027-10-07/2027-10-01' is no date; write 2027-10-01 or \"2027-10-01/2027-10-07\"",
        ),
        ("[work]\n2027-10-09 = true", '2: the note of 2027-10-09 is a text in quotation marks, like "National Day"'),
        (
            '[rest]\n"2027-10-01/2027-10-07" = ""\n[work]\n2027-10-03 = ""',
            "4: 2027-10-03 stands in line 2 already",
        ),
        (
            "[rest]\n2027-10-01\n",
            "2: this is not TOML: Expected '=' after a key in a key/value pair. "
            'A line is like "2027-02-06/2027-02-12" = "Spring Festival"',
        ),
    ],
)
def test_mistakes_in_the_file(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(CalendarError) as caught:
        stated(tmp_path, text)
    assert caught.value.text("en") == f"{tmp_path / 'holidays.toml'}:{said}"
    assert str(tmp_path) in caught.value.text("zh")
    assert caught.value.exit_code == 3


def test_every_mistake_at_once(tmp_path: Path) -> None:
    with pytest.raises(CalendarError) as caught:
        stated(tmp_path, 'complete = [1]\n[rest]\n2027-13-01 = ""\n2027-01-01 = 3\n[wrok]\n')
    assert [mistake.values["line"] for mistake in caught.value.mistakes] == [1, 3, 4, 5]
    assert len(caught.value.text("zh").splitlines()) == 4


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(CalendarError) as caught:
        working_days("CN", tmp_path / "none.toml")
    assert caught.value.key == "calendar.file_missing"
    with pytest.raises(CalendarError) as caught:
        working_days("CN", tmp_path)
    assert caught.value.key == "calendar.file_unreadable"
    (tmp_path / "gbk.toml").write_bytes("[rest]\n2027-01-01 = '元旦'".encode("gbk"))
    with pytest.raises(CalendarError) as caught:
        working_days("CN", tmp_path / "gbk.toml")
    assert caught.value.key == "calendar.file_not_text"


@pytest.mark.parametrize(
    ("before_end", "key"),
    [(61, None), (60, "calendar.ends_soon"), (0, "calendar.ends_soon"), (-1, "calendar.ended")],
)
def test_the_end_is_announced_weeks_before(before_end: int, key: str | None) -> None:
    found = warnings(CHINA, date(LAST, 12, 31) - timedelta(days=before_end), SHANGHAI)
    assert [w.key for w in found] == ([key] if key else [])
    for warning in found:
        assert (warning.until, warning.days_left) == (date(LAST, 12, 31), before_end)
        assert f"{LAST}-12-31" in warning.text("zh")


def test_today_is_that_of_the_zone() -> None:
    late = utc(f"{LAST}-12-31T16:30:00+00:00")  # half past midnight in Shanghai
    assert warnings(CHINA, late, SHANGHAI)[0].key == "calendar.ended"
    assert warnings(CHINA, late, ZoneInfo("Europe/Berlin"))[0].key == "calendar.ends_soon"


def test_no_calendar_at_all_is_a_warning() -> None:
    assert [w.key for w in warnings(working_days("DE"), date(2026, 11, 25), SHANGHAI)] == ["calendar.none"]
