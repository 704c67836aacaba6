"""Rates clustered by day and weighted over strata, against statsmodels and against plain sums."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
import statsmodels.api as sm  # type: ignore[import-untyped]  # it has no stubs
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t  # type: ignore[import-untyped]
from statsmodels.stats.proportion import proportion_confint  # type: ignore[import-untyped]
from statsmodels.stats.weightstats import DescrStatsW  # type: ignore[import-untyped]

from probe.analyse.estimate import Estimate, estimates, weights_of
from probe.analyse.rate import wilson


def one(
    hit: list[bool], day: list[int], *, stratum: list[int] | None = None, weights: list[float] | None = None
) -> Estimate:
    return estimates(
        np.array(hit, dtype=bool),
        np.zeros(len(hit), dtype=np.int64),
        1,
        np.array(day, dtype=np.int64),
        stratum=None if stratum is None else np.array(stratum),
        weights=None if weights is None else np.array(weights),
    )[0]


def made(seed: int, sets: int, most: int = 40) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """hit, set, day, stratum of many small data sets; calls of one day are alike."""
    dice = np.random.default_rng(seed)
    n = dice.integers(1, most, sets)
    group = np.repeat(np.arange(sets), n)
    day = dice.integers(0, 8, len(group))
    rate = dice.beta(2, 1, (sets, 8))[group, day]
    return dice.random(len(group)) < rate, group, day, dice.integers(0, 3, len(group))


class TestClusteredByDay:
    def test_equals_statsmodels_over_a_thousand_data_sets(self) -> None:
        """The variance of the mean is that of an intercept with cluster-robust errors; the interval is Wilson's of
        n_eff."""
        hit, group, day, _ = made(1, 1000)
        found = estimates(hit, group, 1000, day)
        for i in range(1000):
            y, days = hit[group == i].astype(float), day[group == i]
            n, p = len(y), y.mean()
            worth = float(n)
            if 0 < p < 1 and len(set(days)) > 1:
                fitted = sm.OLS(y, np.ones(n)).fit(cov_type="cluster", cov_kwds={"groups": days})
                worth = min(n, p * (1 - p) / max(float(fitted.bse[0]) ** 2, 1e-300) * few_days(n, len(set(days))))
            low, high = proportion_confint(worth * p, worth, method="wilson")
            assert found.share[i] == pytest.approx(p)
            assert found.effective_n[i] == pytest.approx(worth)
            assert (found.low[i], found.high[i]) == pytest.approx((low, high), abs=1e-9)

    @given(hit=st.lists(st.booleans(), min_size=1, max_size=40))
    def test_calls_of_one_day_have_the_plain_interval(self, hit: list[bool]) -> None:
        found = one(hit, [3] * len(hit))
        assert (found.low, found.high) == pytest.approx(wilson(sum(hit), len(hit)))
        assert found.design_effect == 1.0

    def test_ten_calls_of_which_each_day_is_one_are_worth_ten_days(self) -> None:
        """Ten days of ten calls, all alike within their day: as much as one call a day."""
        found = one([day < 5 for day in range(10) for _ in range(10)], [day for day in range(10) for _ in range(10)])
        assert found.effective_n == pytest.approx(9.0 * few_days(100, 10)), "m − 1, for the mean is of the same days"
        assert found.design_effect == pytest.approx(100 / 9 / few_days(100, 10))
        assert (found.n, found.days) == (100, 10)

    def test_days_that_are_by_chance_all_alike_prove_nothing_more(self) -> None:
        found = one([True, False] * 10, [i // 2 for i in range(20)])
        assert found.effective_n == 20

    def test_a_variance_that_is_known_from_few_days_counts_for_less(self) -> None:
        """One call a day: as many calls as days, nothing to heed. Twelve a day over five days: t[59]/t[4]."""
        assert one([i % 3 == 0 for i in range(30)], list(range(30))).effective_n == pytest.approx(29.0)
        assert few_days(60, 5) == pytest.approx(0.519, abs=0.001)

    def test_nothing_seen_is_nothing_known(self) -> None:
        found = one([], [])
        assert (found.hits, found.n, found.share, found.low, found.high) == (0, 0, None, None, None)
        assert found.design_effect is None

    def test_the_interval_holds_the_truth_as_often_as_it_says(self) -> None:
        """A month: 22 days of 3 calls; a day's rate is beta-distributed around 0.9 so that calls of one day correlate
        by 0.1."""
        dice = np.random.default_rng(5)
        sets, days, calls = 4000, 22, 3
        rate = dice.beta(0.9 * 9, 0.1 * 9, (sets, days))
        hit = dice.random((sets, days, calls)) < rate[:, :, None]
        group = np.repeat(np.arange(sets), days * calls)
        day = np.tile(np.repeat(np.arange(days), calls), sets)
        found = estimates(hit.ravel(), group, sets, day)
        assert 0.94 < np.mean((found.low <= 0.9) & (found.high >= 0.9)) < 0.975

    def test_a_floor_under_the_design_effect_widens(self) -> None:
        hit, day = np.array([True, False] * 10), np.arange(20)
        plain = estimates(hit, np.zeros(20, dtype=int), 1, day)[0]
        floored = estimates(hit, np.zeros(20, dtype=int), 1, day, floor=np.array([2.5]))[0]
        assert plain.effective_n > floored.effective_n == 8.0

    @settings(max_examples=60, deadline=None)
    @given(seed=st.integers(0, 10**6))
    def test_it_is_never_surer_than_independent_calls_and_the_order_does_not_matter(self, seed: int) -> None:
        hit, group, day, _ = made(seed, 5)
        found = estimates(hit, group, 5, day)
        for i in range(5):
            low, high = wilson(int(hit[group == i].sum()), int((group == i).sum())) or (0, 1)
            assert found.low[i] <= low + 1e-12
            assert found.high[i] >= high - 1e-12
            assert found.low[i] <= found.share[i] <= found.high[i]
        mixed = np.random.default_rng(seed).permutation(len(hit))
        again = estimates(hit[mixed], group[mixed], 5, day[mixed])
        np.testing.assert_allclose(again.low, found.low)
        np.testing.assert_allclose(again.effective_n, found.effective_n)


class TestWeighted:
    def test_equals_plain_sums_over_a_thousand_data_sets(self) -> None:
        hit, group, day, stratum = made(2, 1000)
        weights = np.array([0.5, 0.3, 0.2])
        found = estimates(hit, group, 1000, day, stratum=stratum, weights=weights)
        for i in range(1000):
            share, worth, covered = by_hand(hit[group == i], day[group == i], stratum[group == i], weights)
            assert found.share[i] == pytest.approx(share)
            assert found.effective_n[i] == pytest.approx(worth)
            assert found.covered[i] == pytest.approx(covered)
            low, high = proportion_confint(worth * share, worth, method="wilson")
            assert (found.low[i], found.high[i]) == pytest.approx((low, high), abs=1e-9)

    def test_the_rate_is_the_mean_of_the_strata_and_kish_bounds_what_it_is_worth(self) -> None:
        """90 of 90 in the morning, 0 of 10 in the afternoon, which is half of the day: 50 %, not 90 %."""
        hit, day = [True] * 90 + [False] * 10, [i % 10 for i in range(100)]
        found = one(hit, day, stratum=[0] * 90 + [1] * 10, weights=[0.5, 0.5])
        kish = DescrStatsW(np.array(hit), weights=[0.5 / 90] * 90 + [0.5 / 10] * 10)
        assert found.share == pytest.approx(kish.mean) == 0.5
        assert (
            found.effective_n == pytest.approx(1 / (90 * (0.5 / 90) ** 2 + 10 * (0.5 / 10) ** 2)) == pytest.approx(36)
        )

    def test_weights_like_the_sample_change_nothing_of_the_rate(self) -> None:
        hit = [True, False, True, True, False, True, True, True]
        found = one(hit, list(range(8)), stratum=[0, 0, 1, 1, 1, 1, 2, 2], weights=[0.25, 0.5, 0.25])
        assert found.share == pytest.approx(sum(hit) / 8)

    def test_a_stratum_without_calls_gives_its_weight_away_and_it_is_said(self) -> None:
        found = one([True, False, True, True], [0, 1, 2, 3], stratum=[0, 0, 1, 1], weights=[0.4, 0.4, 0.2])
        assert found.share == pytest.approx(0.75)
        assert found.covered == pytest.approx(0.8)

    def test_calls_of_a_stratum_without_weight_are_not_in_the_rate(self) -> None:
        found = one([True, False, False], [0, 1, 2], stratum=[0, 0, 1], weights=[1.0, 0.0])
        assert (found.hits, found.n, found.share) == (1, 2, 0.5)

    def test_the_interval_holds_the_truth_as_often_as_it_says(self) -> None:
        dice = np.random.default_rng(6)
        sets, calls, rates, weights = 3000, 66, np.array([0.95, 0.8, 0.6]), np.array([0.2, 0.5, 0.3])
        group, day = np.repeat(np.arange(sets), calls), np.tile(np.arange(calls) // 3, sets)
        stratum = dice.choice(3, len(group), p=[0.5, 0.25, 0.25])
        found = estimates(dice.random(len(group)) < rates[stratum], group, sets, day, stratum=stratum, weights=weights)
        truth = float(rates @ weights)
        assert 0.94 < np.mean((found.low <= truth) & (found.high >= truth)) < 0.985

    def test_weights_are_shares_of_what_is_named(self) -> None:
        np.testing.assert_allclose(weights_of(("a", "b", "c"), {"c": 3, "a": 1}), [0.25, 0, 0.75])
        for wrong in ({"a": 0.0}, {"a": 2.0, "b": -1.0}, {}):
            with pytest.raises(ValueError, match="weights"):
                weights_of(("a", "b"), wrong)


def few_days(n: int, m: int) -> float:
    """Korn and Graubard's factor for a variance that is known from m days."""
    return float((t.ppf(0.975, n - 1) / t.ppf(0.975, m - 1)) ** 2)


