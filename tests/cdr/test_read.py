"""Call records of several telephone systems are read alike; every bad row is named, and good ones go on."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.cdr import Reading, Result, parse
from probe.cdr.columns import checked_names, data, match
from probe.cdr.read import Line
from probe.cdr.values import Unreadable, digits, moment, plain, same_number, seconds
from probe.errors import CdrError
from tests.cdr.made import CITIZEN, LINE, NUMBER, ROBOT, WRITTEN, ZONE, Made, asterisk, chinese, morning, text, three_cx
from tests.records import MORNING

CALLS = [Made(at=MORNING, talk_s=75), Made(at=MORNING + timedelta(minutes=9), ring_s=30, talk_s=0)]
FORMATS = {
    "asterisk": (asterisk(CALLS), "ymd"),
    "asterisk without a header": (asterisk(CALLS, header=False), "ymd"),
    "chinese, GBK": (chinese(CALLS), "ymd"),
    "chinese, UTF-8": (chinese(CALLS, "utf-8-sig"), "ymd"),
    "chinese, UTF-16": (chinese(CALLS, "utf-16"), "ymd"),
    "3CX": (three_cx(CALLS), "mdy"),
}


ANY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


def reading(data: bytes, **given: Any) -> Reading:
    return parse(data, "cdr.csv", **({"line": LINE, "zone": ZONE} | given))


def rows(*cells: tuple[str, ...]) -> bytes:
    return text([("start", "src", "dst", "disposition", "duration", "billsec"), *cells]).encode()


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_says_the_same(name: str) -> None:
    content, order = FORMATS[name]
    found = reading(content, order=order)
    assert found.problems == ()
    taken, missed = found.cdrs
    assert (taken.started_at, taken.result, taken.talk_s) == (MORNING, Result.ANSWERED, 75)
    assert (missed.started_at, missed.result, missed.talk_s) == (MORNING + timedelta(minutes=9), Result.MISSED, 0)
    assert taken.caller_tail == CITIZEN[-2:]
    if not name.startswith("chinese"):
        assert (taken.ring_s, missed.ring_s) == (6, 30)


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_of_a_callers_number_is_kept_but_two_digits(name: str) -> None:
    content, order = FORMATS[name]
    kept = msgspec.json.encode(reading(content, order=order).cdrs).decode()
    assert CITIZEN[:-2] not in kept
    assert not re.search(rf"(?<!\d){CITIZEN[-3:]}(?!\d)", kept)


@pytest.mark.parametrize("field", data().columns)
def test_every_name_of_a_column_means_one_field(field: str) -> None:
    for name in data().columns[field]:
        for written in (name, name.upper(), f" {name}: ", f"{name}（必填）"):
            assert match(["x", written], {}).place == {field: 1}, written


def test_no_name_means_two_things() -> None:
    for group in (data().columns, data().results):
        every = [name for names in group.values() for name in {plain(name) for name in names}]
        assert len(every) == len(set(every))


class TestBadRows:
    @pytest.mark.parametrize(
        ("cells", "column", "key"),
        [
            (("yesterday", CITIZEN, WRITTEN, "ANSWERED", "9", "3"), "start", "cdr.bad_start"),
            (("2026-02-30 09:00:00", CITIZEN, WRITTEN, "ANSWERED", "9", "3"), "start", "cdr.bad_start"),
            (("2026-03-02", CITIZEN, WRITTEN, "ANSWERED", "9", "3"), "start", "cdr.no_clock"),
            (("02/03/2026 09:00", CITIZEN, WRITTEN, "ANSWERED", "9", "3"), "start", "cdr.ambiguous_date"),
            (("2026-03-02 09:00:00", CITIZEN, WRITTEN, "PERHAPS", "9", "3"), "disposition", "cdr.bad_status"),
            (("2026-03-02 09:00:00", CITIZEN, WRITTEN, "ANSWERED", "-9", "3"), "duration", "cdr.bad_duration"),
            (("2026-03-02 09:00:00", CITIZEN, WRITTEN, "ANSWERED", "9", "99999999"), "billsec", "cdr.too_long"),
        ],
    )
    def test_each_is_named_and_good_rows_go_on(self, cells: tuple[str, ...], column: str, key: str) -> None:
        good = ("2026-03-02 09:05:00", CITIZEN, WRITTEN, "ANSWERED", "9", "3")
        found = reading(rows(cells, good))
        (problem,) = found.problems
        assert (problem.row, problem.column, problem.key) == (2, column, key)
        assert problem.value in cells
        assert [cdr.row for cdr in found.cdrs] == [3]
        for lang in ("zh", "en"):
            assert problem.value in problem.text(lang)

    def test_everything_that_is_wrong_with_a_row_is_told(self) -> None:
        found = reading(rows(("?", CITIZEN, WRITTEN, "?", "?", "?")))
        assert [problem.column for problem in found.problems] == ["start", "billsec", "duration", "disposition"]

    @given(st.lists(st.tuples(*[ANY] * 6), min_size=1, max_size=5))
    def test_no_content_breaks_it(self, made: list[tuple[str, ...]]) -> None:
        content = rows(*((a, b, WRITTEN, c, d, e) for a, b, c, d, e, _ in made))
        found = reading(content)
        assert len(found.cdrs) + len({problem.row for problem in found.problems}) == len(made)


class TestWhoseRecords:
    def test_other_lines_are_counted_and_left_out(self) -> None:
        found = reading(asterisk([*CALLS, Made(at=MORNING, dst="057187250002")]))
        assert (len(found.cdrs), found.others) == (2, 1)

    def test_what_the_office_itself_calls_engages_the_line_too(self) -> None:
        (made,) = reading(asterisk([Made(at=MORNING, src=WRITTEN, dst=CITIZEN)])).cdrs
        assert made.outgoing
        assert made.caller_tail == ""

    def test_an_extension_is_the_line_when_it_is_said_to_be(self) -> None:
        content = asterisk([Made(at=MORNING, dst="8001"), Made(at=MORNING, dst="8002")])
        with pytest.raises(CdrError) as caught:
            reading(content)
        assert caught.value.key == "cdr.no_rows_of"
        assert "8001 (1), 8002 (1)" in str(caught.value)
        line = Line(number=NUMBER, extensions=("8001",))
        assert len(reading(content, line=line).cdrs) == 1

    def test_the_robots_own_calls_are_known_by_their_caller(self) -> None:
        found = reading(asterisk([*CALLS, Made(at=MORNING, src=ROBOT), Made(at=MORNING, src="+8657187250099")]))
        assert [cdr.ours for cdr in found.cdrs] == [False, False, True, True]

    @pytest.mark.parametrize(
        ("one", "other", "same"),
        [
            ("057187250001", "8657187250001", True),
            ("87250001", "057187250001", True),
            ("9057187250001", "57187250001", True),
            ("8001", "57188001", False),  # an extension is not the end of a number
            ("", "", False),
            ("057187250001", "057187250002", False),
        ],
    )
    def test_one_number_in_two_spellings(self, one: str, other: str, same: bool) -> None:
        assert same_number(one, other) is same
        assert same_number(other, one) is same


class TestKeys:
    def test_a_record_has_the_same_key_whenever_it_is_read(self) -> None:
        content = asterisk(morning())
        assert [c.key for c in reading(content).cdrs] == [c.key for c in reading(content).cdrs]

    def test_two_equal_rows_are_two_calls(self) -> None:
        found = reading(chinese([CALLS[0], CALLS[0]]))
        assert len({cdr.key for cdr in found.cdrs}) == 2


class TestColumns:
    def test_the_user_may_say_which_column_is_which(self) -> None:
        content = text(
            [("Zeitpunkt", "Anrufer", "Ziel", "Ergebnis"), ("2026-03-02 09:00:00", CITIZEN, WRITTEN, "answered")]
        ).encode()
        with pytest.raises(CdrError) as caught:
            reading(content)
        assert caught.value.key == "cdr.no_column"
        assert "Zeitpunkt" in str(caught.value)
        named = checked_names(["start=Zeitpunkt", "dst=ziel", "status=Ergebnis"])
        assert reading(content, named=named).cdrs[0].started_at == MORNING

    @pytest.mark.parametrize(
        ("pair", "key"), [("start", "cdr.bad_map"), ("start=", "cdr.bad_map"), ("strat=Time", "cdr.no_field")]
    )
    def test_a_wrong_map_is_told(self, pair: str, key: str) -> None:
        with pytest.raises(CdrError) as caught:
            checked_names([pair])
        assert caught.value.key == key

    def test_a_mapped_column_must_be_there(self) -> None:
        with pytest.raises(CdrError) as caught:
            reading(asterisk(CALLS), named={"start": "Beginn"})
        assert caught.value.key == "cdr.no_mapped"

    @pytest.mark.parametrize("content", [b"", b"\0\1\2", b"a,b\n1,2\n"])
    def test_what_is_no_table_of_calls_is_refused_in_one_sentence(self, content: bytes) -> None:
        with pytest.raises(CdrError) as caught:
            reading(content)
        assert len(str(caught.value).splitlines()) == 1

    def test_without_a_result_the_talk_tells_whether_it_was_answered(self) -> None:
        content = text([("呼叫时间", "通话时长"), ("2026-03-02 09:00:00", "0"), ("2026-03-02 09:01:00", "30")])
        found = reading(content.encode())
        assert [cdr.result for cdr in found.cdrs] == [Result.MISSED, Result.ANSWERED]


@pytest.mark.parametrize(
    ("written", "order"),
    [
        ("2026-03-02 09:00:00", "ymd"),
        ("2026/3/2 9:00", "ymd"),
        ("2026.03.02 09:00:00.123", "ymd"),
        ("2026年3月2日 9时00分00秒", "ymd"),
        ("2026年3月2日9:00", "ymd"),
        ("20260302090000", "ymd"),
        ("２０２６－０３－０２　０９：００", "ymd"),
        ("2026-03-02T01:00:00Z", "ymd"),
        ("2026-03-02T09:00:00+08:00", "ymd"),
        ("03/02/2026 09:00:00 AM", "mdy"),
        ("2.3.2026 09:00", "dmy"),
    ],
)
def test_one_moment_in_many_ways(written: str, order: Any) -> None:
    assert moment(written, ZONE, order).replace(microsecond=0) == MORNING


def test_the_zone_is_the_telephone_systems() -> None:
    utc = datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert moment("2026-03-02 09:00", ZoneInfo("UTC"), "ymd") == utc


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("75", 75),
        ("75.5", 75.5),
        ("1:15", 75),
        ("00:01:15", 75),
        ("1分15秒", 75),
        ("1小时1分", 3660),
        ("15秒", 15),
        ("", 0),
        ("1m15s", 75),
        ("-", 0),
    ],
)
def test_one_duration_in_many_ways(written: str, expected: float) -> None:
    assert seconds(written) == expected


@pytest.mark.parametrize("written", ["long", "-5", "1:2:3:4", "25:00:00", "五秒"])
def test_what_is_no_duration(written: str) -> None:
    with pytest.raises(Unreadable):
        seconds(written)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('"王" <057187250001>', WRITTEN),
        ("SIP/8001-0000a1b2", "8001"),
        ("+86 571-8725 0001", "8657187250001"),
        ("sip:8001@10.0.0.1", "8001"),
        ("anonymous", ""),
    ],
)
def test_digits_of_a_number(written: str, expected: str) -> None:
    assert digits(written) == expected
