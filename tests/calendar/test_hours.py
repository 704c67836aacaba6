"""The grammar of docs/calendar.md: what directories write, and what it means."""

from datetime import date, timedelta

import pytest

from probe.calendar import HoursError, parse_hours
from probe.calendar.hours import Nature
from probe.calendar.tokens import FORMS
from tests.calendar.reading import JULY, MAY, MONDAY, on

FRIDAY, SATURDAY, SUNDAY = (MONDAY + timedelta(days=n) for n in (4, 5, 6))
OFFICE = "9:00-12:00 13:30-17:00"


@pytest.mark.parametrize(
    "text",
    [
        "周一至周五 9:00-12:00,13:30-17:00",
        "周一至周五 9:00-12:00 13:30-17:00",
        "周一到周五上午9点-12点，下午1点半-5点",
        "周一—周五 9：00～12：00；13：30～17：00",
        "周一至五　９：００－１２：００、１３：３０－１７：００",
        "星期一至星期五 上午：9:00—12:00 下午：13:30—17:00",
        "工作日 上午九点至十二点，下午一点半至五点",
        "法定工作日9时-12时，13时30分-17时",
        "国家法定工作日9:00-12:00,13:30-17:00",
        "工作日（周一至周五）9:00-12:00,13:30-17:00",
        "工作时间：周一至周五 09:00-12:00，13:30-17:00（法定节假日除外）",
        "周一至周五（法定节假日除外）9:00-12:00，13:30-17:00",
        "周一至周五，法定节假日除外，9:00-12:00，13:30-17:00",
        "除法定节假日外，周一至周五 9:00-12:00，13:30-17:00",
        "9:00-12:00，13:30-17:00",
        "9:00-12:00，13:30-17:00（周一至周五）",
        "9:00-12:00，13:30-17:00 周一至周五",
        "每周一至周五 9:00-12:00,13:30-17:00，周六、周日休息",
        "周一至周五 9:00-12:00,13:30-17:00（双休日、节假日休息）",
        "周一至周五 9:00-17:00，12:00-13:30午休",
        "周一至周五 9:00-17:00（午休12:00-13:30）",
        "周一至周五 9:00-17:00，中午12:00-13:30休息",
        "0900-1200 1330-1700",
        "9.00-12.00,13.30-17.00",
        "周1至周5 9:00-12:00,13:30-17:00",
        "周1-5 9:00-12:00,13:30-17:00",
        "周一至周五 9:00-12:00,13:30-17:00，法定节假日按国家规定执行",
        "周一至周五 9:00-12:00,13:30-17:00（不包含节假日）",
        "Mon-Fri 9:00-12:00, 13:30-17:00",
        "Monday to Friday: 9am-12pm and 1:30pm-5pm",
        "Working days 9:00 a.m. - 12:00 p.m.; 1:30 p.m. - 5:00 p.m.",
        "weekdays 9:00-12:00 & 13:30-17:00 except public holidays",
    ],
)
def test_an_office(text: str) -> None:
    assert [on(text, MONDAY + timedelta(days=n)) for n in range(7)] == [OFFICE] * 5 + ["", ""]
    assert on(text, MONDAY, Nature.HOLIDAY) == ""
    assert on(text, SATURDAY, Nature.MAKE_UP) == OFFICE
    assert on(text, SUNDAY, Nature.HOLIDAY) == ""


@pytest.mark.parametrize(
    "text", ["24小时", "7×24小时", "7*24小时服务", "全天24小时", "24/7", "全年无休 24小时", "24 hours"]
)
def test_round_the_clock(text: str) -> None:
    for nature in Nature:
        assert on(text, MONDAY, nature) == "0:00-24:00"
    assert not parse_hours(text).needs_calendar


@pytest.mark.parametrize(
    "text", ["每天 8:00-20:00", "全年无休 8:00-20:00", "每日8:00至20:00", "365天 8:00-20:00", "daily 8:00-20:00"]
)
def test_every_day_is_every_day(text: str) -> None:
    assert {on(text, day, nature) for day in (MONDAY, SATURDAY) for nature in Nature} == {"8:00-20:00"}


