"""The performance sheet: points after the rule, grades, and what is not said of few calls."""

from __future__ import annotations

from functools import cache

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.analyse.compare import Rank, Standing
from probe.analyse.estimate import Estimate
from probe.analyse.rule import Grade, ScoreRule
from probe.analyse.score import Score, score
from probe.analyse.summary import Summary
from probe.model import Cause
from tests.analyse.made import few
from tests.analyse.test_summary import alone


@cache
def some() -> Summary:
    """Twelve calls over six days."""
    return alone(few(*((Cause.HUMAN, 12 * i) for i in range(12))))


def rate(share: float | None, low: float | None = None, high: float | None = None, n: int = 30) -> Estimate:
    if share is None:
        return Estimate(hits=0, n=0, share=None, low=None, high=None, effective_n=0.0, days=0)
    low, high = share if low is None else low, share if high is None else high
    return Estimate(hits=round(share * n), n=n, share=share, low=low, high=high, effective_n=float(n), days=n)


def row(connect: Estimate, prompt: Estimate, reached: Estimate) -> Score:
    summary = msgspec.structs.replace(some(), connect=connect, prompt=prompt, reached=reached)
    return score("单位", summary, None, ScoreRule())


class TestPoints:
    @pytest.mark.parametrize(
        ("connect", "prompt", "reached", "points"),
        [
            (0.95, 0.95, 0.95, 100.0),
            (1.0, 1.0, 1.0, 100.0),
            (0.50, 0.50, 0.50, 0.0),
            (0.10, 0.00, 0.20, 0.0),
            (0.725, 0.50, 0.95, 60 * 0.5 + 0 + 20),
            (0.95, 0.50, 0.50, 60.0),
        ],
    )
    def test_by_straight_line_between_none_and_full(
        self, connect: float, prompt: float, reached: float, points: float
    ) -> None:
        found = row(rate(connect), rate(prompt), rate(reached)).points
        assert found is not None
        assert found.value == pytest.approx(points)

    def test_what_is_not_known_takes_no_part(self) -> None:
        found = row(rate(0.725), rate(0.95), rate(None)).points
        assert found is not None
        assert found.value == pytest.approx((60 * 0.5 + 20) / 80 * 100)

    def test_their_interval_is_that_of_the_rates(self) -> None:
        found = row(rate(0.8, 0.7, 0.9), rate(0.8, 0.7, 0.9), rate(0.8, 0.7, 0.9)).points
        assert found is not None
        assert (found.low, found.value, found.high) == pytest.approx((400 / 9, 600 / 9, 800 / 9))

    @given(rates=st.lists(st.floats(0, 1), min_size=9, max_size=9))
    def test_they_lie_in_their_interval_between_0_and_100(self, rates: list[float]) -> None:
        a, b, c = (sorted(rates[i : i + 3]) for i in (0, 3, 6))
        found = row(rate(a[1], a[0], a[2]), rate(b[1], b[0], b[2]), rate(c[1], c[0], c[2])).points
        assert found is not None
        assert 0 <= found.low <= found.value <= found.high <= 100 + 1e-9


class TestGrades:
    @pytest.mark.parametrize(
        ("points", "grade"),
        [
            (100, "excellent"),
            (90, "excellent"),
            (89.9, "good"),
            (80, "good"),
            (60, "pass"),
            (59.9, "fail"),
            (0, "fail"),
        ],
    )
    def test_by_their_least_points(self, points: float, grade: str) -> None:
        assert ScoreRule().grade(points) is Grade(grade)

    def test_a_grade_is_certain_when_both_ends_have_it(self) -> None:
        wide, narrow = rate(0.8, 0.6, 0.94), rate(0.94, 0.93, 0.95)
        unsure, sure = row(wide, wide, wide), row(narrow, narrow, narrow)
        assert (unsure.grade, unsure.grade_low, unsure.grade_high) == (Grade.PASS, Grade.FAIL, Grade.EXCELLENT)
        assert not unsure.certain
        assert sure.certain


class TestFewCalls:
    def test_have_no_points_no_grade_and_no_rank(self) -> None:
        summary = alone(few(*((Cause.BUSY_TONE, 12 * i) for i in range(9))))
        found = score("单位", summary, None, ScoreRule())
        assert not found.enough
        assert (found.points, found.grade, found.rank, found.flagged, found.certain) == (None, None, None, False, False)
        assert found.connect.n == 9, "what was seen is shown all the same"

    def test_a_rank_comes_with_its_interval(self) -> None:
        rank = Rank(place=3, low=1, high=7, of=20)
        standing = Standing(rate=0.9, low=0.8, high=0.95, below_target=0.4, flagged=False, rank=rank)
        found = score("单位", some(), standing, ScoreRule())
        assert found.rank == rank
        assert found.below_target == 0.4


def test_a_rate_that_is_higher_never_has_fewer_points() -> None:
    points = [row(rate(p), rate(p), rate(p)).points for p in np.linspace(0, 1, 101)]
    values = [found.value for found in points if found]
    assert len(values) == 101
    assert values == sorted(values)
