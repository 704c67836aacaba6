"""`import-cdr` from the command line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from probe.model import Cause
from probe.store import Store
from tests.cdr.made import ROBOT, Made, asterisk, chinese
from tests.cli.inside import Inside
from tests.records import MORNING, call, number

SETTINGS = f"""
[robot]
language = "en"
area_code = "0571"
[data]
folder = "data"
[trunk.office]
proxy = "sip:192.0.2.10"
caller_id = "{ROBOT}"
"""
WRITTEN = "0571-87250001"


@pytest.fixture
def probe(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Inside:
    monkeypatch.setenv("COLUMNS", "200")
    return Inside(capsys)


@pytest.fixture
def office(home: Path) -> Path:
    """A morning on which the robot found the line engaged three times, and the office's records of it."""
    (home / "probe.toml").write_text(SETTINGS)
    (home / "data").mkdir()
    with Store.open(f"sqlite:///{home / 'data' / 'tongbutong.sqlite3'}") as store:
        store.import_numbers([number(1)], datetime(2026, 3, 1, tzinfo=UTC))
        for minutes in (3, 13, 24):
            made = call(Cause.BUSY_TONE, of=number(1), at=MORNING + timedelta(minutes=minutes))
            store.claim(made.record.order, made.record.trace.started_at, "test:1:1.00", 150.0)
            store.add(made.record, made.record.trace.started_at)
    taken = [Made(at=MORNING - timedelta(minutes=40)), Made(at=MORNING + timedelta(minutes=90))]
    (home / "cdr.csv").write_bytes(asterisk(taken))
    (home / "话单.csv").write_bytes(chinese(taken))
    return home


def test_both_sides_of_a_morning(office: Path, probe: Inside) -> None:
    done = probe("import-cdr", "cdr.csv", "--number", WRITTEN)
    assert done.returncode == 0, done.stderr
    assert "2 records, 2 of them new" in done.stderr
    assert "09:00-10:00: your records show 0 calls taken" in done.stdout
    assert "engaged 3 of 3 times" in done.stdout
    again = probe("import-cdr", "cdr.csv", "--number", WRITTEN)
    assert "2 records, 0 of them new" in again.stderr


def test_hours_for_machines(office: Path, probe: Inside) -> None:
    hours = probe("import-cdr", "话单.csv", "--number", WRITTEN, "--json").lines
    assert [(hour["taken"], hour["calls"], hour["contradicts"]) for hour in hours] == [
        (1, 0, False),
        (0, 3, True),
        (1, 0, False),
    ]


@pytest.mark.parametrize("name", ["day.svg", "day.png"])
def test_a_picture(office: Path, probe: Inside, name: str) -> None:
    done = probe("import-cdr", "cdr.csv", "--number", WRITTEN, "--picture", name)
    assert done.returncode == 0, done.stderr
    assert (office / name).stat().st_size > 5000


def test_a_bad_row_is_named_and_the_others_are_taken(office: Path, probe: Inside) -> None:
    text = (office / "cdr.csv").read_text().replace("2026-03-02 08:20:00", "once")
    (office / "bad.csv").write_text(text)
    done = probe("import-cdr", "bad.csv", "--number", WRITTEN)
    assert done.returncode == 15
    assert "row 2, calldate 'once'" in done.stderr
    assert "1 records, 1 of them new" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("none.csv",), 15, "none.csv"),
        (("cdr.csv", "--timezone", "Mars/Olympus"), 15, "Asia/Shanghai"),
        (("cdr.csv", "--picture", "day.pdf"), 15, ".svg"),
        (("cdr.csv", "--map", "begin=calldate"), 15, "Did you mean"),
        (("cdr.csv", "--day", "monday"), 15, "2026-07-25"),
    ],
)
def test_mistakes_are_told_in_one_line(
    office: Path, probe: Inside, arguments: tuple[str, ...], code: int, says: str
) -> None:
    done = probe("import-cdr", *arguments, "--number", WRITTEN)
    assert (done.returncode, done.stdout) == (code, "")
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1
