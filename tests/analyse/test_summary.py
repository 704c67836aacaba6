"""The figures of a thousand made-up units at once, against each unit's computed call by call in plain Python."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from msgspec.structs import replace
from scipy.stats import t  # type: ignore[import-untyped]  # it has no stubs
from statsmodels.stats.proportion import proportion_confint  # type: ignore[import-untyped]  # it has no stubs

from probe.analyse.clock import clock
from probe.analyse.columns import Columns, columns_of
from probe.analyse.estimate import Estimate
from probe.analyse.heaps import Heap, heaps, rated
from probe.analyse.rate import Rate
from probe.analyse.spot import SPOT_OF, Spot, spot_codes
from probe.analyse.summary import CAUSES_OF, Result, Summary, summaries
from probe.model import UNTOLD, Cause, Kind, Origin, Purpose, Segment, Signal, Sounds
from tests.analyse.made import REASONS, STRATA, ZONE, One, columns, few, joined, plain
from tests.records import call, number

UNITS = 1000
BASE = frozenset({Purpose.BASE})
WEIGHTS = {"opening": 0.4, "before_lunch": 0.3, "after_lunch": 0.2, "closing": 0.1}


def summed(
    of: Columns, *, weights: dict[str, float] | None = None, over: frozenset[Purpose] = BASE
) -> tuple[Summary, ...]:
    """By unit."""
    local = clock(of.at, ZoneInfo(ZONE))
    return summaries(of, local, heaps(of, over), over, of.unit_of_line, len(of.units), weights=weights)


def alone(of: Columns, **options: object) -> Summary:
    (found,) = summed(of, **options)  # type: ignore[arg-type]
    return found


@cache
def thousand() -> tuple[Columns, dict[str, list[One]], tuple[Summary, ...]]:
    made = columns(11, units=UNITS)
    by_unit: defaultdict[str, list[One]] = defaultdict(list)
    for one in plain(made):
        by_unit[one.unit].append(one)
    return made, by_unit, summed(made)


def heap_of(one: One) -> str:
    """As telephony.md §7 and the issue say it."""
    if one.purpose not in (Purpose.BASE, Purpose.FOLLOW_UP):
        return "aside"
    if one.voided is not None:
        return "voided"
    if one.cause in UNTOLD:
        return "inconclusive"
    return "counted" if one.attempt == 1 and one.purpose is Purpose.BASE else "follow_up"


class Rates:
    """Rates held against plain Python one by one, and their intervals against statsmodels all at once."""

    def __init__(self) -> None:
        self._worth: list[tuple[float, float, float | None, float | None]] = []

    def check(self, found: Estimate, hits: list[One], of: list[One]) -> None:
        """The share, and what the calls are worth, made from the days' sums."""
        n, h = len(of), len(hits)
        assert (found.hits, found.n) == (h, n)
        if not n:
            assert (found.share, found.low, found.high) == (None, None, None)
            return
        p, ids = h / n, {id(one) for one in hits}
        sums: defaultdict[int, float] = defaultdict(float)
        for one in of:
            sums[one.day] += (id(one) in ids) - p
        m = len(sums)
        variance = m / (m - 1) * sum(s * s for s in sums.values()) / n**2 if m > 1 else 0.0
        worth = float(n)
        if variance > 1e-15 and 0 < h < n:
            few_days = (t.ppf(0.975, n - 1) / t.ppf(0.975, m - 1)) ** 2
            worth = min(n, p * (1 - p) / variance * few_days)
        assert found.share == pytest.approx(p)
        assert found.effective_n == pytest.approx(worth)
        self._worth.append((p, worth, found.low, found.high))

    def intervals(self) -> None:
        """Wilson's, of p and what the calls are worth."""
        p, worth, low, high = np.array(self._worth).T
        assert len(p) >= UNITS / 2
        np.testing.assert_allclose((low, high), proportion_confint(worth * p, worth, method="wilson"), atol=1e-9)


