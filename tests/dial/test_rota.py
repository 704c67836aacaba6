"""Whose turn it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.dial.rota import Pace, Rota
from probe.model import Order


def orders(offices: str) -> list[Order]:
    return [Order(call_id=f"c{i}", number=f"+86{i}", office=office, why="") for i, office in enumerate(offices)]


def test_an_office_is_never_called_twice_at_once() -> None:
    rota = Rota(orders("AAB"))
    first = rota.take()
    assert first is not None
    assert first.call_id == "c0"
    second = rota.take()
    assert second is not None
    assert second.call_id == "c2", "A is on the line and is passed over"
    assert rota.take() is None
    rota.release(first)
    third = rota.take()
    assert third is not None
    assert third.call_id == "c1"
    assert len(rota) == 0


def test_who_was_passed_over_comes_first_when_free() -> None:
    rota = Rota(orders("AABCDEF"))
    first = rota.take()
    assert first is not None
    for _ in range(3):
        rota.take()
    rota.release(first)
    after = rota.take()
    assert after is not None
    assert after.call_id == "c1", "not E, which stands behind it"


def test_nothing_more_after_clear() -> None:
    rota = Rota(orders("AB"))
    rota.clear()
    assert rota.take() is None


@given(offices=st.text(alphabet="ABC", max_size=30), lines=st.integers(1, 5), data=st.data())
def test_every_order_gets_its_turn_once(offices: str, lines: int, data: st.DataObject) -> None:
    rota = Rota(orders(offices))
    busy: list[Order] = []
    done: list[str] = []
    while len(rota) or busy:
        order = rota.take() if len(busy) < lines else None
        if order is not None:
            assert order.office not in {other.office for other in busy}
            busy.append(order)
        else:
            over = busy.pop(data.draw(st.integers(0, len(busy) - 1)))
            rota.release(over)
            done.append(over.call_id)
    assert sorted(done) == sorted(f"c{i}" for i in range(len(offices)))
    for office in set(offices):
        own = [call_id for call_id in done if offices[int(call_id[1:])] == office]
        assert own == sorted(own, key=lambda call_id: int(call_id[1:])), "an office's orders keep their order"


def test_calls_are_spread_evenly() -> None:
    pace = Pace(4)
    assert [pace.reserve(100.0) for _ in range(3)] == pytest.approx([0.0, 0.25, 0.5])
    assert pace.reserve(100.5) == pytest.approx(0.25)
    assert pace.reserve(200.0) == 0.0, "a long silence earns no burst"
    assert pace.reserve(200.0) == pytest.approx(0.25)
