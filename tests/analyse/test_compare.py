"""Fair comparison: the prior, what is known of each unit, ranks, and how often somebody is named wrongly."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy.integrate import quad  # type: ignore[import-untyped]  # it has no stubs
from scipy.optimize import brute  # type: ignore[import-untyped]
from scipy.stats import beta, betabinom, binom  # type: ignore[import-untyped]

from probe.analyse.compare import Standing, flagged, ranks, standings
from probe.analyse.estimate import Estimate
from probe.analyse.prior import Prior, below, credible, fit, posterior


def rate(hits: float, n: int, worth: float | None = None) -> Estimate:
    worth = float(n) if worth is None else worth
    return Estimate(hits=int(hits), n=n, share=hits / n, low=0.0, high=1.0, effective_n=worth, days=n)


def stand(
    rates: list[Estimate], *, target: float = 0.9, seed: int | None = 1, **options: object
) -> tuple[Standing | None, ...]:
    enough = options.pop("enough", [True] * len(rates))
    dice = None if seed is None else np.random.default_rng(seed)
    return standings(rates, enough, target=target, false_share=0.05, dice=dice, **options)[1]  # type: ignore[arg-type]


class TestPrior:
    @pytest.mark.parametrize("seed", range(8))
    def test_is_the_maximum_that_scipy_s_beta_binomial_gives(self, seed: int) -> None:
        """A search over a grid of mean and size, with the likelihood and the two priors written out anew."""
        dice = np.random.default_rng(seed)
        n = dice.integers(10, 80, 30)
        hits = dice.binomial(n, dice.beta(9, 2, 30))

        def loss(x: np.ndarray) -> float:
            mean, size = x[0], np.exp(x[1])
            likelihood = betabinom.logpmf(hits, n, mean * size, (1 - mean) * size).sum()
            uniform_shrinkage = np.log(size) - 2 * np.log(n.mean() + size)
            return -float(likelihood + 0.5 * np.log(mean * (1 - mean)) + uniform_shrinkage)

        mean, size = brute(loss, ((0.3, 0.99), (0.0, 8.0)), Ns=40)
        found = fit(hits.astype(float), n.astype(float))
        assert found is not None
        assert found.a / (found.a + found.b) == pytest.approx(mean, abs=0.002)
        assert np.log(found.a + found.b) == pytest.approx(size, abs=0.03)

    def test_finds_what_the_units_were_drawn_from(self) -> None:
        dice = np.random.default_rng(4)
        n = dice.integers(40, 80, 2000)
        found = fit(dice.binomial(n, dice.beta(18, 2, 2000)).astype(float), n.astype(float))
        assert found is not None
        assert (found.a, found.b) == (pytest.approx(18, rel=0.1), pytest.approx(2, rel=0.1))

    @pytest.mark.parametrize("hits", [[20.0], [0.0], [12.0], [20.0, 20.0, 20.0], [0.0, 0.0], [19.0, 20.0]])
    def test_few_units_give_a_prior_that_is_worth_about_as_much_as_their_calls(self, hits: list[float]) -> None:
        found = fit(np.array(hits), np.full(len(hits), 20.0))
        assert found is not None
        assert 0.5 < found.a + found.b < 400
        assert 0.0 < found.a / (found.a + found.b) < 1.0

    def test_one_unit_has_about_its_own_mean_and_about_as_many_calls(self) -> None:
        found = fit(np.array([12.0]), np.array([20.0]))
        assert found is not None
        assert found.a / (found.a + found.b) == pytest.approx(0.6, abs=0.02)
        assert 10 < found.a + found.b < 40

    def test_units_that_have_nothing_in_common_tell_each_other_nothing(self) -> None:
        found = fit(np.array([20.0, 0.0]), np.array([20.0, 20.0]))
        assert found is not None
        assert found.a + found.b < 1

    def test_no_calls_give_none(self) -> None:
        assert fit(np.array([0.0, 0.0]), np.array([0.0, 0.0])) is None
        assert fit(np.array([]), np.array([])) is None

    def test_a_unit_with_few_calls_is_drawn_towards_the_others(self) -> None:
        few, many = stand([rate(6, 10), rate(60, 100), *(rate(18, 20) for _ in range(20))])[:2]
        assert few is not None
        assert many is not None
        assert 0.9 > few.rate > many.rate > 0.6


class TestPosterior:
    def test_probability_below_the_target_is_the_area_of_the_density(self) -> None:
        dice = np.random.default_rng(2)
        a, b = dice.uniform(1, 60, 100), dice.uniform(0.5, 20, 100)
        for x, y, found in zip(a, b, below(a, b, 0.9), strict=True):
            area, _ = quad(beta(x, y).pdf, 0, 0.9, limit=200)
            assert found == pytest.approx(area, abs=1e-6)

    def test_the_interval_leaves_as_much_above_as_below(self) -> None:
        low, high = credible(np.array([18.0, 3.0]), np.array([2.0, 9.0]))
        np.testing.assert_allclose(beta.cdf(low, [18, 3], [2, 9]), 0.025)
        np.testing.assert_allclose(beta.sf(high, [18, 3], [2, 9]), 0.025)

    def test_true_rates_are_in_their_intervals_as_often_as_said(self) -> None:
        dice = np.random.default_rng(3)
        true, n = dice.beta(9, 1.5, 3000), dice.integers(10, 60, 3000).astype(float)
        hits = dice.binomial(n.astype(int), true).astype(float)
        prior = fit(hits, n)
        assert prior is not None
        low, high = credible(*posterior(prior, hits, n))
        assert 0.94 < np.mean((low <= true) & (true <= high)) < 0.96


class TestFlagged:
    def test_is_the_longest_list_that_keeps_the_agreed_share(self) -> None:
        dice = np.random.default_rng(8)
        for _ in range(200):
            p = dice.beta(0.5, 0.5, 7)
            allowed = [
                chosen
                for k in range(8)
                for chosen in combinations(range(7), k)
                if not chosen or np.mean([1 - p[i] for i in chosen]) <= 0.05
            ]
            assert flagged(p, 0.05).sum() == max(map(len, allowed))
            assert not flagged(p, 0.05).any() or p[flagged(p, 0.05)].min() >= p[~flagged(p, 0.05)].max(initial=0.0)

    def test_of_those_named_at_most_the_agreed_share_is_named_wrongly(self) -> None:
        """100 districts of 60 lines: who is said to be below 0.8 is so but for 5 in a hundred (and what chance
        adds)."""
        dice = np.random.default_rng(9)
        wrong = named = 0
        for _ in range(100):
            true, n = dice.beta(12, 2, 60), dice.integers(10, 60, 60)
            found = stand(
                [rate(h, m) for h, m in zip(dice.binomial(n, true), n.tolist(), strict=True)], target=0.8, seed=None
            )
            flags = np.array([one is not None and one.flagged for one in found])
            named += int(flags.sum())
            wrong += int((true[flags] >= 0.8).sum())
        assert named > 300
        assert wrong <= binom.ppf(0.999, named, 0.05)

    def test_a_clean_record_is_never_named(self) -> None:
        assert not any(one and one.flagged for one in stand([rate(20, 20) for _ in range(50)]))


class TestRanks:
    def test_of_two_units_the_better_one_is_first_as_often_as_the_integral_says(self) -> None:
        a, b = np.array([30.0, 27.0]), np.array([3.0, 6.0])
        first, _ = quad(lambda x: beta(30, 3).pdf(x) * beta(27, 6).cdf(x), 0, 1)
        found = ranks(a, b, np.random.default_rng(0))
        assert [rank.place for rank in found] == [1, 2]
        assert 0.025 < 1 - first < 0.2, "so the interval holds both places"
        assert all((rank.low, rank.high) == (1, 2) for rank in found)

    def test_clear_differences_have_narrow_intervals(self) -> None:
        found = ranks(np.array([50.0, 950.0, 500.0]), np.array([950.0, 50.0, 500.0]), np.random.default_rng(0))
        assert [(r.place, r.low, r.high, r.of) for r in found] == [(3, 3, 3, 3), (1, 1, 1, 3), (2, 2, 2, 3)]

    def test_the_same_dice_give_the_same_ranks(self) -> None:
        rates = [rate(h, 30) for h in range(10, 30)]
        assert stand(rates, seed=7) == stand(rates, seed=7)

    def test_places_are_a_permutation_and_lie_in_their_intervals(self) -> None:
        dice = np.random.default_rng(1)
        found = ranks(dice.uniform(5, 50, 120), dice.uniform(1, 10, 120), np.random.default_rng(2))
        assert sorted(rank.place for rank in found) == list(range(1, 121))
        assert all(1 <= rank.low <= rank.place <= rank.high <= 120 == rank.of for rank in found)

    def test_the_true_place_is_in_the_interval_as_often_as_said(self) -> None:
        dice = np.random.default_rng(6)
        held = []
        for _ in range(40):
            true, n = dice.beta(9, 2, 40), dice.integers(20, 60, 40).astype(float)
            hits = dice.binomial(n.astype(int), true).astype(float)
            found = ranks(*posterior(Prior(a=9, b=2, units=40), hits, n), np.random.default_rng(3))
            place = np.empty(40, dtype=int)
            place[np.argsort(-true)] = np.arange(1, 41)
            held += [rank.low <= at <= rank.high for rank, at in zip(found, place, strict=True)]
        assert 0.93 < np.mean(held) < 0.98


class TestTooFewCalls:
    def test_have_no_standing_and_no_place_among_the_others(self) -> None:
        found = stand([rate(5, 5), rate(28, 30), rate(20, 30)], enough=[False, True, True])
        assert found[0] is None
        assert [one.rank.of for one in found[1:] if one and one.rank] == [2, 2]

    def test_nobody_with_enough_calls_means_nobody_is_ranked(self) -> None:
        assert stand([rate(5, 5), rate(3, 5)], enough=[False, False]) == (None, None)
        assert stand([]) == ()

    def test_calls_that_are_alike_weigh_less(self) -> None:
        """A hundred calls of four bad days are no hundred witnesses."""
        others = [rate(28, 30) for _ in range(20)]
        alike, independent = stand([rate(70, 100, worth=8.0), *others])[0], stand([rate(70, 100), *others])[0]
        assert alike is not None
        assert independent is not None
        assert alike.below_target < independent.below_target
        assert (alike.flagged, independent.flagged) == (False, True)
