"""Hour by weekday, days and weeks: against counts made one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from scipy.stats import binomtest  # type: ignore[import-untyped]  # it has no stubs

from probe.analyse.clock import clock
from probe.analyse.columns import Columns
from probe.analyse.estimate import Estimate
from probe.analyse.heaps import Heap, heaps
from probe.analyse.pattern import Cell, Step, by_day, by_week, hard, matrix
from probe.analyse.rate import wilson
from probe.model import Cause, Purpose
from tests.analyse.made import ZONE, columns, few, plain
from tests.analyse.test_summary import heap_of


def drawn(of: Columns) -> tuple[tuple[Cell, ...], tuple[Step, ...], tuple[Step, ...]]:
    local = clock(of.at, ZoneInfo(ZONE))
    counted = heaps(of, frozenset({Purpose.BASE})) == Heap.COUNTED
    return matrix(of, local, counted), by_day(of, local, counted), by_week(of, local, counted)


@pytest.mark.parametrize("seed", range(10))
def test_equals_counts_made_one_by_one(seed: int) -> None:
    made = columns(seed, units=20, days=30)
    counted = [one for one in plain(made) if heap_of(one) == "counted"]
    moments = [datetime.fromtimestamp(one.at, UTC).astimezone(ZoneInfo(ZONE)) for one in counted]
    cells, days, weeks = drawn(made)

    def hits(keys: list[object]) -> dict[object, tuple[int, int]]:
        n, people = Counter(keys), Counter(k for k, one in zip(keys, counted, strict=True) if one.cause is Cause.HUMAN)
        return {key: (people[key], n[key]) for key in n}

    assert {(c.weekday, c.hour): (c.connect.hits, c.connect.n) for c in cells} == hits(
        [(at.weekday(), at.hour) for at in moments]
    )
    assert {s.first: (s.connect.hits, s.connect.n) for s in days} == hits([at.date() for at in moments])
    assert {s.first: (s.connect.hits, s.connect.n) for s in weeks} == hits(
        [at.date() - timedelta(days=at.weekday()) for at in moments]
    )
    assert [s.first for s in days] == sorted(s.first for s in days)
    assert all(s.first.weekday() == 0 for s in weeks)
    for found in (cells, days, weeks):
        assert sum(part.connect.n for part in found) == len(counted)


def test_a_day_has_the_plain_interval_and_a_week_heeds_its_days() -> None:
    _, days, weeks = drawn(
        few(*((Cause.HUMAN if day < 2 else Cause.BUSY_TONE, 24 * day + h) for day in range(4) for h in range(3)))
    )
    assert [(s.connect.low, s.connect.high) for s in days] == [pytest.approx(wilson(s.connect.hits, 3)) for s in days]
    assert (weeks[0].first, weeks[0].connect.n) == (date(2026, 3, 2), 12)
    assert weeks[0].connect.effective_n == pytest.approx(3.0 * (2.200985 / 3.182446) ** 2), (
        "t with 11 and with 3 degrees of freedom"
    )


def test_nothing_counted_draws_nothing() -> None:
    assert drawn(few((Cause.TRUNK, 0))) == ((), (), ())
    assert drawn(few()) == ((), (), ())


class TestHardHours:
    def test_none_is_named_where_all_are_alike(self) -> None:
        """40 hours of a week with 12 calls each and one rate: some hour is named in few weeks."""
        dice, named, rounds = np.random.default_rng(5), 0, 400
        for _ in range(rounds):
            hits = dice.binomial(12, 0.85, 40)
            named += bool(hard(week(hits, 12), plain_rate(int(hits.sum()), 480), 0.05))
        assert named / rounds < 0.06

    def test_the_hard_ones_are_named_worst_first(self) -> None:
        hits = [11] * 38 + [6, 3]
        found = hard(week(hits, 12), plain_rate(sum(hits), 480), 0.05)
        assert [cell.connect.hits for cell in found] == [3, 6]

    @pytest.mark.parametrize("hits", [3, 6, 8, 11])
    def test_it_is_the_binomial_test(self, hits: int) -> None:
        p = binomtest(hits, 12, 0.85, "less").pvalue
        assert len(hard(week([hits], 12), plain_rate(408, 480), p + 1e-9)) == 1
        assert len(hard(week([hits], 12), plain_rate(408, 480), p - 1e-9)) == 0

    @pytest.mark.parametrize("hits", [0, 12])
    def test_all_or_none_answered_has_no_hard_hour(self, hits: int) -> None:
        assert hard(week([hits] * 40, 12), plain_rate(hits * 40, 480), 0.05) == ()


def week(hits: Iterable[int], n: int) -> tuple[Cell, ...]:
    return tuple(Cell(weekday=i // 8, hour=9 + i % 8, connect=plain_rate(int(k), n)) for i, k in enumerate(hits))


def plain_rate(hits: int, n: int) -> Estimate:
    low, high = wilson(hits, n) or (0.0, 1.0)
    return Estimate(hits=hits, n=n, share=hits / n, low=low, high=high, effective_n=float(n), days=5)