class TestAThousandUnits:
    def test_every_call_is_in_one_heap_and_the_heaps_are_told(self) -> None:
        _, by_unit, found = thousand()
        assert len(found) == UNITS
        for calls, summary in zip(by_unit.values(), found, strict=True):
            heap = Counter(heap_of(one) for one in calls)
            assert summary.calls == len(calls)
            assert summary.counted == summary.connect.n == heap["counted"]
            assert summary.follow_ups == heap["follow_up"]
            assert sum(summary.aside.values()) == heap["aside"]
            assert summary.inconclusive == Counter(o.cause for o in calls if heap_of(o) == "inconclusive")
            assert summary.voided == Counter(o.voided for o in calls if heap_of(o) == "voided")
            assert summary.counted + summary.follow_ups + heap["aside"] + heap["inconclusive"] + heap["voided"] == len(
                calls
            )

    def test_rates(self) -> None:
        _, by_unit, found = thousand()
        rates = Rates()
        for calls, summary in zip(by_unit.values(), found, strict=True):
            counted = [one for one in calls if heap_of(one) == "counted"]
            person = [one for one in counted if one.cause is Cause.HUMAN]
            rates.check(summary.connect, person, counted)
            for result, causes in CAUSES_OF.items():
                rates.check(summary.results[result], [one for one in counted if one.cause in causes], counted)
            assert sum(rate.hits for rate in summary.results.values()) == summary.counted
            assert summary.causes == Counter(one.cause for one in counted)
            first = [o for o in calls if o.purpose is Purpose.BASE and o.attempt == 1]
            first = [o for o in first if heap_of(o) in ("counted", "inconclusive")]
            rates.check(summary.unclear, [o for o in first if heap_of(o) == "inconclusive"], first)

        rates.intervals()

    def test_within_15_seconds(self) -> None:
        _, by_unit, found = thousand()
        rates = Rates()
        for calls, summary in zip(by_unit.values(), found, strict=True):
            counted = [one for one in calls if heap_of(one) == "counted"]
            unknown = [
                one
                for one in counted
                if one.cause is Cause.HUMAN and one.ring_s is None and (one.answered_s is None or one.answered_s > 15)
            ]
            known = [one for one in counted if one not in unknown]
            people = [one for one in known if one.cause is Cause.HUMAN]
            soon = [o for o in people if (o.answered_s if o.ring_s is None else o.ring_s or 0.0) <= 15]  # type: ignore[operator]  # known
            assert summary.prompt_unknown == len(unknown)
            rates.check(summary.prompt, soon, known)
        rates.intervals()

    def test_times_days_and_lines(self) -> None:
        _, by_unit, found = thousand()
        for calls, summary in zip(by_unit.values(), found, strict=True):
            counted = [one for one in calls if heap_of(one) == "counted"]
            assert summary.days == len({one.day for one in counted})
            assert summary.lines == len({one.number for one in counted})
            for times, values in (
                (summary.pdd, [one.pdd_s for one in counted if one.pdd_s is not None]),
                (summary.ring, [o.ring_s for o in counted if o.cause is Cause.HUMAN and o.ring_s is not None]),
                (summary.queue, [one.queue_s for one in counted if one.queue_s is not None]),
            ):
                assert times.n == len(values)
                if values:
                    assert (times.p50, times.p90, times.p95) == pytest.approx(np.percentile(values, (50, 90, 95)))

    def test_reached_within_three_half_days(self) -> None:
        _, by_unit, found = thousand()
        some = 0
        for calls, summary in zip(by_unit.values(), found, strict=True):
            starts, unfinished = reached([one for one in calls if heap_of(one) == "counted"])
            some += len(starts)
            assert (summary.reached.hits, summary.reached.n) == (sum(r for r, _ in starts), len(starts))
            assert summary.unfinished == unfinished
            if starts:
                assert summary.reached.effective_n <= len(starts) ** 2 / sum(tries for _, tries in starts) + 1e-9
        assert some > UNITS

    def test_weighted_rates_are_the_mean_of_the_strata(self) -> None:
        made, by_unit, _ = thousand()
        for calls, summary in zip(by_unit.values(), summed(made, weights=WEIGHTS), strict=True):
            counted = [one for one in calls if heap_of(one) == "counted"]
            strata = {s: [o.cause is Cause.HUMAN for o in counted if o.stratum == s] for s in STRATA}
            present = {s: ys for s, ys in strata.items() if ys}
            total = sum(WEIGHTS[s] for s in present)
            if present:
                share = sum(WEIGHTS[s] / total * sum(ys) / len(ys) for s, ys in present.items())
                assert summary.connect.share == pytest.approx(share)
                assert summary.connect.covered == pytest.approx(total)

    def test_the_order_of_the_calls_does_not_matter(self) -> None:
        made = columns(12, units=50)
        mixed = made.only(np.random.default_rng(0).permutation(len(made)))  # type: ignore[arg-type]  # an index does too
        for one, other in zip(summed(made), summed(mixed), strict=True):
            assert (one.calls, one.causes, one.voided, one.spot) == (
                other.calls,
                other.causes,
                other.voided,
                other.spot,
            )
            assert one.connect.low == pytest.approx(other.connect.low)
            assert one.reached == other.reached

    def test_what_does_not_count_changes_no_rate(self) -> None:
        """Voided, inconclusive, quiet-time, canary and recheck calls and those by hand raise their own counters."""
        made = columns(13, units=200)
        heap = heaps(made, BASE)
        without = made.only((heap == Heap.COUNTED) | (heap == Heap.FOLLOW_UP))
        for one, other in zip(summed(made), summed(without), strict=True):
            assert (one.connect, one.prompt, one.reached, one.results) == (
                other.connect,
                other.prompt,
                other.reached,
                other.results,
            )
            assert (one.pdd, one.ring, one.causes, one.spot) == (other.pdd, other.ring, other.causes, other.spot)
            assert (other.voided, other.inconclusive, other.aside) == ({}, {}, {})

    def test_follow_ups_change_nothing_but_their_count_and_the_spot_check(self) -> None:
        made = columns(14, units=200)
        heap = heaps(made, BASE)
        without = made.only(heap != Heap.FOLLOW_UP)
        for one, other in zip(summed(made), summed(without), strict=True):
            assert (one.connect, one.prompt, one.reached, one.pdd) == (
                other.connect,
                other.prompt,
                other.reached,
                other.pdd,
            )
            assert other.follow_ups == 0


