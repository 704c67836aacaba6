"""Every incident and event in both languages, and as a table for other programs."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from msgspec.structs import replace

from probe.harmless import BIDI_CONTROLS, CELL_LIMIT, FORMULA
from probe.incidents import Event, IncidentKind, Level, State, denied, take
from probe.incidents.events import Assigned, Told
from probe.incidents.export import to_csv, to_xlsx
from probe.incidents.incident import Incident
from probe.incidents.rules import undone
from probe.incidents.steps import acknowledge, note, rectify, snooze, tell, withdraw
from probe.incidents.tell import duration_text, event_text, kind_text, next_text, reasons, state_text
from probe.model import Because, Cause
from probe.words import LANGUAGES, catalogue, words
from tests.incidents.made import MORNING, NUMBER, POLICY, UNIT, File, at, half_day, odds, seen
from tests.records import HOSTILE

ZONE = ZoneInfo("Asia/Shanghai")
TOLD, _ = take(number=NUMBER, happened_at=at(0), told_at=at(1), heard="dropped", by="市民", note="一接就挂")


def every_event() -> list[Event]:
    before = file = File()
    for event in tell((), TOLD, 1, unit=UNIT, half_day=half_day(1), policy=POLICY):
        file.add(event)
    file.tell(*(seen(Cause.RANG_OUT, half) for half in (2, 3, 4)))
    file.tell(seen(Cause.GREETING, 4), *(seen(Cause.SUSPENDED, half) for half in (5, 6)))
    file.tell(seen(Cause.HUMAN, 6, scenario="hotline-15s", alerted_s=21.5))
    file.tell(odds(Level.NOTICE, 7), odds(Level.SUSPECTED, 7, ("b3",)))
    stuck = file.last
    file.add(acknowledge(stuck, by="王主任", at=at(8)))
    file.add(Assigned(incident_id=stuck.id, at=at(8), by="王主任", owner="李科长"))
    file.add(note(stuck, by="王主任", text="话机已更换", at=at(8)))
    file.add(snooze(stuck, by="王主任", at=at(8), until=at(9)))
    file.add(rectify(stuck, by="王主任", at=at(8)))
    file.tell(seen(Cause.HUMAN, 9), seen(Cause.HUMAN, 10), odds(Level.NOTICE, 12, ("b9",)))
    file.add(Told(incident_id=file.last.id, at=at(12), testimony=1))
    file.add(withdraw(file.last, by="王主任", reason="测试", at=at(12)))
    file = File()
    file.tell(odds(Level.NOTICE), odds(Level.SUSPECTED, 0, ("b1", "b2", "b3")))
    file.tell(*(seen(cause, half) for half, cause in enumerate((Cause.BUSY_TONE, Cause.BUSY_TONE, Cause.HUMAN), 1)))
    taken = undone(file.incidents, ["b3"], at(4), lambda incident_id: file.events[incident_id])
    said = Because(key="schedule.second_denied", values={"trunk": "b", "caller": "-", "outcome": "answered"})
    file.add(denied([file.last], seen(Cause.RANG_OUT, 5), at(5), said)[0])
    return [event for made in (before, file) for events in made.events.values() for event in events] + [
        *taken,
        replace(taken[0], lowered=False),
    ]


def test_every_kind_of_event_is_among_them() -> None:
    assert {type(event) for event in every_event()} == set(Event.__args__)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_event_is_a_sentence(lang: str) -> None:
    for event in every_event():
        sentences = [event_text(event, lang, ZONE, {1: TOLD}), *reasons(event, lang)]
        for sentence in sentences:
            assert sentence
            assert "{" not in sentence
            assert "_" not in sentence, "a name of the program's, not a word"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("prefix", "names"), [("kind", IncidentKind), ("state", State), ("level", Level)])
def test_every_kind_state_and_level_has_a_word(prefix: str, names: type[StrEnum], lang: str) -> None:
    for name in names:
        assert words(f"incidents.{prefix}_{name}", lang)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("state", State)
def test_every_state_says_what_is_next(state: State, lang: str) -> None:
    incident = Incident(
        id="2026-03-02-001", number=NUMBER, unit=UNIT, kind=IncidentKind.NO_ANSWER, opened_at=MORNING, state=state
    )
    assert next_text(incident, lang, POLICY)
    assert state_text(incident, lang)


@pytest.mark.parametrize(
    ("spent", "zh", "en"),
    [
        (timedelta(hours=103, minutes=33), "103 小时 33 分", "103 h 33 min"),
        (timedelta(hours=2), "2 小时 0 分", "2 h 0 min"),
        (timedelta(minutes=59.6), "1 小时 0 分", "1 h 0 min"),
        (timedelta(minutes=12), "12 分钟", "12 min"),
        (timedelta(seconds=-5), "0 分钟", "0 min"),
    ],
)
def test_a_duration_does_not_look_like_a_time_of_day(spent: timedelta, zh: str, en: str) -> None:
    assert (duration_text(spent, "zh"), duration_text(spent, "en")) == (zh, en)


@pytest.mark.parametrize("file", ["alerts", "incidents", "odds"])
def test_no_word_can_be_read_as_another_thing(file: str) -> None:
    """Of a telephone number, 销号 says that it was given up; one thing (占线) has one name."""
    text = "".join(entry["zh"] for entry in catalogue(file).values())
    assert [word for word in ("销号", "忙线", "认领", "机器人看到", "当面", "推断成立") if word in text] == []


def test_a_notice_is_never_called_suspected() -> None:
    file = File()
    file.tell(odds(Level.NOTICE))
    assert "疑似" not in kind_text(file.last, "zh")
    assert "疑似" not in event_text(file.events[file.last.id][0], "zh", ZONE, {})


class TestExport:
    def one(self, **facts: object) -> Incident:
        file = File()
        file.tell(seen(Cause.GREETING, 0))
        return replace(file.last, **facts)

    def test_csv_has_the_mark_by_which_spreadsheets_know_utf_8(self) -> None:
        data = to_csv([self.one()], "zh", ZONE)
        assert data.startswith(b"\xef\xbb\xbf")
        header, row = csv.reader(io.StringIO(data.decode("utf-8-sig")))
        cells = dict(zip(header, row, strict=True))
        assert (cells["编号"], cells["立案时间"], cells["整改期限"]) == (
            "2026-03-02-001",
            "2026-03-02 09:00",
            "2026-03-07",
        )

    @pytest.mark.parametrize(
        "text", [*HOSTILE, "+1+1", "-2", "@SUM(A1)", "\t=1", '＝HYPERLINK("http://x";"y")余杭局', "＋1", "－1", "＠A"]
    )
    def test_no_text_becomes_a_formula(self, text: str) -> None:
        incident = self.one(unit=text, owner=text)
        for row in csv.reader(io.StringIO(to_csv([incident], "en", ZONE).decode("utf-8-sig"))):
            assert not [cell for cell in row if cell.startswith(FORMULA)]
        book = openpyxl.load_workbook(io.BytesIO(to_xlsx([incident], "en", ZONE)))
        assert book.active is not None
        assert not [cell for row in book.active.iter_rows() for cell in row if cell.data_type == "f"]

    @pytest.mark.parametrize("text", [*HOSTILE, "余杭\u202e局", "局\u2066x", "长" * 10_000])
    def test_texts_are_harmless_to_look_at(self, text: str) -> None:
        incident = self.one(unit=text, owner=text)
        (_, line) = csv.reader(io.StringIO(to_csv([incident], "zh", ZONE).decode("utf-8-sig")))
        book = openpyxl.load_workbook(io.BytesIO(to_xlsx([incident], "zh", ZONE)))
        assert book.active is not None
        cells = [str(value) for row in book.active.iter_rows(values_only=True) for value in row if value is not None]
        for shown in (*line, *cells):
            assert not {char for char in shown if ord(char) in BIDI_CONTROLS or char in "\x00\x07\x1b\n"}
            assert len(shown) <= CELL_LIMIT + 1

    def test_xlsx_has_real_dates(self) -> None:
        book = openpyxl.load_workbook(io.BytesIO(to_xlsx([self.one()], "en", ZONE)))
        assert book.active is not None
        header, row = book.active.iter_rows(values_only=True)
        cells = dict(zip(header, row, strict=True))
        assert cells["opened"] == datetime(2026, 3, 2, 9, 0, tzinfo=UTC).replace(tzinfo=None)
        assert cells["deadline"] == datetime(2026, 3, 7, tzinfo=UTC).replace(tzinfo=None)
