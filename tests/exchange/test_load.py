"""Two hundred calls at once. `python -m tests.exchange.load` prints figures; here they need only be sane."""

import pytest

from tests.exchange.load import Load, measure

TRIES = 4  # a machine that others use stands still for a second now and then; an exchange that cannot do it never can

pytestmark = pytest.mark.hears


def keeps_the_clock(load: Load) -> bool:
    return (
        load.packets > 200 * 3 * 45
        and load.lost < load.packets / 100
        and 19 < load.gap_median_ms < 21
        and load.gap_p99_ms < 100
        and load.drift_ms < 200
        and load.cpu_percent < 60
    )


def test_two_hundred_calls_keep_the_clock() -> None:
    seen = []
    for _ in range(TRIES):
        seen.append(measure(calls=200, seconds=3.0))
        assert seen[-1].calls == 200
        if keeps_the_clock(seen[-1]):
            return
    pytest.fail(f"not once: {seen}")