def reached(counted: list[One]) -> tuple[list[tuple[bool, int]], int]:
    """(reached, tries) of each start that could be completed, and how many could not."""
    found, unfinished = [], 0
    for line in {one.number for one in counted}:
        firsts: dict[tuple[int, bool], bool] = {}
        for one in sorted((o for o in counted if o.number == line), key=lambda o: (o.at, counted.index(o))):
            firsts.setdefault(one.half, one.cause is Cause.HUMAN)
        halves = sorted(firsts)
        for i, (day, pm) in enumerate(halves):
            tries = halves[i : i + 3]
            if len(tries) < 3 or (tries[2][0] * 2 + tries[2][1]) - (day * 2 + pm) >= 14:
                unfinished += 1
                continue
            answered = [firsts[half] for half in tries]
            found.append((any(answered), answered.index(True) + 1 if any(answered) else 3))
    return found, unfinished


class TestReached:
    def test_a_person_on_the_third_half_day_is_reached(self) -> None:
        summary = alone(few((Cause.BUSY_TONE, 0), (Cause.RANG_OUT, 5), (Cause.HUMAN, 24)))
        assert (summary.reached.hits, summary.reached.n, summary.unfinished) == (1, 1, 2)

    def test_a_second_call_on_the_same_half_day_is_no_second_try(self) -> None:
        summary = alone(few((Cause.BUSY_TONE, 0), (Cause.HUMAN, 1), (Cause.RANG_OUT, 5), (Cause.RANG_OUT, 24)))
        assert (summary.reached.hits, summary.reached.n) == (0, 1)

    def test_three_tries_must_be_within_a_week(self) -> None:
        late = few((Cause.BUSY_TONE, 0), (Cause.RANG_OUT, 24), (Cause.HUMAN, 24 * 7))
        assert alone(late).reached.n == 0
        in_time = few((Cause.BUSY_TONE, 0), (Cause.RANG_OUT, 24), (Cause.HUMAN, 24 * 6 + 5))
        assert (alone(in_time).reached.hits, alone(in_time).reached.n) == (1, 1)

    def test_follow_ups_are_no_tries(self) -> None:
        first = few((Cause.BUSY_TONE, 0), (Cause.BUSY_TONE, 5), (Cause.BUSY_TONE, 24))
        follow = few((Cause.HUMAN, 4.9), purpose=Purpose.FOLLOW_UP, attempt=2)
        assert alone(joined(first, follow)).reached.hits == 0


