"""When a row of the benchmark has reached the aim."""

from __future__ import annotations

import pytest

from tests.bench.odds_aim import Row, aim, reaches
from tests.bench.odds_measure import Found, Result

AGAINST = Row(0.98, 36, 6)


@pytest.mark.parametrize(
    ("share", "minutes", "calls", "is_reached"),
    [
        (0.98, 27, 9, True),  # a quarter sooner
        (0.976, 60, 4.5, True),  # a quarter fewer calls, detection the same to the per cent
        (0.97, 27, 4.5, False),  # both, but fewer are found
        (1.0, 28, 4.6, False),
    ],
)
def test_a_quarter_sooner_or_a_quarter_fewer_calls_with_detection_no_worse(
    share: float, minutes: float, calls: float, is_reached: bool
) -> None:
    assert reaches(Found(20.0, share, minutes, calls), AGAINST) is is_reached


def test_a_row_names_the_settings_that_reach_it_and_what_that_costs() -> None:
    few, many = Found(20.0, 1.0, 45.0, 4.5), Found(20.0, 1.0, 34.0, 6.9)
    every = {
        0.32: {
            name: Result(one, one, 9.0) for name, one in {"a": few, "b": many, "a, told": few, "b, told": many}.items()
        }
    }
    notice, suspected = aim(every, ("a", "b"))
    assert notice[-3:] == ["a", "a", "a: +25% minutes, -25% follow-ups"]
    assert suspected[-2] == "a, b"