@pytest.mark.parametrize(
    ("text", "weekday", "saturday", "holiday", "make_up"),
    [
        # Seven days are named, holidays are not: nobody says that they are worked.
        ("周一至周日 9:00-17:00", "9:00-17:00", "9:00-17:00", "", "9:00-17:00"),
        ("周一至周日 9:00-17:00（含节假日）", "9:00-17:00", "9:00-17:00", "9:00-17:00", "9:00-17:00"),
        ("周一至周五 9:00-17:00，节假日照常", "9:00-17:00", "", "9:00-17:00", "9:00-17:00"),
        ("工作日 9:00-17:00，周末照常", "9:00-17:00", "9:00-17:00", "", "9:00-17:00"),
        ("工作日 9:00-17:00 节假日 10:00-16:00", "9:00-17:00", "", "10:00-16:00", "9:00-17:00"),
        ("工作日 9:00-17:00；节假日正常上班 10:00-16:00", "9:00-17:00", "", "10:00-16:00", "9:00-17:00"),
        ("每天 9:00-17:00（节假日除外）", "9:00-17:00", "9:00-17:00", "", "9:00-17:00"),
        ("周一至周五 9:00-17:00 周六 9:00-12:00", "9:00-17:00", "9:00-12:00", "", "9:00-17:00"),
        ("工作日 8:30-17:30；周末：9:00-16:00", "8:30-17:30", "9:00-16:00", "", "8:30-17:30"),
        ("9:00-17:00（周一至周五）、9:00-12:00（周六）", "9:00-17:00", "9:00-12:00", "", "9:00-17:00"),
        ("工作日24小时", "0:00-24:00", "", "", "0:00-24:00"),
        ("法定节假日 10:00-16:00", "", "", "10:00-16:00", ""),
        ("非工作日 10:00-16:00", "", "10:00-16:00", "10:00-16:00", ""),
    ],
)  # fmt: skip
def test_weekends_and_holidays(text: str, weekday: str, saturday: str, holiday: str, make_up: str) -> None:
    assert on(text, MONDAY) == weekday
    assert on(text, SATURDAY) == saturday
    assert on(text, MONDAY, Nature.HOLIDAY) == holiday
    assert on(text, SATURDAY, Nature.MAKE_UP) == make_up


@pytest.mark.parametrize(
    ("text", "monday", "friday", "make_up"),
    [
        ("周一至周四 9:00-17:00，周五 9:00-12:00", "9:00-17:00", "9:00-12:00", "9:00-12:00"),
        ("周一至周五 9:00-17:00（周五下午休息）", "9:00-17:00", "9:00-12:00", "9:00-12:00"),
        ("周一至周五(除周五下午外)9:00-17:00", "9:00-17:00", "9:00-12:00", "9:00-12:00"),
        ("工作日9:00-17:00，周五下午不对外办公", "9:00-17:00", "9:00-12:00", "9:00-12:00"),
        ("工作日 9:00-17:00（周五下午政治学习）", "9:00-17:00", "9:00-12:00", "9:00-12:00"),
        ("工作日 9:00-17:00，周五 9:00-12:00", "9:00-17:00", "9:00-12:00", "9:00-12:00"),
        ("工作日 9:00-12:00，周五下午14:00-17:00", "9:00-12:00", "9:00-12:00 14:00-17:00", "9:00-12:00"),
        ("工作日 14:00-17:00，周五 9:00-12:00", "14:00-17:00", "9:00-12:00 14:00-17:00", "14:00-17:00"),
        ("周一、三、五 9:00-12:00", "9:00-12:00", "9:00-12:00", ""),
        ("周一、周三和周五上午9:00-12:00", "9:00-12:00", "9:00-12:00", ""),
        ("周二至周日 9:00-17:00，周一闭馆，节假日照常开放", "", "9:00-17:00", ""),
    ],
)
def test_a_make_up_day_has_what_all_working_days_have_in_common(
    text: str, monday: str, friday: str, make_up: str
) -> None:
    assert on(text, MONDAY) == monday
    assert on(text, FRIDAY) == friday
    assert on(text, SATURDAY, Nature.MAKE_UP) == make_up


