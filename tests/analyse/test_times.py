"""Percentiles of many groups at once, against NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.analyse.times import NONE, times


def test_equals_numpy_over_a_thousand_groups() -> None:
    dice = np.random.default_rng(3)
    group = np.repeat(np.arange(1000), dice.integers(0, 30, 1000))
    value = np.where(dice.random(len(group)) < 0.2, np.nan, dice.gamma(2, 5, len(group)))
    for i, found in enumerate(times(value, group, 1000)):
        known = value[(group == i) & ~np.isnan(value)]
        assert found.n == len(known)
        if len(known):
            assert (found.p50, found.p90, found.p95) == pytest.approx(tuple(np.percentile(known, (50, 90, 95))))


@given(values=st.lists(st.floats(0, 100), min_size=1, max_size=20), data=st.data())
def test_the_order_does_not_matter(values: list[float], data: st.DataObject) -> None:
    mixed = data.draw(st.permutations(values))
    group = np.zeros(len(values), dtype=np.int64)
    assert times(np.array(values), group, 1) == times(np.array(mixed), group, 1)


def test_nothing_known_is_none() -> None:
    assert times(np.array([np.nan]), np.array([1]), 3) == (NONE, NONE, NONE)
    assert times(np.array([]), np.array([], dtype=np.int64), 0) == ()
