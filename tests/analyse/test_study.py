"""A period as a whole: the golden district, and what must hold of every study."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from probe.analyse.appendix import FORMULAS, WEIGHTING
from probe.analyse.calls import RATED, analyse
from probe.analyse.change import Trend
from probe.analyse.columns import PURPOSE_CODE, Columns, columns_of, menu_depth, queue_s
from probe.analyse.heaps import heap_of, heaps
from probe.analyse.moved import Moved
from probe.analyse.study import Study
from probe.model import Because, Call, Cause, Purpose, Signal, Trace
from probe.words import LANGUAGES, catalogue, words
from tests.analyse.golden import FILE
from tests.analyse.made import ZONE, columns, few
from tests.analyse.month import FEBRUARY, MARCH, month, period, told
from tests.records import call, calls, number

WEIGHTS = {"opening": 1.0, "before_lunch": 2.0, "after_lunch": 1.0, "closing": 2.0}


def test_the_golden_district() -> None:
    """A change here is a change of what people are told: look at the diff, then `python -m tests.analyse.golden`."""
    assert told(month()) == FILE.read_text(encoding="utf-8")


class TestAddsUp:
    @pytest.mark.parametrize("seed", range(12))
    def test_units_and_lines_make_the_whole(self, seed: int) -> None:
        made = columns(seed, units=15, days=12)
        found = month(made, columns(seed + 100, units=15, days=12))
        units = [unit.summary for unit in found.units]
        lines = [line.summary for unit in found.units for line in unit.lines]
        for parts in (units, lines):
            for name in ("calls", "counted", "follow_ups", "prompt_unknown", "unfinished"):
                assert getattr(found.total, name) == sum(getattr(part, name) for part in parts)
            for name in ("aside", "inconclusive", "voided", "causes"):
                assert getattr(found.total, name) == sum((Counter(getattr(part, name)) for part in parts), Counter())
            for name in ("connect", "prompt", "reached", "unclear"):
                assert getattr(found.total, name).hits == sum(getattr(part, name).hits for part in parts)
                assert getattr(found.total, name).n == sum(getattr(part, name).n for part in parts)
            spots = sum((Counter(part.spot.numbers) for part in parts), Counter())
            assert {spot: n for spot, n in found.total.spot.numbers.items() if n} == spots
        assert found.total.calls + found.canaries == len(made)
        assert sum(cell.connect.n for cell in found.matrix) == sum(step.connect.n for step in found.days)
        assert sum(step.connect.n for step in found.weeks) == found.total.counted

    def test_each_unit_is_in_the_sheet_once_and_each_line_in_its_unit(self) -> None:
        found = month()
        assert sorted(row.unit for row in found.sheet) == sorted(unit.name for unit in found.units)
        assert all(line.number.unit == unit.name for unit in found.units for line in unit.lines)
        assert found.worst[0].summary.connect.hits == 0


class TestWhatDoesNotCount:
    def test_is_nowhere_but_in_its_own_count(self) -> None:
        """Voided calls, canaries, quiet-time and recheck calls taken out: nothing changes but their counters."""
        full = period(2, MARCH, 1)
        office = np.isin(full.purpose, [PURPOSE_CODE[Purpose.BASE], PURPOSE_CODE[Purpose.FOLLOW_UP]])
        clean = full.only(office & (full.voided < 0))
        found, again = month(full), month(clean)
        assert (found.matrix, found.days, found.weeks, found.sheet) == (
            again.matrix,
            again.days,
            again.weeks,
            again.sheet,
        )
        for one, other in zip(found.worst, again.worst, strict=True):
            assert (one.standing, one.change, one.moved) == (other.standing, other.change, other.moved)
            assert (one.summary.connect, one.summary.spot) == (other.summary.connect, other.summary.spot)
        assert (again.total.voided, again.total.aside, again.canaries) == ({}, {}, 0)
        assert found.canaries == int((full.purpose == PURPOSE_CODE[Purpose.CANARY]).sum()) > 0

    def test_a_voided_call_without_an_outcome_is_voided_and_not_inconclusive(self) -> None:
        void = replace(call(Cause.TRUNK), voided=Because(key="health.no_canary"))
        found = month(columns_of([call(), call(Cause.UNSURE), void, void]), columns_of([])).total
        assert (found.voided, found.inconclusive) == ({"health.no_canary": 2}, {Cause.UNSURE: 1})
        assert (found.unclear.hits, found.unclear.n) == (1, 2), "of those that were not voided"

    def test_a_canary_s_number_is_no_line(self) -> None:
        found = month(few((Cause.HUMAN, 0), purpose=Purpose.CANARY), few())
        assert (found.units, found.sheet, found.canaries, found.total.calls) == ((), (), 1, 0)


@given(
    purpose=st.sampled_from(Purpose),
    attempt=st.integers(1, 3),
    cause=st.sampled_from(Cause),
    void=st.booleans(),
    over=st.sampled_from([frozenset({Purpose.BASE}), RATED]),
)
def test_a_whole_call_is_in_the_heap_that_it_is_in_among_all(
    purpose: Purpose, attempt: int, cause: Cause, void: bool, over: frozenset[Purpose]
) -> None:
    made = call(cause, attempt=attempt)
    record = replace(made.record, order=replace(made.record.order, purpose=purpose))
    made = replace(made, record=record, voided=Because(key="health.no_canary") if void else None)
    assert [heap_of(made, over)] == heaps(columns_of([made]), over).tolist()


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_the_order_of_the_calls_does_not_matter(seed: int) -> None:
    now, before = columns(seed % 7, units=6, days=12), columns(seed % 7 + 50, units=6, days=12)
    dice = np.random.default_rng(seed)

    def mixed(of: Columns) -> Columns:
        return of.only(dice.permutation(len(of)))  # type: ignore[arg-type]  # an index chooses as a mask does

    assert told(month(mixed(now), mixed(before), weights=WEIGHTS)) == told(month(now, before, weights=WEIGHTS))


class TestWorstFirst:
    def test_by_the_kindest_reading_as_in_the_figures_of_whole_calls(self) -> None:
        made = [call(Cause.BUSY_TONE, of=number(1, unit="一次占线"))]
        made += [call(Cause.BUSY_TONE, of=number(2, unit="十次占线")) for _ in range(10)]
        made += [call(Cause.TRUNK, of=number(3, unit="一无所知"))]
        made += [call(of=number(4, unit="都有人接")) for _ in range(10)]
        made += [call(Cause.VACANT_NUMBER, of=number(5, unit="一次空号"))]
        found = [unit.name for unit in month(columns_of(made), columns_of([])).units]
        assert found == [unit.name for unit in analyse(made, zone=ZoneInfo(ZONE)).units]
        assert found[0] == "十次占线"

    @settings(max_examples=15, deadline=None)
    @given(made=st.lists(calls(), max_size=10))
    def test_agrees_with_the_figures_of_whole_calls(self, made: list[Call]) -> None:
        found, expected = month(columns_of(made), columns_of([])), analyse(made, zone=ZoneInfo(ZONE))
        assert found.total.counted == expected.total.connect.n
        assert (found.total.connect.hits, found.total.causes) == (expected.total.connect.hits, expected.total.causes)
        assert sorted(unit.name for unit in found.units) == sorted(unit.name for unit in expected.units)


class TestAgainstTheMonthBefore:
    def test_new_still_and_recovered_lines(self) -> None:
        found = month()
        units = {what: {line.number.unit for line in found.lines(what)} for what in Moved}
        assert units[Moved.NEW] == {"余杭区不动产登记服务中心"}
        assert units[Moved.RECOVERED] == {"仓前街道办事处"}
        assert units[Moved.STILL] == {"五常街道办事处", "良渚街道办事处", "闲林街道办事处"}

    def test_without_a_month_before_nothing_is_a_change(self) -> None:
        found = month(before=columns_of([]))
        assert found.change.trend is Trend.UNKNOWN
        assert all(line.change.trend is Trend.UNKNOWN for line in found.worst)
        assert found.lines(Moved.STILL) == found.lines(Moved.RECOVERED) == ()


class TestOneUnitsPage:
    @pytest.mark.parametrize("seed", range(6))
    def test_says_of_the_unit_what_the_whole_says_but_for_the_rank(self, seed: int) -> None:
        """Who is flagged, and what is a change, depends on all units; a page takes both from the whole."""
        now, before = columns(seed, units=25, calls=60), columns(seed + 20, units=25, calls=60, human=0.75)
        whole = month(now, before)
        assert 0 < sum(unit.standing is not None and unit.standing.flagged for unit in whole.units) < 25
        for unit in whole.units[::3]:
            mine, past = now.only(chosen(now, unit.name)), before.only(chosen(before, unit.name))
            found = month(mine, past, fleet=whole.fleet)
            (page,) = found.units
            assert found.change.trend is unit.change.trend, "its headline"
            assert page.summary.connect.hits == unit.summary.connect.hits
            assert page.summary.connect.low == pytest.approx(unit.summary.connect.low)
            assert page.change.trend is unit.change.trend
            assert [(line.number, line.moved, line.change.trend) for line in page.lines] == [
                (line.number, line.moved, line.change.trend) for line in unit.lines
            ]
            if unit.standing is None:
                assert page.standing is None
                continue
            assert page.standing is not None
            assert page.standing.rank is None
            assert page.standing.flagged is unit.standing.flagged
            assert page.standing.below_target == pytest.approx(unit.standing.below_target)

    @pytest.mark.parametrize("seed", range(2))
    def test_a_number_s_headline_is_its_change_among_all_numbers(self, seed: int) -> None:
        now, before = columns(seed, units=25, calls=60), columns(seed + 20, units=25, calls=60, human=0.75)
        whole, alone = month(now, before), set[Trend]()
        for line in whole.worst:
            mine, past = (of.only(np.array([of.numbers[i] == line.number for i in of.number])) for of in (now, before))
            found = month(mine, past, fleet=whole.fleet, one_number=True)
            (unit,) = found.units
            assert found.change.trend is unit.change.trend is unit.lines[0].change.trend is line.change.trend
            if line.change.trend is Trend.NOT_SHOWN:
                alone.add(month(mine, past).change.trend)
        assert alone > {Trend.NOT_SHOWN}, "alone, some would be called a change"


def chosen(of: Columns, unit: str) -> np.ndarray:
    return np.array([of.numbers[i].unit == unit for i in of.number])


class TestAppendix:
    def test_says_what_the_figures_depend_on(self) -> None:
        found = month(weights=WEIGHTS).appendix
        assert (found.since, found.before) == (MARCH, (FEBRUARY, MARCH))
        assert (found.purposes, found.weights, found.draw_seed) == ((Purpose.BASE,), WEIGHTS, 20260302)
        assert found.made.dice[0].seed is None
        assert found.formulas == FORMULAS
        assert set(FORMULAS) - set(month().appendix.formulas) == {WEIGHTING}, "told only when it is used"

    def test_every_formula_has_its_sentence_and_the_other_way_round(self) -> None:
        assert {key for key in catalogue("figures") if key.startswith("formula_")} == set(FORMULAS)
        assert all(words(f"figures.{key}", lang) for key in FORMULAS for lang in LANGUAGES)

    def test_a_study_is_json_and_back(self) -> None:
        found = month()
        assert msgspec.json.decode(msgspec.json.encode(found), type=Study) == found


class TestFromTraces:
    def test_how_long_a_queue_kept_the_caller(self) -> None:
        trace = Trace(number="1", started_at=datetime(2026, 3, 2, tzinfo=UTC), answered_at_s=8.0, ended_at_s=27.5)
        assert queue_s(trace, Cause.QUEUE) == 19.5
        assert queue_s(trace, Cause.IVR) is None

    def test_choices_made_in_menus(self) -> None:
        keys = tuple(Signal(at_s=float(i), sent=sent) for i, sent in enumerate(("INVITE", "DTMF 1", "DTMF 0", "BYE")))
        at = datetime(2026, 3, 2, tzinfo=UTC)
        assert menu_depth(Trace(number="1", started_at=at, signals=keys)) == 2
        assert menu_depth(Trace(number="1", started_at=at)) is None
