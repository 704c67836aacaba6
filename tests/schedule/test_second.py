"""What a second trunk or caller ID says of a failure: any order of calls, any ways."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.model import OUTCOME_OF, Cause, Outcome, Purpose
from probe.plan import Way
from probe.schedule.second import ASKED, WITHIN, Opinion, over_two_ways, second
from probe.store.outcomes import Brief
from tests.records import BLAME, MORNING, OWN

A, B = Way(trunk="a", caller_id="1"), Way(trunk="b", caller_id="2")


def brief(cause: Cause, minute: float = 0.0, way: Way = A, **facts: object) -> Brief:
    outcome = OUTCOME_OF[cause]
    given = {
        "call_id": f"{way.trunk}{minute}",
        "at": MORNING + timedelta(minutes=minute),
        "outcome": outcome,
        "cause": cause,
        "blame": OWN.get(cause, BLAME[outcome]),
        "purpose": Purpose.BASE if minute == 0 else Purpose.FOLLOW_UP,
        "attempt": 1 if minute == 0 else 2,
        "stratum": "",
        "confidence": 0.9,
        "ring_s": None,
        "voided": False,
        "trunk": way.trunk,
        "caller_id": way.caller_id,
    }
    return Brief(**(given | facts))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("first", "then", "opinion"),
    [
        (Cause.RANG_OUT, Cause.NO_ANSWER_ANNOUNCEMENT, Opinion.AGREED),
        (Cause.RANG_OUT, Cause.HUMAN, Opinion.DENIED),
        (Cause.RANG_OUT, Cause.GREETING, Opinion.DENIED),
        (Cause.RANG_OUT, Cause.BUSY_TONE, Opinion.WAITING),
        (Cause.RANG_OUT, Cause.UNSURE, Opinion.WAITING),
        (Cause.RANG_OUT, Cause.TRUNK, Opinion.WAITING),
        (Cause.VACANT_NUMBER, Cause.SUSPENDED, Opinion.AGREED),
        (Cause.VACANT_NUMBER, Cause.BUSY_TONE, Opinion.DENIED),
        (Cause.VACANT_NUMBER, Cause.RANG_OUT, Opinion.DENIED),
        (Cause.BUSY_TONE, Cause.HUMAN, Opinion.NOT_WANTED),
        (Cause.HUMAN, Cause.RANG_OUT, Opinion.NOT_WANTED),
        (Cause.TRUNK, Cause.HUMAN, Opinion.NOT_WANTED),
    ],
)
def test_what_the_second_call_makes_of_the_first(first: Cause, then: Cause, opinion: Opinion) -> None:
    line = [brief(first), brief(then, 5, B)]
    said = second(line[0], line, [A, B], MORNING + timedelta(minutes=6))
    assert said.opinion is opinion
    assert said.against is (opinion in (Opinion.NOT_WANTED, Opinion.AGREED))


def test_when_nobody_could_be_asked_it_is_held_against_nobody() -> None:
    call = brief(Cause.RANG_OUT)
    said = second(call, [call], [A, B], MORNING + WITHIN)
    assert (said.opinion, said.against) == (Opinion.NONE, False)
    assert said.told is not None


@pytest.mark.parametrize("ways", [[], [A], [Way(trunk="a")]])
def test_without_a_second_way_that_is_well_nothing_waits(ways: list[Way]) -> None:
    call = brief(Cause.RANG_OUT)
    assert second(call, [call], ways, MORNING).opinion is Opinion.NOT_WANTED


@given(
    st.lists(
        st.tuples(st.sampled_from(Cause), st.integers(1, 60), st.sampled_from([A, B]), st.booleans()),
        max_size=8,
    ),
    st.sampled_from([Cause.RANG_OUT, Cause.VACANT_NUMBER, Cause.POWERED_OFF]),
)
def test_only_calls_that_count_over_another_way_and_in_time_have_a_say(
    later: list[tuple[Cause, int, Way, bool]], cause: Cause
) -> None:
    first = brief(cause)
    line = sorted((brief(c, m, w, voided=v) for c, m, w, v in later), key=lambda b: b.at)
    said = second(first, [first, *line], [A, B], MORNING + timedelta(hours=2))
    if said.other is not None:
        assert said.other.trunk == "b"
        assert not said.other.voided
        assert said.other.outcome is not Outcome.INCONCLUSIVE
        assert said.other.at - first.at <= WITHIN
        assert (said.opinion is Opinion.AGREED) is (said.other.outcome is first.outcome)
    assert said.opinion in (Opinion.AGREED, Opinion.DENIED, Opinion.NONE)
    assert first.outcome in ASKED


def test_a_suspicion_rests_on_two_ways_when_there_are_two() -> None:
    busy = [brief(Cause.BUSY_TONE, float(m)) for m in range(3)]
    assert not over_two_ways(busy, [A, B])
    assert over_two_ways([*busy, brief(Cause.BUSY_TONE, 9, B)], [A, B])
    assert over_two_ways(busy, [A])
