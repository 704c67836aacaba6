"""Which calls by hand go over the next trunk: a property of any sequence of results."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from probe.cli.failover import Failover
from probe.dial import Trunk
from probe.health import CONSECUTIVE, ours
from probe.model import Cause, Order, Record
from tests.records import call, number

TRUNK = Trunk(name="a", proxy="sip:192.0.2.1")
OURS = [Cause.TRUNK, Cause.NETWORK_CONGESTION, Cause.OWN_LINE, Cause.DIAL_PLAN]
THEIRS = [Cause.HUMAN, Cause.BUSY_SIGNAL, Cause.RANG_OUT, Cause.VACANT_NUMBER, Cause.UNSURE, Cause.ROBOT]


def turn(*, is_last: bool = False, count: int = 1) -> Failover:
    return Failover(TRUNK, number=count, is_last=is_last, why=lambda record: "why")


def record(cause: Cause, index: int = 0, *, rang: bool = False) -> Record:
    return call(cause, of=number(index), ring_s=4.0 if rang else None, call_id=f"batch-{index}").record


@given(st.lists(st.tuples(st.sampled_from(OURS + THEIRS), st.booleans()), max_size=30))
def test_only_what_our_own_trunk_spoilt_and_nobody_was_rung_by(results: list[tuple[Cause, bool]]) -> None:
    one = turn()
    for index, (cause, rang) in enumerate(results):
        made = record(cause, index, rang=rang)
        again = one.heard(made)
        assert (again is not None) is (ours(made.verdict) and cause in OURS and not rang)
        if again is not None:
            assert again.call_id == f"batch-{index}-t2"
            assert (again.number, again.attempt, again.purpose) == (made.order.number, 1, made.order.purpose)
    run = 0
    for cause, _ in results:
        run = run + 1 if cause in OURS else 0
    assert one.gave_up is (run >= CONSECUTIVE)


def order(index: int, called: str = "") -> Order:
    return Order(call_id=f"batch-{index}", number=called or number(index).number, office="o", why="test")


def test_after_three_failures_in_a_row_the_rest_waits_for_the_next_trunk() -> None:
    one = turn()
    for index in range(CONSECUTIVE):
        assert one.keeps(order(index))
        one.heard(record(Cause.TRUNK, index))
    assert not one.keeps(order(9))
    assert one.keeps(order(10, "sip:1@127.0.0.1")), "an address of its own goes over no trunk"
    assert [o.call_id for o in one.next] == ["batch-0-t2", "batch-1-t2", "batch-2-t2", "batch-9"]


def test_the_last_trunk_makes_what_is_left() -> None:
    last = turn(is_last=True)
    for index in range(9):
        assert last.heard(record(Cause.TRUNK, index)) is None
        assert last.keeps(order(index))
    assert last.next == []


def test_over_a_third_trunk_it_has_a_name_of_its_own() -> None:
    second = turn(count=2)
    made = record(Cause.TRUNK)
    again = second.heard(replace(made, order=replace(made.order, call_id="batch-0-t2")))
    assert again is not None
    assert again.call_id == "batch-0-t3"
