"""The columns that are more than text: time zone, consent, interval, lines; and hours that are better looked at."""

import pytest

from probe.directory import Listing, parse

HEADER = "单位,号码,工作时间,时区,同意非工作时间拨测,拨测间隔,线路数,分机"


def listing(
    hours: str = "", zone: str = "", consent: str = "", interval: str = "", lines: str = "", ext: str = ""
) -> Listing:
    row = f'甲,0571-87250001,"{hours}",{zone},{consent},{interval},{lines},{ext}'
    return parse(f"{HEADER}\n{row}\n".encode(), "numbers.csv", country="CN", area_code="")


def test_empty_cells_are_the_defaults() -> None:
    number = listing().numbers[0]
    assert (number.timezone, number.off_hours, number.interval_min, number.lines) == ("", False, 0, 1)


@pytest.mark.parametrize(
    ("written", "zone"),
    [
        ("Asia/Urumqi", "Asia/Urumqi"),
        ("asia/shanghai", "Asia/Shanghai"),
        ("北京时间", "Asia/Shanghai"),
        ("新疆时间", "Asia/Urumqi"),
        ("UTC", "UTC"),
        ("无", ""),
    ],
)
def test_time_zones(written: str, zone: str) -> None:
    assert listing(zone=written).numbers[0].timezone == zone


@pytest.mark.parametrize(
    ("written", "agreed"),
    [("是", True), ("否", False), ("Yes", True), ("no", False), ("同意", True), ("ＹＥＳ", True), ("无", False)],
)  # fmt: skip
def test_consent(written: str, agreed: bool) -> None:
    assert listing(consent=written).numbers[0].off_hours is agreed


@pytest.mark.parametrize(
    ("written", "minutes"),
    [("30", 30), ("30分钟", 30), ("2 小时", 120), ("1天", 1440), ("45.0", 45), ("６０", 60), ("0", 0)],
)
def test_intervals(written: str, minutes: int) -> None:
    assert listing(interval=written).numbers[0].interval_min == minutes


@pytest.mark.parametrize(("written", "count"), [("8", 8), ("8条", 8), ("3.0", 3), ("1000", 1000), ("-", 1)])
def test_lines(written: str, count: int) -> None:
    assert listing(lines=written).numbers[0].lines == count


@pytest.mark.parametrize(("written", "keys"), [("8001", "8001"), ("8001.0", "8001"), ("８０１#", "801#"), ("无", "")])
def test_extensions(written: str, keys: str) -> None:
    assert listing(ext=written).numbers[0].extension == keys


@pytest.mark.parametrize("hours", ["", "周一至周五 9:00-17:00", "24小时", "周六、周日休息"])
def test_hours_that_are_understood_need_no_word(hours: str) -> None:
    assert listing(hours=hours).notes == ()


def test_hours_that_are_not_understood_lose_nothing() -> None:
    found = listing(hours="周一至周五 9:00-17:00，其他请预约")
    assert found.problems == ()
    assert [number.hours for number in found.numbers] == ["周一至周五 9:00-17:00，其他请预约"]
    assert [note.text("en") for note in found.notes] == [
        "row 2, 工作时间 '周一至周五 9:00-17:00，其他请预约': not understood from character 18, '其他请预约'. "
        "A form that is understood: 周二至周日 9:00-17:00,节假日照常. "
        "The number is kept, but not planned until the hours are mended"
    ]
    assert found.notes[0].text("zh") == (
        "第 2 行，工作时间“周一至周五 9:00-17:00，其他请预约”：第 18 个字起“其他请预约”看不懂。"
        "可以写成：周二至周日 9:00-17:00,节假日照常。号码已收入，工作时间改好之前不排入计划"
    )


def test_a_season_without_dates_is_pointed_out() -> None:
    found = listing(hours="夏季 14:30-17:30；冬季 14:00-17:00")
    assert [note.key for note in found.notes] == ["calendar.season_without_dates"]
    assert len(found.numbers) == 1
