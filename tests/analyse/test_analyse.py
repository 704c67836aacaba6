"""Figures against independent computations (statsmodels, SciPy, NumPy), and the rules of what counts."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest  # type: ignore[import-untyped]  # it has no stubs
from statsmodels.stats.proportion import proportion_confint  # type: ignore[import-untyped]  # it has no stubs

from probe.analyse import WORST_FIRST, Figures, Rate, analyse, figures, is_counted, wilson, worst_first
from probe.model import UNTOLD, Call, Cause, Outcome, Purpose, post_dial_delay_s, ring_s
from tests.records import MORNING, call, calls, number

HANGZHOU = ZoneInfo("Asia/Shanghai")


def of(*causes: Cause, **facts: object) -> Figures:
    return figures([call(cause, **facts) for cause in causes], zone=HANGZHOU)  # type: ignore[arg-type]


class TestWilson:
    def test_equals_statsmodels_for_every_small_sample(self) -> None:
        pairs = [(hits, n) for n in range(1, 101) for hits in range(n + 1)]
        hits, n = np.array(pairs).T
        low, high = proportion_confint(hits, n, alpha=0.05, method="wilson")
        ours = np.array([wilson(h, m) for h, m in pairs])
        np.testing.assert_allclose(ours[:, 0], low, atol=1e-12)
        np.testing.assert_allclose(ours[:, 1], high, atol=1e-12)

    @given(n=st.integers(1, 10**6), data=st.data())
    def test_equals_scipy_for_any_sample(self, n: int, data: st.DataObject) -> None:
        hits = data.draw(st.integers(0, n))
        expected = binomtest(hits, n).proportion_ci(confidence_level=0.95, method="wilson")
        assert wilson(hits, n) == pytest.approx((expected.low, expected.high), abs=1e-9)

    def test_nothing_seen_is_nothing_known(self) -> None:
        assert wilson(0, 0) is None
        assert Rate(0, 0).share is None
        assert Rate(0, 0).interval is None

    @pytest.mark.parametrize(("hits", "n", "low"), [(5, 5, 0.57), (35, 35, 0.90), (73, 73, 0.95)])
    def test_how_little_a_clean_record_shows(self, hits: int, n: int, low: float) -> None:
        """telephony.md §7."""
        interval = wilson(hits, n)
        assert interval is not None
        assert interval[0] == pytest.approx(low, abs=0.005)
        assert interval[1] == 1.0

    def test_the_ends_are_exact(self) -> None:
        assert all((wilson(0, n) or (1,))[0] == 0.0 for n in range(1, 500))
        assert all((wilson(n, n) or (0, 0))[1] == 1.0 for n in range(1, 500))


class TestWhatCounts:
    def test_connect_rate_is_people_over_conclusive_first_attempts(self) -> None:
        found = of(Cause.HUMAN, Cause.HUMAN, Cause.BUSY_TONE, Cause.IVR, Cause.VACANT_NUMBER, Cause.TRUNK)
        assert found.connect == Rate(2, 5)
        assert found.excluded == {Cause.TRUNK: 1}
        assert found.outcomes[Outcome.ANSWERED] == Rate(3, 5)
        assert Outcome.INCONCLUSIVE not in found.outcomes

    def test_a_redial_never_replaces_the_first_attempt(self) -> None:
        found = figures([call(Cause.BUSY_TONE), call(Cause.HUMAN, attempt=2), call(attempt=3)], zone=HANGZHOU)
        assert found.connect == Rate(0, 1)
        assert found.redials == 2

    @pytest.mark.parametrize("purpose", [Purpose.FOLLOW_UP, Purpose.QUIET_TIME, Purpose.CANARY, Purpose.RECHECK])
    def test_what_follows_from_something_heard_is_no_sample(self, purpose: Purpose) -> None:
        other = call(Cause.HUMAN)
        order = msgspec.structs.replace(other.record.order, purpose=purpose)
        other = msgspec.structs.replace(other, record=msgspec.structs.replace(other.record, order=order))
        found = figures([call(Cause.BUSY_TONE), other], zone=HANGZHOU)
        assert (found.connect, found.redials) == (Rate(0, 1), 1)

    @pytest.mark.parametrize(
        "cause",
        [Cause.NETWORK_CONGESTION, Cause.TRUNK, Cause.OWN_LINE, Cause.DIAL_PLAN, Cause.ROBOT, Cause.UNSURE],
    )
    def test_what_is_not_the_office_s_is_in_no_denominator(self, cause: Cause) -> None:
        with_it, without = of(Cause.HUMAN, Cause.BUSY_TONE, cause), of(Cause.HUMAN, Cause.BUSY_TONE)
        assert (with_it.connect, with_it.outcomes, with_it.causes) == (
            without.connect,
            without.outcomes,
            without.causes,
        )
        assert with_it.excluded == {cause: 1}

    def test_an_own_fault_on_a_redial_is_excluded_not_a_redial(self) -> None:
        found = figures([call(Cause.BUSY_TONE), call(Cause.TRUNK, attempt=2)], zone=HANGZHOU)
        assert (found.connect.n, found.redials, found.excluded) == (1, 0, {Cause.TRUNK: 1})

    def test_waiting_times_are_medians(self) -> None:
        found = figures(
            [
                call(pdd_s=0.5, ring_s=3.0),
                call(pdd_s=0.7, ring_s=5.0),
                call(pdd_s=3.0, ring_s=20.0),
                call(Cause.RANG_OUT, pdd_s=1.0, ring_s=45.0),
                call(Cause.TRUNK, pdd_s=9.0, ring_s=9.0),
                call(Cause.BUSY_SIGNAL, pdd_s=None, ring_s=None),
            ],
            zone=HANGZHOU,
        )
        assert found.pdd_s == pytest.approx(0.85)
        assert found.ring_s == pytest.approx(5.0), "only what a person answered, else it measures our own limit"
        assert of(Cause.BUSY_SIGNAL, pdd_s=None).ring_s is None

    def test_a_day_begins_at_local_midnight(self) -> None:
        evening, night = MORNING + timedelta(hours=14, minutes=59), MORNING + timedelta(hours=15, minutes=1)
        assert figures([call(at=evening), call(at=night)], zone=HANGZHOU).days == 2
        assert figures([call(at=evening), call(at=night)], zone=ZoneInfo("UTC")).days == 1

    @pytest.mark.parametrize(("n", "days", "enough"), [(10, 5, True), (9, 5, False), (10, 4, False), (0, 0, False)])
    def test_when_there_are_enough_calls(self, n: int, days: int, enough: bool) -> None:
        made = [call(at=MORNING + timedelta(days=i % days)) for i in range(n)]
        assert figures(made, zone=HANGZHOU).enough is enough

    @settings(max_examples=150, deadline=None)
    @given(made=st.lists(calls(), max_size=12))
    def test_every_attempt_is_in_exactly_one_heap_and_the_figures_are_right(self, made: list[Call]) -> None:
        """Computed again another way, over generated data sets."""
        found = figures(made, zone=HANGZHOU)
        kept = [c for c in made if c.record.verdict.cause not in UNTOLD and c.record.order.attempt == 1]
        assert found.calls == len(made) == found.connect.n + found.redials + sum(found.excluded.values())
        assert found.connect == Rate(sum(c.record.verdict.cause == "human" for c in kept), len(kept))
        assert sum(rate.hits for rate in found.outcomes.values()) == sum(found.causes.values()) == len(kept)
        assert found.causes == Counter(c.record.verdict.cause for c in kept)
        delays = [s for c in kept if (s := post_dial_delay_s(c.record.trace)) is not None]
        people = [c.record for c in kept if c.record.verdict.cause == "human"]
        rings = [s for r in people if (s := ring_s(r.trace, r.sounds)) is not None]
        assert found.pdd_s == (pytest.approx(np.median(delays)) if delays else None)
        assert found.ring_s == (pytest.approx(np.median(rings)) if rings else None)
        assert all(is_counted(c) for c in kept)


class TestOrder:
    def test_every_cause_has_its_place(self) -> None:
        assert sorted(WORST_FIRST) == sorted(Cause)

    def test_worst_first_by_the_kindest_reading(self) -> None:
        """Ten failures of ten weigh more than one of one: one busy call may be one conversation."""
        made = [call(Cause.BUSY_TONE, of=number(1, unit="一次占线"))]
        made += [call(Cause.BUSY_TONE, of=number(2, unit="十次占线")) for _ in range(10)]
        made += [call(Cause.TRUNK, of=number(3, unit="一无所知"))]
        made += [call(of=number(4, unit="都有人接")) for _ in range(10)]
        made += [call(Cause.VACANT_NUMBER, of=number(5, unit="一次空号"))]
        found = [unit.name for unit in analyse(made, zone=HANGZHOU).units]
        assert found == ["十次占线", "一次空号", "一次占线", "都有人接", "一无所知"]

    @settings(max_examples=50, deadline=None)
    @given(made=st.lists(calls(), max_size=12), data=st.data())
    def test_the_order_of_the_calls_does_not_matter(self, made: list[Call], data: st.DataObject) -> None:
        shuffled = data.draw(st.permutations(made))
        assert analyse(made, zone=HANGZHOU) == analyse(shuffled, zone=HANGZHOU)

    @settings(max_examples=50, deadline=None)
    @given(made=st.lists(calls(), max_size=12))
    def test_units_and_lines_hold_every_call_once(self, made: list[Call]) -> None:
        found = analyse(made, zone=HANGZHOU)
        lines = [line for unit in found.units for line in unit.lines]
        held = [c.record.order.call_id for line in lines for c in line.calls]
        assert sorted(held) == sorted(c.record.order.call_id for c in made)
        assert all(line.calls and line.number.unit == unit.name for unit in found.units for line in unit.lines)
        for unit in found.units:
            assert list(unit.lines) == sorted(unit.lines, key=worst_first)
            assert unit.figures.calls == sum(line.figures.calls for line in unit.lines)
        assert found.total.calls == len(made)

    def test_a_line_shows_the_newest_facts(self) -> None:
        old, new = number(1, service="旧"), number(1, service="新")
        made = [call(of=new, at=MORNING + timedelta(days=1)), call(of=old)]
        (unit,) = analyse(made, zone=HANGZHOU).units
        assert [line.number for line in unit.lines] == [new]
