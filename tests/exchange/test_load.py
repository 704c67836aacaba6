"""Two hundred calls at once. `python -m tests.exchange.load` prints figures; here they need only be sane."""

import pytest

from tests.exchange.load import measure

pytestmark = pytest.mark.hears


def test_two_hundred_calls_keep_the_clock() -> None:
    load = measure(calls=200, seconds=3.0)
    assert load.calls == 200
    assert load.packets > 200 * 3 * 45
    assert load.lost < load.packets / 100
    assert 19 < load.gap_median_ms < 21
    assert load.gap_p99_ms < 100
    assert load.drift_ms < 200
    assert load.cpu_percent < 60
