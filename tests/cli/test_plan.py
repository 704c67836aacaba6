"""`probe plan` and `probe stop`: a day as people see it, its dice, and the kill switch."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from probe.plan import SEED_BYTES
from probe.schedule.programme import Programme
from probe.schedule.setup import setup_of
from probe.settings import read
from probe.store import Store
from tests.cli.inside import Inside
from tests.records import number

TOML = """
[robot]
area_code = "0571"
[plan]
hours = "每天 8:00-21:00"
[trunk.office]
proxy = "sip:127.0.0.1:5"
"""


@pytest.fixture
def probe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Inside:
    """The program, in a folder with settings."""
    (tmp_path / "probe.toml").write_text(TOML, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return Inside(capsys)


def plan(now: datetime) -> None:
    """Make a directory of three numbers, and plan a day."""
    settings = read()
    settings.data.folder.mkdir(exist_ok=True)
    with Store.open(settings.data.store) as store:
        store.import_numbers([number(i, unit=f"单位{i}") for i in range(3)], now)
        setup = setup_of(settings, (settings.trunk(),))
        programme = Programme(store, setup, owner="test:1:0", started_at=now, entropy=lambda: bytes(range(SEED_BYTES)))
        programme.plan(now)


def test_a_day_that_is_not_planned_says_so(probe: Inside) -> None:
    found = probe("plan", "--for", "2026-03-02")
    assert found.returncode == 1
    assert "probe run" in found.stderr


def test_a_day_is_printed_and_its_dice_can_be_checked(probe: Inside) -> None:
    plan(datetime(2026, 3, 1, 16, 5, tzinfo=UTC))
    found = probe("plan", "--for", "2026-03-02", "--json")
    lines = found.lines
    assert [line["state"] for line in lines] == ["planned"] * 9
    assert {line["purpose"] for line in lines} == {"base"}
    assert "9 次拨打" in probe("plan", "--for", "2026-03-02").stderr
    seed = bytes(range(SEED_BYTES)).hex()
    assert probe("plan", "--for", "2026-03-02", "--seed", seed).returncode == 0
    assert probe("plan", "--for", "2026-03-02", "--seed", "00" * SEED_BYTES).returncode == 1
    assert "64" in probe("plan", "--for", "2026-03-02", "--seed", "abc").stderr


def test_a_seed_is_told_when_its_month_is_over(probe: Inside) -> None:
    plan(datetime(2020, 3, 1, 16, 5, tzinfo=UTC))
    (told,) = probe("plan", "--seeds", "--json").lines
    assert (told["period"], told["seed"]) == ("2020-03", bytes(range(SEED_BYTES)).hex())


def test_the_switch_stops_and_releases(probe: Inside) -> None:
    assert "可以拨打" in probe("stop").stderr
    assert "投诉" in probe("stop", "--all", "--why", "投诉").stderr
    assert "投诉" in probe("stop").stderr
    assert "可以拨打" in probe("stop", "--release").stderr
    assert probe("stop", "--all", "--release").returncode == 2
