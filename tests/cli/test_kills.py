"""`make bench-kills` in small: SIGKILL in the middle of rounds loses no call and repeats none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.kills import run

pytestmark = pytest.mark.hears


def test_killed_rounds_are_resumed_without_a_call_lost_or_made_twice(tmp_path: Path) -> None:
    tally = run(kills=5, seed=7, numbers=40, folder=tmp_path)
    assert sum(tally.kills.values()) >= 5
    assert tally.unaccounted == []
    assert tally.twice == []
    assert tally.recorded == tally.ordered == 40 * tally.rounds
