"""`[plan]` and `[manners]` become one policy, which can be stricter than usual and never looser."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from probe.plan import Policy
from probe.settings import read
from probe.settings.mistakes import WrongSettings


def test_without_the_tables_the_policy_is_the_usual_one(tmp_path: Path) -> None:
    (tmp_path / "probe.toml").write_text("[robot]\n")
    assert read(tmp_path / "probe.toml").policy() == Policy()


def test_what_stands_in_the_tables_and_where_the_robot_is(tmp_path: Path) -> None:
    file = tmp_path / "probe.toml"
    file.write_text(
        """
        [robot]
        area_code = "0991"
        timezone = "Asia/Urumqi"
        [plan]
        base_calls = 2
        base_gap_min = 45
        late_min = 5
        hours = "周一至周五 10:00-19:00"
        holidays = "days.toml"
        [manners]
        preset = "strict"
        answered_per_day = 1
        call_from = "09:30"
        call_until = "18:00"
        calls_per_day = 500
        allow = ["+86991*"]
        canaries = ["+869912345678"]
        """,
        encoding="utf-8",
    )
    settings = read(file)
    policy = settings.policy()
    assert (policy.base_calls, policy.base_gap_s, policy.late_s) == (2, 2700, 300)
    assert (policy.per_24h, policy.answered_per_day, policy.calls_per_day) == (5, 1, 500)
    assert (policy.call_from, policy.call_until) == (time(9, 30), time(18))
    assert (policy.allow, policy.canaries) == (("+86991*",), ("+869912345678",))
    assert (policy.area_code, policy.timezone) == ("0991", "Asia/Urumqi")
    assert settings.plan.holidays == tmp_path / "days.toml"


@pytest.mark.parametrize(
    "line",
    [
        "answered_per_day = 4",
        "attempts_per_24h = 17",
        "attempts_per_5min = 4",
        'call_from = "07:59"',
        'call_until = "21:01"',
        'call_from = "18:00"\ncall_until = "09:00"',
        'allow = "12345"',
        "allow = [12345]",
        'canaries = [""]',
        "gap_min = 0",
        'preset = "loose"',
    ],
)
def test_nothing_can_be_made_looser(tmp_path: Path, line: str) -> None:
    file = tmp_path / "probe.toml"
    file.write_text(f"[manners]\n{line}\n")
    with pytest.raises(WrongSettings) as caught:
        read(file)
    assert "[manners]" in caught.value.text("zh")
    assert caught.value.text("en").count("\n") == 0


@pytest.mark.parametrize("line", ['hours = "看情况"', "base_calls = 13", "late_min = 0", "base_gap_min = 4"])
def test_what_cannot_be_planned_is_pointed_out(tmp_path: Path, line: str) -> None:
    file = tmp_path / "probe.toml"
    file.write_text(f"[plan]\n{line}\n", encoding="utf-8")
    with pytest.raises(WrongSettings):
        read(file)