@pytest.mark.parametrize(
    ("text", "january", "july"),
    [
        ("5月1日-9月30日 14:30-17:30；10月1日-4月30日 13:30-17:00", "13:30-17:00", "14:30-17:30"),
        ("工作日 5月1日-9月30日 14:30-17:30；10月1日-4月30日 13:30-17:00", "13:30-17:00", "14:30-17:30"),
        ("夏季（5月1日-9月30日）14:30-17:30，冬季14:00-17:00", "14:00-17:00", "14:30-17:30"),
        ("夏季(5.1-9.30) 14:30-17:30 冬季(10.1-4.30) 13:30-17:00", "13:30-17:00", "14:30-17:30"),
        ("14:30-17:30（夏季），13:30-17:00（冬季）", "13:30-17:00", "14:30-17:30"),
        ("10月至次年4月 14:00-17:30，5月至9月 15:00-18:00", "14:00-17:30", "15:00-18:00"),
        ("5月至9月9:00-17:00；10月至4月9:00-16:30", "9:00-16:30", "9:00-17:00"),
        ("（夏季）15:00-18:00（冬季）14:30-17:30", "14:30-17:30", "15:00-18:00"),
        ("工作日 9:00-17:00；7、8月 9:00-12:00", "9:00-17:00", "9:00-12:00"),
        ("5-9月 9:00-17:00；其他时间 9:00-16:30", "9:00-16:30", "9:00-17:00"),
        ("工作日 9:00-17:00；7月 9:00-12:00", "9:00-17:00", "9:00-12:00"),
        ("1月-2月、11月-12月 9:00-16:00", "9:00-16:00", ""),
        # An exception for the afternoon leaves the morning as it is.
        ("上午8:30-12:00，下午14:00-17:30（夏季14:30-18:00）", "8:30-12:00 14:00-17:30", "8:30-12:00 14:30-18:00"),
        ("9-12点（夏季8-12点），14-17点（夏季15-18点）", "9:00-12:00 14:00-17:00", "8:00-12:00 15:00-18:00"),
        # One that goes through noon is replaced.
        ("法定工作日9:00-17:00（夏季14:30-18:00）", "9:00-17:00", "14:30-18:00"),
        ("8:00-9:00，14:00-17:00（7月10:00-12:00）", "8:00-9:00 14:00-17:00", "10:00-12:00"),
        ("周一至周五 9:00-17:00 7月-8月休息", "9:00-17:00", ""),
    ],
)  # fmt: skip
def test_seasons(text: str, january: str, july: str) -> None:
    assert on(text, MONDAY) == january
    assert on(text, JULY) == july


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("夏季 14:30-17:30 冬季 14:00-17:00", "14:30-17:00"),
        ("法定工作日9:00-17:00（夏季14:30-18:00）", "14:30-17:00"),
        ("夏季（5月1日-9月30日）14:30-17:30，冬季14:00-17:00", "14:30-17:30"),
    ],
)
def test_in_may_nobody_knows_whether_it_is_summer_unless_the_text_says(text: str, may: str) -> None:
    assert on(text, MAY) == may
    assert parse_hours(text).season_without_dates == ("5月" not in text)


def test_a_word_said_again_ends_what_was_said_after_it() -> None:
    text = "周一至周五 夏季 8:00-12:00；冬季 9:00-12:00；周六 9:00-11:00"
    assert [on(text, day) for day in (MONDAY, JULY, SATURDAY, JULY + timedelta(days=5))] == [
        "9:00-12:00",
        "8:00-12:00",
        "9:00-11:00",
        "9:00-11:00",
    ]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026年3月1日至2026年6月30日 每天 9:00-17:00", date(2026, 3, 1), date(2026, 6, 30)),
        ("2026年3月1日至6月30日 每天 9:00-17:00", date(2026, 3, 1), date(2026, 6, 30)),
        ("2026.3.1-2026.6.30 每天 9:00-17:00", date(2026, 3, 1), date(2026, 6, 30)),
        ("2026-01-01起 每天 9:00-17:00", date(2026, 1, 1), None),
        ("自2026年1月1日起执行：每天 9:00-17:00", date(2026, 1, 1), None),
        ("每天 9:00-17:00（2026年6月30日止）", None, date(2026, 6, 30)),
        ("每天 9:00-17:00（截至2026/6/30）", None, date(2026, 6, 30)),
    ],
)
def test_validity(text: str, first: date | None, last: date | None) -> None:
    one = timedelta(days=1)
    for edge, outside in ((first, -one), (last, one)):
        if edge:
            assert on(text, edge, Nature.WORKING) == "9:00-17:00"
            assert on(text, edge + outside, Nature.WORKING) == ""


def test_newer_hours_replace_the_older_from_their_day_on() -> None:
    text = "周一至周五 9:00-17:00；2026年7月1日起 8:30-16:30"
    assert (on(text, date(2026, 6, 30)), on(text, date(2026, 7, 1))) == ("9:00-17:00", "8:30-16:30")


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("每天 20:00-8:00", "20:00-32:00"),
        ("每天 20:00-次日8:00", "20:00-32:00"),
        ("每天 晚上8点到早上8点", "20:00-32:00"),
        ("每天 9:00-次日2:00", "9:00-26:00"),
        ("每天 晚上6点-12点", "18:00-24:00"),
        ("每天 早8:30-晚5:30", "8:30-17:30"),
        ("每天 中午12点-下午2点一刻", "12:00-14:15"),
        ("每天 9-17点", "9:00-17:00"),
        ("每天 08:30:00-17:00:00", "8:30-17:00"),
        ("每天 8:00-12:00,12:00-17:00", "8:00-17:00"),
        ("每天 0:00-24:00", "0:00-24:00"),
        ("每天 9:00-17:00，中午不休息", "9:00-17:00"),
    ],
)
def test_times(text: str, spans: str) -> None:
    assert on(text, MONDAY) == spans


