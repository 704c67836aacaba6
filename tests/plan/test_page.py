"""docs/plan.md says what the code does."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import probe
from probe.plan import Policy, commitment
from probe.plan import pieces as p
from probe.plan.dice import draws
from probe.plan.strata import NAMES, strata
from tests.plan.worlds import opened

PAGE = (Path(probe.__file__).parent.parent / "docs" / "plan.md").read_text(encoding="utf-8")
SEED = bytes(range(32))


def test_the_recipe_for_checking_draws_what_we_draw() -> None:
    code = re.search(r"```python\n(.*?)```", PAGE, re.S)
    assert code is not None
    known: dict[str, object] = {}
    exec(code[1], known)
    by_hand = known["draws"](SEED, "base", "2026-03-02", "+8657187250001", 0)  # type: ignore[operator]
    assert tuple(by_hand) == draws(SEED, "base", date(2026, 3, 2), "+8657187250001", 0)
    assert commitment(SEED)[:8] in code[1]


def test_the_strata_of_the_table() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\S+) \| (\S+) \|$", PAGE, re.M)
    assert [name for name, *_ in rows] == [*NAMES]
    for column, hours in ((1, ((540, 720), (840, 1020))), (2, ((540, 1020),))):
        found = strata(p.of(opened(date(2026, 3, 2), hours, ZoneInfo("UTC"))), ZoneInfo("UTC"))
        said = [f"{s.pieces[0][0] // 60 % 1440}-{s.pieces[-1][1] // 60 % 1440}" for s in found]
        assert said == ["-".join(_minutes(clock) for clock in row[column].split("–")) for row in rows]


def test_the_limits_of_the_table() -> None:
    policy = Policy()
    for row in (
        f"in a day of its clock | {policy.answered_per_day} |",
        f"in any 24 hours, from all caller IDs | {policy.per_24h}; {Policy(preset='strict').per_24h} with",
        f"in any 5 minutes | {policy.attempts_per_5min} |",
        f"between two calls of a number | {policy.gap_s / 60:g} min |",
        f"from one caller ID in any hour | {policy.caller_id_per_hour} |",
        f"in a day of the robot's clock | {policy.calls_per_day:,} |",
        f"from {policy.call_from:%H:%M} to {policy.call_until:%H:%M} on the clock of the number",
    ):
        assert row in PAGE


def _minutes(clock: str) -> str:
    hour, minute = clock.split(":")
    return str(int(hour) * 60 + int(minute))
