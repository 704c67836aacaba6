"""SIPp, a stack that is not ours, as the caller."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from probe.exchange import running
from tests.exchange.caller import district

pytestmark = pytest.mark.hears
LOOPBACK = ("-i", "127.0.0.1", "-mi", "127.0.0.1", "-ci", "127.0.0.1")
SCENARIOS = Path(__file__).parent / "sipp"


def sipp(address: str, number: str, scenario: str, *more: str, seconds: float = 40) -> None:
    """Run one call of a scenario from `sipp/`; AssertionError with SIPp's own words when it does not go as written."""
    ran = subprocess.run(
        ["sipp", address, "-sf", str(SCENARIOS / f"{scenario}.xml"), "-s", number, "-m", "1", "-nostdin", *LOOPBACK,
         "-timeout_error", "-timeout", f"{seconds:.0f}", *more],
        capture_output=True, text=True, timeout=seconds + 10,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-1500:] + ran.stderr


@pytest.mark.parametrize(
    ("number", "scenario"),
    [("+8657187250019", "early_media_then_busy"), ("87250016", "clerk"), ("057187250001", "cancel")],
)
def test_sipp_calls_an_office(number: str, scenario: str) -> None:
    with running() as address:
        sipp(address, number, scenario)


def test_sipp_presses_a_key(tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"
    with running(log=log) as address:
        sipp(address, "87250011", "menu")
    end = json.loads(log.read_text().splitlines()[-1])
    assert (end["event"], end["dtmf"], end["end"]) == ("end", "0", "caller_hung_up")


def test_sipp_with_the_right_and_the_wrong_password(tmp_path: Path) -> None:
    district(tmp_path, "[reply: 486 Busy Here]", head="users: {robot: right}")
    with running(tmp_path / "district.yaml") as address:
        sipp(address, "1001", "password", "-au", "robot", "-ap", "right")
        sipp(address, "1001", "password_refused", "-au", "robot", "-ap", "wrong")
