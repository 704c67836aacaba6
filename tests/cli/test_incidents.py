"""`incidents` from the command line: what a bureau's people see and do."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from probe.incidents import Level, advance
from probe.model import Cause
from probe.store import Store
from tests.cli.inside import Inside
from tests.incidents.made import POLICY, odds, seen
from tests.records import call, number

SETTINGS = '[robot]\nlanguage = "en"\narea_code = "0571"\n[data]\nfolder = "data"\n'
WRITTEN = "0571-87250001"
UNKNOWN = "0571-87259999"  # not in the directory


@pytest.fixture
def probe(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Inside:
    monkeypatch.setenv("COLUMNS", "200")
    return Inside(capsys)


@pytest.fixture
def office(home: Path) -> Path:
    """A folder with a directory of one number, and one stored call that found voicemail."""
    (home / "probe.toml").write_text(SETTINGS)
    (home / "data").mkdir()
    with store(home) as opened:
        entry = number(1, owner_email="owner@example.cn")
        opened.import_numbers([entry], datetime(2026, 3, 1, tzinfo=UTC))
        made = call(Cause.GREETING, of=entry, call_id="call-greeting")
        opened.claim(made.record.order, made.record.trace.started_at, "test:1:1.00", 150.0)
        opened.add(made.record, made.record.trace.started_at)
        greeting = seen(Cause.GREETING, 0, call_id="call-greeting", owner=entry.owner_email)
        opened.incidents.add(advance([], greeting, policy=POLICY))
    return home


def store(home: Path) -> Store:
    return Store.open(f"sqlite:///{home / 'data' / 'tongbutong.sqlite3'}")


def now(**off: int) -> str:
    return f"{datetime.now(ZoneInfo('Asia/Shanghai')) - timedelta(**off):%Y-%m-%d %H:%M}"


def test_from_open_to_rectified_and_never_closed_by_hand(office: Path, probe: Inside) -> None:
    (one,) = probe("incidents", "--json").lines
    assert (one["id"], one["kind"], one["state"], one["mark"]) == ("2026-03-02-001", "voicemail", "open", "")
    assert one["overdue"]
    ack = probe("incidents", "ack", one["id"], "--by", "王主任")
    assert (ack.returncode, ack.stderr) == (0, "2026-03-02-001: acknowledged\n")
    assert probe("incidents", "rectify", one["id"], "--by", "王主任", "--how", "留言已关闭").returncode == 0
    (one,) = probe("incidents", "--json").lines
    assert one["state"] == "rectified"
    assert "2 different half-days" in one["next"]
    assert "close" not in probe("incidents", "--help").stdout.partition("Commands:")[2]


def test_the_story_of_one(office: Path, probe: Inside) -> None:
    probe("incidents", "note", "2026-03-02-001", "<b>话机已查</b> {x}\x1b[31m", "--by", "王主任")
    shown = probe("--lang", "zh", "incidents", "show", "2026-03-02-001").stdout
    assert "工作时间转留言" in shown
    assert "2026-03-02 09:00" in shown
    assert "<b>话机已查</b> {x}" in shown
    assert "\x1b" not in shown
    assert "下一步" in shown
    story = json.loads(probe("incidents", "show", "2026-03-02-001", "--json").stdout)
    assert [event["type"] for event in story["events"]] == ["opened", "noted"]


def test_a_table_for_people(office: Path, probe: Inside) -> None:
    table = probe("incidents").stdout
    assert "2026-03-02-001" in table
    assert "overdue" in table


def test_a_citizens_call_stands_beside_the_robots(office: Path, probe: Inside) -> None:
    with store(office) as opened:
        opened.incidents.add(advance(opened.incidents.every(), odds(Level.NOTICE), policy=POLICY))
    told = probe(
        *("incidents", "report", "--number", WRITTEN, "--when", now(minutes=30), "--heard", "busy"),
        *("--by", "体验官", "--note", "我的号码13800138000"),
    )
    assert told.returncode == 0
    assert "left out" in told.stderr
    assert told.stderr.count("entered as") == 2
    shown = probe("incidents", "show", "2026-03-02-002").stdout
    assert "told by 体验官" in shown
    assert "13800138000" not in shown
    assert "did not call this number" in shown


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("show", "2026-03-02-01"), 14, "Did you mean 2026-03-02-001"),
        (("show", "x"), 14, "--all"),
        (("ack", "2026-03-02-001", "--by", " "), 14, "--by must not be empty"),
        (("assign", "2026-03-02-001", "--by", "王"), 14, "--owner"),
        (("assign", "2026-03-02-001", "--by", "王", "--deadline", "tomorrow"), 14, "2026-07-25"),
        (("report", "--number", WRITTEN, "--when", "9:10", "--heard", "busy", "--by", "市民"), 14, "09:10"),
        (("report", "--number", UNKNOWN, "--when", "2026-03-02 09:10", "--heard", "busy", "--by", "市民"), 8, "direct"),
        (("--export", "incidents.pdf"), 14, ".xlsx"),
    ],
)
def test_mistakes_are_told_in_one_line(
    office: Path, probe: Inside, arguments: tuple[str, ...], code: int, says: str
) -> None:
    done = probe("incidents", *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_robots_mistake_is_withdrawn_and_stays_visible(office: Path, probe: Inside) -> None:
    done = probe("incidents", "withdraw", "2026-03-02-001", "--by", "李", "--reason", "导航音被误判")
    assert done.returncode == 0
    assert probe("incidents", "--json").lines == []
    (one,) = probe("incidents", "--all", "--json").lines
    assert one["state"] == "withdrawn"
    assert probe("incidents", "ack", one["id"], "--by", "李").returncode == 14


def test_whoever_was_told_of_it_hears_what_is_done_by_hand(office: Path, probe: Inside) -> None:
    (office / "probe.toml").write_text(SETTINGS + '[alerts]\nsupervisors = ["chief@example.cn"]\n')
    assert probe("incidents", "withdraw", "2026-03-02-001", "--by", "李", "--reason", "导航音被误判").returncode == 0
    told = ("--number", WRITTEN, "--when", now(minutes=30), "--heard", "busy", "--by", "市民")
    assert probe("incidents", "report", *told).returncode == 0
    assert probe("incidents", "note", "2026-03-02-001", "看过", "--by", "李").returncode == 0
    with store(office) as opened:
        letters = opened.outbox.waiting()
    assert sorted((letter.recipient, letter.subject.partition(": ")[0]) for letter in letters) == [
        ("chief@example.cn", "[Tongbutong] withdrawn"),
        ("owner@example.cn", "[Tongbutong] a citizen got nowhere"),
        ("owner@example.cn", "[Tongbutong] withdrawn"),
    ]


def test_export_for_spreadsheets(office: Path, probe: Inside) -> None:
    assert probe("incidents", "--export", "list.csv").returncode == 0
    assert probe("incidents", "--export", "list.xlsx").returncode == 0
    header, row = csv.reader(io.StringIO((office / "list.csv").read_bytes().decode("utf-8-sig")))
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", dict(zip(header, row, strict=True))["opened"])
    book = openpyxl.load_workbook(office / "list.xlsx")
    assert book.active is not None
    assert book.active["A2"].value == "2026-03-02-001"