def by_hand(hit: np.ndarray, day: np.ndarray, stratum: np.ndarray, weights: np.ndarray) -> tuple[float, float, float]:
    """Share, effective n, covered weight: as the docstring of `estimate` says it, call by call."""
    of: defaultdict[int, list[bool]] = defaultdict(list)
    for y, s in zip(hit, stratum, strict=True):
        of[s].append(bool(y))
    covered = sum(weights[s] for s in of)
    part = {s: weights[s] / covered for s in of}
    share = sum(part[s] * sum(of[s]) / len(of[s]) for s in of)
    kish = 1 / sum(part[s] ** 2 / len(of[s]) for s in of)
    sums: defaultdict[int, float] = defaultdict(float)
    for y, d, s in zip(hit, day, stratum, strict=True):
        n = len(of[s])
        residual = (y - sum(of[s]) / n) * (n / (n - 1)) ** 0.5 if n > 1 else y - share
        sums[d] += part[s] / n * residual
    m = len(sums)
    variance = m / (m - 1) * sum(value**2 for value in sums.values()) if m > 1 else 0.0
    if 1e-12 < share < 1 - 1e-12 and variance > 1e-15:
        return share, min(kish, share * (1 - share) / variance * few_days(len(hit), m)), covered
    return share, kish, covered
