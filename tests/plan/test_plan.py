"""Numbers become orders: named for good, limited by their scenario, and never one that may not be dialled."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import scenarios
from probe.errors import RefusedError
from probe.model import Number
from probe.plan import batch_id, call_id, orders

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
NUMBER = Number(number="+8657187250001", written="87250001", unit="甲局", department="一科")


def test_an_order_follows_its_scenario_and_says_why() -> None:
    (order,) = orders([NUMBER], batch="b", why="because", country="CN")
    scenario = scenarios.load("direct")
    assert (order.number, order.office, order.why) == ("+8657187250001", "甲局/一科", "because")
    assert (order.ring_limit_s, order.answered_limit_s) == (scenario.ring_limit_s, scenario.answered_limit_s)
    assert order.say is not None
    assert Path(order.say).is_file()


def test_the_ring_limit_can_be_shortened() -> None:
    assert orders([NUMBER], batch="b", why="w", country="CN", ring_limit_s=5)[0].ring_limit_s == 5


def test_an_answered_call_ends_within_20_s_and_the_deadline_leaves_room_for_ringing() -> None:
    for name in scenarios.names():
        scenario = scenarios.load(name)
        if name not in ("ivr-to-agent", "switchboard-extension", "queue-time"):  # machines are heard out longer
            assert scenario.answered_limit_s <= 20  # telephony.md §6
        assert scenario.deadline_s >= scenario.ring_limit_s + scenario.answered_limit_s


@pytest.mark.parametrize("number", ["110", "+86110", "0571110", "sip:120@127.0.0.1"])
def test_a_number_that_may_never_be_dialled_is_not_planned(number: str) -> None:
    with pytest.raises(RefusedError):
        orders([NUMBER, Number(number=number, written=number, unit="乙局")], batch="b", why="w", country="CN")


def test_a_batch_is_named_after_its_beginning() -> None:
    assert batch_id(NOW, 0x1ABCD) == "20260302T010000-abcd"


SOME_NUMBER = st.from_regex(
    r"\+86[0-9]{5,11}|[0-9]{3,6}|sip:[a-z0-9.+-]{1,60}@[a-z0-9.-]{1,60}(:[0-9]{4})?", fullmatch=True
)


@given(SOME_NUMBER, SOME_NUMBER)
def test_a_call_is_named_so_that_it_can_be_a_file_and_no_two_numbers_share_a_name(one: str, other: str) -> None:
    names = [call_id("20260302T010000-abcd", number) for number in (one, other)]
    assert all(re.fullmatch(r"[A-Za-z0-9-]{1,100}", name) for name in names)
    same_digits = one.removeprefix("+") == other.removeprefix("+")
    assert (names[0] == names[1]) == same_digits
