"""A change is called one only when it is one: against statsmodels, and by how often it is said wrongly."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t  # type: ignore[import-untyped]  # it has no stubs
from statsmodels.stats.multitest import multipletests  # type: ignore[import-untyped]  # it has no stubs
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest  # type: ignore[import-untyped]

from probe.analyse.change import Trend, changes, discoveries, newcombe
from probe.analyse.compare import Standing
from probe.analyse.estimate import Estimate, estimates, wilson_bounds
from probe.analyse.moved import Moved, moved


def rate(hits: int, n: int, worth: float | None = None, days: int | None = None) -> Estimate:
    worth = float(n) if worth is None else worth
    low, high = wilson_bounds(np.array([hits / n]), np.array([worth]))
    return Estimate(
        hits=hits, n=n, share=hits / n, low=float(low[0]), high=float(high[0]), effective_n=worth, days=days or n
    )


def trend(before: Estimate | None, now: Estimate, *, enough: bool = True) -> Trend:
    return changes([before], [now], [enough], false_share=0.05)[0].trend


class TestAgainstStatsmodels:
    def test_a_thousand_pairs(self) -> None:
        dice = np.random.default_rng(1)
        n, m = dice.integers(10, 90, (2, 1000))
        before, now = dice.binomial(n, dice.beta(5, 2, 1000)), dice.binomial(m, dice.beta(5, 2, 1000))
        old = [rate(int(h), int(k)) for h, k in zip(before, n, strict=True)]
        new = [rate(int(h), int(k)) for h, k in zip(now, m, strict=True)]
        found = changes(old, new, [True] * 1000, false_share=0.05)
        for i, change in enumerate(found):
            assert change.difference == pytest.approx(now[i] / m[i] - before[i] / n[i])
            if 0 < before[i] + now[i] < n[i] + m[i]:
                z, _ = proportions_ztest([now[i], before[i]], [m[i], n[i]])
                assert change.p == pytest.approx(2 * t.sf(abs(z), n[i] + m[i] - 2), abs=1e-11)
            else:
                assert change.p == 1.0
            expected = confint_proportions_2indep(now[i], m[i], before[i], n[i], method="newcomb")
            assert (change.low, change.high) == pytest.approx(expected, abs=1e-9)
        real, *_ = multipletests([change.p for change in found], alpha=0.05, method="fdr_bh")
        assert [change.trend in (Trend.BETTER, Trend.WORSE) for change in found] == real.tolist()

    def test_discoveries_are_those_of_benjamini_and_hochberg(self) -> None:
        dice = np.random.default_rng(2)
        for _ in range(300):
            p = dice.beta(0.3, 1, dice.integers(1, 30))
            real, *_ = multipletests(p, alpha=0.1, method="fdr_bh")
            assert discoveries(p.tolist(), 0.1).tolist() == real.tolist()
        assert discoveries([], 0.1).tolist() == []


class TestWhatIsSaid:
    def test_a_clear_change_is_named_with_its_direction(self) -> None:
        assert trend(rate(27, 30), rate(10, 30)) is Trend.WORSE
        assert trend(rate(10, 30), rate(27, 30)) is Trend.BETTER

    def test_seven_of_ten_after_nine_of_ten_is_no_change_that_is_shown(self) -> None:
        assert trend(rate(9, 10), rate(7, 10)) is Trend.NOT_SHOWN

    def test_calls_that_are_alike_show_less(self) -> None:
        assert trend(rate(54, 60), rate(36, 60)) is Trend.WORSE
        assert trend(rate(54, 60, worth=12), rate(36, 60, worth=12)) is Trend.NOT_SHOWN

    def test_few_days_show_less(self) -> None:
        assert trend(rate(27, 30, days=20), rate(16, 30, days=20)) is Trend.WORSE
        assert trend(rate(27, 30, days=2), rate(16, 30, days=2)) is Trend.NOT_SHOWN

    def test_too_few_calls_or_no_period_before_say_nothing(self) -> None:
        assert trend(rate(27, 30), rate(10, 30), enough=False) is Trend.UNKNOWN
        assert trend(None, rate(10, 30), enough=False) is Trend.UNKNOWN

    def test_among_many_that_did_not_change_one_small_p_is_no_discovery(self) -> None:
        same = [(rate(24, 30), rate(24, 30))] * 60
        found = changes(
            [rate(28, 30), *(old for old, _ in same)],
            [rate(21, 30), *(new for _, new in same)],
            [True] * 61,
            false_share=0.05,
        )
        assert found[0].p is not None
        assert found[0].p < 0.05
        assert found[0].trend is Trend.NOT_SHOWN

    def test_where_nothing_changed_hardly_ever_is_a_change_named(self) -> None:
        """500 months of 40 unchanged lines: in at most one of twenty months (and a margin) is any of them named."""
        dice = np.random.default_rng(3)
        named = 0
        for _ in range(500):
            true = dice.beta(9, 2, 40)
            before, now = dice.binomial(45, true), dice.binomial(45, true)
            found = changes(
                [rate(int(h), 45) for h in before], [rate(int(h), 45) for h in now], [True] * 40, false_share=0.05
            )
            named += any(change.trend in (Trend.BETTER, Trend.WORSE) for change in found)
        assert named / 500 < 0.08

    def test_nor_where_calls_of_one_day_are_alike(self) -> None:
        """22 days of two calls, correlated by 0.2 within their day."""
        dice = np.random.default_rng(4)
        named, lines, days = 0, 40, 22
        group, day = np.repeat(np.arange(lines), days * 2), np.tile(np.repeat(np.arange(days), 2), lines)
        for _ in range(100):
            true = dice.beta(9, 2, (lines, 1)) * np.ones(days)
            months = []
            for _ in range(2):
                hit = dice.random((lines, days, 2)) < dice.beta(4 * true, 4 * (1 - true))[:, :, None]
                month = estimates(hit.ravel(), group, lines, day)
                months.append([month[i] for i in range(lines)])
            found = changes(months[0], months[1], [True] * lines, false_share=0.05)
            named += any(change.trend in (Trend.BETTER, Trend.WORSE) for change in found)
        assert named / 100 <= 0.12

    def test_the_other_way_round_the_interval_is_mirrored(self) -> None:
        low, high = newcombe(rate(9, 20), rate(15, 30))
        assert newcombe(rate(15, 30), rate(9, 20)) == pytest.approx((-high, -low))


class TestMoved:
    @pytest.mark.parametrize(
        ("before", "now", "expected"),
        [
            ((0.99, True), (0.99, True), Moved.STILL),
            ((0.30, False), (0.99, True), Moved.NEW),
            (None, (0.99, True), Moved.NEW),
            ((0.99, True), (0.30, False), Moved.RECOVERED),
            ((0.99, True), (0.80, False), Moved.UNCLEAR),
            ((0.99, True), None, Moved.UNCLEAR),
            ((0.30, False), (0.80, False), None),
            (None, None, None),
        ],
    )
    def test_what_became_of_a_line(
        self, before: tuple[float, bool] | None, now: tuple[float, bool] | None, expected: Moved | None
    ) -> None:
        assert moved(standing(before), standing(now)) is expected


def standing(of: tuple[float, bool] | None) -> Standing | None:
    if of is None:
        return None
    return Standing(rate=0.8, low=0.7, high=0.9, below_target=of[0], flagged=of[1], rank=None)
