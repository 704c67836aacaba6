"""Which way out a call takes, for any trunks: the rules of the choice, whatever the numbers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from probe.plan import Way, in_order, other, sharing, stand_ins

WAYS = st.lists(
    st.builds(Way, trunk=st.sampled_from("abcd"), caller_id=st.sampled_from(["1", "2", "3"]), preference=st.just(0)),
    min_size=1,
    max_size=8,
    unique_by=lambda way: (way.trunk, way.caller_id),
).flatmap(
    # a trunk has one preference
    lambda ways: st.fixed_dictionaries({name: st.integers(1, 3) for name in "abcd"}).map(
        lambda wanted: in_order(
            Way(trunk=way.trunk, caller_id=way.caller_id, preference=wanted[way.trunk]) for way in ways
        )
    )
)


@given(WAYS, st.integers(0, 50))
def test_everybody_stands_in_once_and_the_preferred_first(ways: tuple[Way, ...], index: int) -> None:
    found = stand_ins(ways, index)
    assert found[0] == ways[index % len(ways)]
    assert sorted(found, key=str) == sorted(ways, key=str)
    assert [way.preference for way in found[1:]] == sorted(way.preference for way in found[1:])


@given(WAYS)
def test_random_calls_go_over_the_preferred_ones(ways: tuple[Way, ...]) -> None:
    n = sharing(ways)
    best = min(way.preference for way in ways)
    assert {way.preference for way in ways[:n]} == {best}
    assert all(way.preference > best for way in ways[n:])


@given(WAYS, st.integers(0, 50))
def test_the_next_is_another_trunk_if_there_is_one_and_else_another_number(ways: tuple[Way, ...], index: int) -> None:
    mine, next_one = ways[index % len(ways)], ways[other(ways, index)]
    elsewhere = [way for way in ways if way.trunk != mine.trunk]
    if elsewhere:
        assert next_one.trunk != mine.trunk
        assert next_one.preference == min(way.preference for way in elsewhere)
    else:
        assert (next_one != mine) is (len(ways) > 1)


@given(st.lists(st.sampled_from("abcdefgh"), min_size=2, max_size=8, unique=True), st.integers(0, 7))
def test_what_one_trunk_cannot_carry_is_spread_over_its_equals(names: list[str], index: int) -> None:
    """Each way's first stand-in is the one after it, so that no single one gets everything."""
    ways = tuple(Way(trunk=name) for name in names)
    assert len({stand_ins(ways, n)[1].trunk for n in range(len(ways))}) == len(ways)
    assert stand_ins(ways, index)[1] == ways[(index + 1) % len(ways)]


def test_trunks_of_one_preference_stay_as_they_stand_in_the_file() -> None:
    ways = [Way(trunk="c", preference=2), Way(trunk="b"), Way(trunk="a")]
    assert [way.trunk for way in in_order(ways)] == ["b", "a", "c"]