@pytest.mark.parametrize(
    ("text", "key", "at", "piece", "near"),
    [
        ("周一至周五 9:00-17:00，其他请预约", "unknown", 18, "其他请预约", None),
        ("工作日朝九晚五", "unknown", 4, "朝九晚五", None),
        ("预约办理", "unknown", 1, "预约办理", None),
        ("9:00-5:00", "order", 1, "9:00-5:00", "9:00-17:00"),
        ("9:00-12:00 1:30-5:00", "order", 12, "1:30-5:00", "13:30-17:00"),
        ("13:30-5:00", "order", 1, "13:30-5:00", "13:30-17:00"),
        ("1:30-5:00", "order", 1, "1:30-5:00", "13:30-17:00"),
        ("下午14:00-17:00，上午9:00-12:00", "overlap", 15, "上午9:00-12:00", None),
        ("工作日9:00-17:00，24小时", "overlap", 15, "24小时", None),
        ("5、9月 9:00-12:00", "dates", 1, "5、9月", None),
        ("上午9:00-5:00", "order", 1, "上午9:00-5:00", "9:00-17:00"),
        ("周一至周五 ２７：００－２９：００", "no_time", 7, "２７：００－２９：００", None),
        ("9:00-17:60", "no_time", 1, "9:00-17:60", None),
        ("上午13:00-14:00", "no_time", 1, "上午13:00-14:00", None),
        ("2025-2026 9:00-17:00", "short", 1, "2025-2026", None),
        ("9:00", "lone_time", 1, "9:00", None),
        ("9-5", "bare", 1, "9-5", None),
        ("8.30-11.30", "dotted", 1, "8.30-11.30", "8:30-11:30"),
        ("工作日9:00-17:00，其他时间18:00-20:00", "unknown", 15, "其他时间", None),
        ("2月30日-3月1日 9:00-17:00", "no_day", 1, "2月30日", None),
        ("2026-01-01 9:00-17:00", "dates", 1, "2026-01-01", None),
        ("2026年6月30日至2026年3月1日 9:00-17:00", "dates", 1, "2026年6月30日至2026年3月1日", None),
        ("工作日 9:00-17:00，中午休息", "lunch", 16, "中午休息", None),
        ("周一至周五", "no_times", 1, "周一至周五", None),
        ("9:00-17:00 周一至周五; 9:00-12:00 周六", "no_times", 30, "周六", None),
        ("9:00-17:00，周六 9:00-12:00", "which_days", 1, "9:00-17:00", None),
        ("夏季 周一至周五 8:00-12:00，周六 9:00-11:00；冬季 9:00-12:00", "which_days", 38, "9:00-12:00", None),
        ("周一至周五 9-17点，周五至周日 8-16点", "contradict", 1, "周一至周五 9-17点，周五至周日 8-16点", None),
        ("工作日 9:00-17:00，每天休息", "never", 1, "工作日 9:00-17:00，每天休息", None),
        ("9:00-17:00）", "unknown", 11, "）", None),
        ("", "none", 1, "", None),
        ("9" * 501, "none", 1, "9" * 59 + "…", None),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_never_guessed(text: str, key: str, at: int, piece: str, near: str | None) -> None:
    with pytest.raises(HoursError) as caught:
        parse_hours(text)
    error = caught.value
    assert (error.key, error.values["at"], error.values["piece"]) == (f"calendar.hours_{key}", at, piece)
    assert error.values["near"] == near or (near is None and error.values["near"] in FORMS)
    for lang in ("zh", "en"):
        assert str(error.values["near"]) in error.text(lang)
    assert error.exit_code == 4


@pytest.mark.parametrize("form", FORMS)
def test_every_form_that_is_offered_is_understood(form: str) -> None:
    hours = parse_hours(form)
    assert hours.rules
    assert not hours.only_closed


def test_a_museum_that_is_closed_on_mondays_is_closed_on_a_monday_that_is_a_holiday() -> None:
    text = "每天 9:00-17:00（周一闭馆）"
    assert on(text, MONDAY, Nature.HOLIDAY) == ""
    assert on(text, MONDAY + timedelta(days=1), Nature.HOLIDAY) == "9:00-17:00"


def test_only_when_it_is_closed() -> None:
    assert parse_hours("周六、周日休息").only_closed
    assert on("周六、周日休息", MONDAY) == ""
