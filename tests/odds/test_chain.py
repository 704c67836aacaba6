"""The chain against the practice offices, which know nothing of it, and against the formulas it approximates."""

from __future__ import annotations

from math import log, sqrt
from statistics import NormalDist

import numpy as np
import pytest

from probe.odds import Habits
from probe.odds.chain import FREE, Chain, generator, residual_survival, stationary
from tests.bench.odds_bound import frontier, least_calls, least_minutes
from tests.bench.odds_offices import Day, line_days, load_seen

HABITS = Habits()


@pytest.mark.parametrize("minutes", [0.5, 1.5, 3, 6, 12, 24, 48, 90])
def test_a_talk_in_progress_lasts_as_a_lognormal_one(minutes: float) -> None:
    sd = sqrt(log(1 + 1.3**2))
    z = (log(minutes / 3) + sd * sd / 2) / sd
    above = NormalDist()
    exact = 1 - above.cdf(z - sd) - minutes / 3 * (1 - above.cdf(z))
    assert residual_survival(minutes, HABITS) == pytest.approx(exact, rel=0.06)


@pytest.mark.parametrize("load", [0.02, 0.3, 0.7, 0.95])
def test_the_chain_has_the_load_it_was_asked_for(load: float) -> None:
    assert 1 - Chain(load, HABITS).rest[FREE].sum() == pytest.approx(load, rel=1e-3)


def test_without_redials_the_load_is_erlangs() -> None:
    calm = Habits(redial_share=0.0)
    rest = stationary(generator(0.2, calm))
    assert 1 - rest[FREE].sum() == pytest.approx(0.6 / 1.6)


def test_probabilities_stay_probabilities() -> None:
    line = Chain(0.4, HABITS)
    for minutes in (0.1, 3.0, 600.0):
        after = line.over(np.array(minutes))
        assert after.sum(axis=0) == pytest.approx(np.ones(len(after)))
        assert after.min() > -1e-9


@pytest.mark.parametrize(("load", "gap", "calls"), [(0.1, 6, 3), (0.32, 7, 4), (0.55, 5, 6)])
def test_runs_are_as_frequent_as_in_simulated_offices(load: float, gap: float, calls: int) -> None:
    rng = np.random.default_rng(11)
    line = Chain(load, HABITS)
    days = line_days(rng, Day((0.0,), (line.callers,), 540.0), 2500)
    starts = rng.uniform(60, 500 - gap * calls, (len(days), 12)).tolist()
    runs = [
        all(day(at + gap * k) for k in range(calls + 1)) for day, row in zip(days, starts, strict=True) for at in row
    ]
    x, over = line.rest.copy(), line.over(np.array(float(gap)))
    x[FREE] = 0
    for _ in range(calls):
        x = over @ x
        x[FREE] = 0
    assert 0.75 < np.mean(runs) / x.sum() < 1.12  # a calm line's long talks are taken a little longer than they are


def test_offices_reach_the_load_they_are_made_for_and_repeat_themselves() -> None:
    day = Day((0.0,), (Chain(0.42, HABITS).callers,), 480.0)
    one, two = (line_days(np.random.default_rng(3), day, 300) for _ in range(2))
    assert one == two
    assert load_seen(one, np.random.default_rng(4), 60, 480) == pytest.approx(0.42, abs=0.02)


def test_a_handset_off_the_hook_engages_the_line_until_it_is_put_back() -> None:
    day = Day((0.0,), (0.01,), 480.0)
    (line,) = line_days(np.random.default_rng(1), day, 1, off_hook=np.array([100.0]), off_hook_for=180.0)
    assert all(line(m) for m in np.linspace(100.1, 279.9, 50))
    assert not line_days(np.random.default_rng(1), Day((0.0,), (1e-9,), 480.0), 1)[0](200.0)


def test_nobody_is_surer_than_the_bound_allows() -> None:
    for load in (0.05, 0.32, 0.55):
        spans = frontier(load, 0.025, 24)
        assert min(spans) >= least_calls(load, 0.025)
        assert min(spans.values()) >= least_minutes(load, 0.025)
        assert list(spans.values()) == sorted(spans.values(), reverse=True) or load < 0.1
