"""`probe plan` and `probe stop`: a day as people see it, its dice, and the kill switch."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from probe.model import Because, Cause, Purpose
from probe.plan import SEED_BYTES, Slot, slot_id
from probe.schedule.programme import Programme
from probe.schedule.setup import setup_of
from probe.settings import read
from probe.store import Store
from probe.store.audit import Entry
from probe.store.slots import State
from tests.cli.inside import Inside
from tests.records import call, number

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


def test_the_proof_holds_whatever_is_changed_afterwards(probe: Inside, tmp_path: Path) -> None:
    """Re-dials stood and calls had been made when the day was planned; then settings, directory and verdicts change."""
    now, seed = datetime(2026, 3, 1, 16, 5, tzinfo=UTC), bytes(range(SEED_BYTES)).hex()
    (tmp_path / "probe.toml").write_text(TOML + "[manners]\nattempts_per_24h = 5\n", encoding="utf-8")
    settings = read()
    settings.data.folder.mkdir(exist_ok=True)
    with Store.open(settings.data.store) as store:
        numbers = [number(i, unit=f"单位{i}") for i in range(6)]
        store.import_numbers(numbers, now - timedelta(days=3))
        early = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
        stands = [
            Slot(
                call_id=slot_id(now.date(), one.number, Purpose.RECHECK, "1"),
                day=datetime(2026, 3, 2, tzinfo=UTC).date(),
                number=one.number,
                office=one.office,
                purpose=Purpose.RECHECK,
                stratum="",
                due_at=early + timedelta(minutes=40 * n),
                until=early + timedelta(minutes=40 * n + 10),
                why=Because(key="plan.why_recheck", values={"index": 1}),
            )
            for n, one in enumerate(numbers)
        ]
        store.slots.add(stands)
        for n, one in enumerate(numbers[:4] * 4):  # by hand, in the night before: caps are near
            made = call(Cause.HUMAN, of=one, at=now - timedelta(hours=1, minutes=5 * n), call_id=f"hand-{n}")
            assert store.claim(made.record.order, made.record.trace.started_at, "test:1:0", 60.0)
            store.audit.note(
                Entry(
                    at=made.record.trace.started_at,
                    event="attempt",
                    number=one.number,
                    office=one.office,
                    call_id=f"hand-{n}",
                    purpose="manual",
                )
            )
            store.add(made.record, now - timedelta(minutes=30))
        setup = setup_of(settings, (settings.trunk(),))
        programme = Programme(store, setup, owner="test:1:0", started_at=now, entropy=lambda: bytes(range(SEED_BYTES)))
        programme.plan(now)
        first = store.record("hand-0")
        assert first is not None
        verdict = call(Cause.BUSY_TONE).record.verdict
        assert store.rejudge("hand-0", first.record.verdict, verdict, first.record.sounds, now + timedelta(days=1))
        store.import_numbers(numbers[:2], now + timedelta(days=1))
        for slot in stands[:3]:
            store.slots.settle(slot.call_id, State.DROPPED, now + timedelta(hours=2))
    text = TOML.replace("8:00-21:00", "8:00-12:00") + "[manners]\nattempts_per_24h = 2\n"
    (tmp_path / "probe.toml").write_text(text, encoding="utf-8")
    found = probe("plan", "--for", "2026-03-02", "--seed", seed)
    assert (found.returncode, found.stdout) == (0, "")
    with Store.open(settings.data.store) as store:
        kept = [one for one in store.slots.of_day("2026-03-02") if one.slot.purpose is Purpose.BASE]
    assert {one.state for one in kept} == {State.PLANNED, State.DROPPED}, "what had been dialled had left some out"


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