class TestPrompt:
    @pytest.mark.parametrize(("ring", "hits"), [(15.0, 1), (15.1, 0)])
    def test_fifteen_seconds_are_within_fifteen_seconds(self, ring: float, hits: int) -> None:
        found = summed(columns_of([call(ring_s=ring)]), over=frozenset({Purpose.MANUAL}))[0].prompt
        assert (found.hits, found.n) == (hits, 1)

    def test_session_progress_is_no_alerting(self) -> None:
        """IMS sends 183 at once and 180 when the telephone rings; the 15 s are the office's, not the network's."""
        made = call(ring_s=None, pdd_s=0.6)
        progress = Signal(at_s=0.6, received="SIP/2.0 183 Session Progress", origin=Origin.WIRE)

        def answered(after_s: float, *more: Signal, heard: tuple[Segment, ...] = ()) -> Rate:
            trace = replace(made.record.trace, signals=(progress, *more), answered_at_s=after_s, ended_at_s=after_s + 8)
            record = replace(made.record, trace=trace, sounds=Sounds(segments=heard))
            return summed(columns_of([replace(made, record=record)]), over=frozenset({Purpose.MANUAL}))[0].prompt

        ringing = Signal(at_s=6.5, received="SIP/2.0 180 Ringing", origin=Origin.WIRE)
        ringback = Segment(kind=Kind.RINGBACK, start_s=6.5, end_s=16.0)
        assert answered(16.5, ringing).hits == 1
        assert answered(16.5, heard=(ringback,)).hits == 1
        assert answered(22.0, ringing).hits == 0
        assert answered(14.0).hits == 1, "it cannot have begun before the call"
        assert answered(16.5).n == 0, "when it began, nobody knows"

    def test_a_machine_in_time_is_nobody(self) -> None:
        found = summed(columns_of([call(Cause.IVR, ring_s=2.0)]), over=frozenset({Purpose.MANUAL}))[0].prompt
        assert (found.hits, found.n) == (0, 1)


class TestWhichPurposes:
    def test_calls_by_hand_count_only_where_there_is_no_programme(self) -> None:
        by_hand = few((Cause.BUSY_TONE, 0), (Cause.BUSY_TONE, 1), purpose=Purpose.MANUAL)
        programme = few((Cause.HUMAN, 2))
        assert Purpose.MANUAL in rated(by_hand)
        assert rated(joined(by_hand, programme)) == BASE
        summary = alone(joined(by_hand, programme))
        assert (summary.connect.hits, summary.connect.n, summary.aside) == (1, 1, {Purpose.MANUAL: 2})

    @pytest.mark.parametrize("purpose", [Purpose.QUIET_TIME, Purpose.CANARY, Purpose.RECHECK])
    def test_others_never_do(self, purpose: Purpose) -> None:
        summary = alone(few((Cause.HUMAN, 0), purpose=purpose), over=frozenset({Purpose.BASE, Purpose.MANUAL}))
        assert (summary.connect.n, summary.aside) == (0, {purpose: 1})


class TestSpotCheck:
    def test_every_clear_cause_has_a_code_or_is_left_to_a_person(self) -> None:
        assert set(SPOT_OF) == set(Cause)
        assert {cause for cause, spot in SPOT_OF.items() if spot is None} == {
            cause for cause in Cause if cause in UNTOLD
        }

    @pytest.mark.parametrize(
        ("causes", "spot"),
        [
            ("human", Spot.PERSON),
            ("busy_tone busy_tone human", Spot.PERSON),
            ("rang_out dropped", Spot.HUNG_UP),
            ("rang_out rang_out rang_out", Spot.NO_ANSWER),
            ("rang_out rang_out", Spot.TOO_FEW),
            ("busy_tone busy_signal busy_announcement", Spot.BUSY),
            ("busy_tone busy_tone", Spot.TOO_FEW),
            ("busy_tone busy_tone rang_out", Spot.NO_ANSWER),
            ("greeting rang_out greeting", Spot.NO_ANSWER),
            ("vacant_number vacant_number", Spot.DEAD),
            ("vacant_number", Spot.TOO_FEW),
            ("vacant_number suspended rang_out", Spot.NO_ANSWER),
            ("ivr", Spot.LISTEN),
            ("busy_tone busy_tone busy_tone queue", Spot.LISTEN),
            ("unsure trunk", None),
            ("busy_tone busy_tone trunk", Spot.TOO_FEW),
        ],
    )
    def test_a_number_has_the_code_of_all_its_dials(self, causes: str, spot: Spot | None) -> None:
        made = few(*((Cause(name), hour) for hour, name in enumerate(causes.split())))
        assert spot_codes(made.line, 1, made.cause) == (spot,)

    def test_a_follow_up_counts_here_because_the_protocol_dials_again(self) -> None:
        first, again = few((Cause.BUSY_TONE, 0)), few((Cause.HUMAN, 1), purpose=Purpose.FOLLOW_UP, attempt=2)
        assert alone(joined(first, again)).spot.numbers[Spot.PERSON] == 1

    def test_the_valid_rate_is_over_numbers_with_a_code(self) -> None:
        made = [call(Cause.HUMAN, of=number(1)), call(Cause.IVR, of=number(2)), call(Cause.RANG_OUT, of=number(3))]
        made += [call(Cause.VACANT_NUMBER, of=number(4)), call(Cause.VACANT_NUMBER, of=number(4), attempt=2)]
        check = alone(columns_of(made), over=frozenset({Purpose.MANUAL})).spot
        assert (check.valid.hits, check.valid.n) == (1, 2)
        assert (check.numbers[Spot.LISTEN], check.numbers[Spot.TOO_FEW]) == (1, 1)

    def test_numbers_add_up(self) -> None:
        _, by_unit, found = thousand()
        for calls, summary in zip(by_unit.values(), found, strict=True):
            clear = {one.number for one in calls if heap_of(one) in ("counted", "follow_up")}
            assert sum(summary.spot.numbers.values()) == len(clear)


class TestEdges:
    def test_no_calls_have_no_figures(self) -> None:
        assert summed(columns_of([])) == ()

    def test_causes_and_results_are_complete(self) -> None:
        clear = [c for c in Cause if c not in UNTOLD]
        assert sorted(cause for causes in CAUSES_OF.values() for cause in causes) == sorted(clear)
        assert set(CAUSES_OF) == set(Result)

    @pytest.mark.parametrize(("n", "days", "enough"), [(10, 5, True), (9, 5, False), (10, 4, False)])
    def test_when_there_are_enough_calls(self, n: int, days: int, enough: bool) -> None:
        assert alone(few(*((Cause.HUMAN, 24 * (i % days)) for i in range(n)))).enough is enough

    def test_reasons_of_voided_calls_are_counted_by_their_key(self) -> None:
        made = columns(15, units=30)
        assert {reason for summary in summed(made) for reason in summary.voided} == set(REASONS)
