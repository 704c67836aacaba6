"""Columns for figures, from both kinds of database, against the whole calls that the store gives."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import msgspec
import numpy as np
import pytest

from probe.analyse.columns import Columns, columns_of
from probe.model import OUTCOME_OF, Because, Call, Cause, Purpose, Signal
from probe.plan.day import Day
from probe.store import Store
from tests.analyse.made import One, plain
from tests.records import MORNING, call, number

UNTIL = MORNING + timedelta(days=40)
VOIDED = Because(key="health.no_canary", values={"n": 2})


def made() -> list[Call]:
    """Calls of every cause and purpose over forty days; some numbers have a menu; one moves to another unit."""
    dice = np.random.default_rng(3)
    lines = [number(i, unit=f"单位{i % 3}", scenario="direct" if i % 4 else "menu") for i in range(8)]
    found = []
    for i, cause in enumerate(tuple(Cause) * 4):
        one = call(
            cause,
            of=lines[i % 8],
            at=MORNING + timedelta(days=int(dice.integers(0, 40)), seconds=i + 0.5),
            attempt=1 + i % 3 // 2,
            pdd_s=None if i % 11 == 0 else 0.5 + i % 7,
            ring_s=None if i % 5 == 0 else 3.25 + i % 20,
            call_id=f"c{i:03}",
        )
        order = msgspec.structs.replace(one.record.order, purpose=list(Purpose)[i % 6], stratum=("", "opening")[i % 2])
        keys = tuple(Signal(at_s=9.0, sent=f"DTMF {key}") for key in range(i % 3))
        trace = msgspec.structs.replace(one.record.trace, signals=(*one.record.trace.signals, *keys))
        record = msgspec.structs.replace(one.record, order=order, trace=trace)
        found.append(msgspec.structs.replace(one, record=record, voided=VOIDED if i % 9 == 0 else None))
    return found


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store.open(url) as opened:
        opened.import_numbers(list({c.number: None for c in made()}), MORNING)
        for one in made():
            opened.claim(one.record.order, MORNING, "owner", 60.0)
            opened.add(one.record, MORNING)
        opened.audit.void([c.record.order.call_id for c in made() if c.voided], VOIDED, MORNING)
        yield opened


def sorted_calls(of: Columns) -> list[One]:
    return sorted(plain(of), key=lambda one: (one.at, one.number))


def test_columns_are_those_of_the_whole_calls(store: Store) -> None:
    found, expected = store.facts.read(MORNING, UNTIL), columns_of(list(store.records(MORNING, UNTIL)))
    assert len(found) == len(made()) == len(expected)
    assert sorted_calls(found) == sorted_calls(expected)
    assert {one.unit for one in plain(found)} == {"单位0", "单位1", "单位2"}
    assert any(one.queue_s is not None for one in plain(found))


def test_choices_in_menus_are_read_where_a_scenario_makes_any(store: Store) -> None:
    found = store.facts.read(MORNING, UNTIL)
    chosen = {one.number for one, depth in zip(plain(found), found.depth.tolist(), strict=True) if depth > 0}
    assert chosen
    assert chosen <= {c.number.number for c in made() if c.number.scenario == "menu"} | {
        c.number.number for c in made() if c.record.verdict.cause is Cause.QUEUE
    }


def test_a_period_a_unit_and_a_number_narrow_what_is_read(store: Store) -> None:
    day = MORNING + timedelta(days=10)
    for unit, digits in ((None, None), ("单位1", None), (None, made()[3].number.number)):
        found = store.facts.read(day, UNTIL, unit=unit, number=digits)
        expected = columns_of(list(store.records(day, UNTIL, unit=unit, number=digits)))
        assert 0 < len(found) < len(made())
        assert sorted_calls(found) == sorted_calls(expected)
    assert len(store.facts.read(MORNING, UNTIL, unit="没有这个单位")) == 0


def test_an_order_that_was_not_made_is_no_call(store: Store) -> None:
    waiting = call(at=UNTIL - timedelta(days=1), call_id="waiting", of=number(1)).record.order
    store.claim(waiting, MORNING, "owner", 60.0)
    assert len(store.facts.read(MORNING, UNTIL)) == len(made())


def test_a_number_that_moves_leaves_its_old_calls_where_they_were(store: Store) -> None:
    store.import_numbers([number(0, unit="新单位")], MORNING + timedelta(days=50))
    late = call(of=number(0, unit="新单位"), at=MORNING + timedelta(days=51), call_id="late")
    store.claim(late.record.order, MORNING, "owner", 60.0)
    store.add(late.record, MORNING)
    found = store.facts.read(MORNING, MORNING + timedelta(days=60), number=number(0).number)
    assert {one.unit for one in plain(found) if one.at < UNTIL.timestamp()} == {"单位0"}
    assert {one.unit for one in plain(found) if one.at > UNTIL.timestamp()} == {"新单位"}


def test_which_rules_made_the_verdicts(store: Store) -> None:
    (rules,) = store.facts.rules(MORNING, UNTIL).items()
    assert rules[1] == len(made())
    (of_unit,) = store.facts.rules(MORNING, UNTIL, unit="单位1").values()
    (of_number,) = store.facts.rules(MORNING, UNTIL, number=number(0).number).values()
    assert 0 < of_number < of_unit < rules[1]


def test_a_seed_stays_secret_until_it_is_revealed(store: Store) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    for period in ("2026-02", "2026-03"):
        store.slots.seed(period, lambda: b"s" * 32, at)
    for day, period in ((date(2026, 2, 27), "2026-02"), (date(2026, 3, 2), "2026-03")):
        store.slots.plan(day, Day(slots=(), dropped=(), unplanned=()), period, at)
    store.slots.reveal("2026-03", at)
    old, new = store.facts.dice(date(2026, 2, 1), date(2026, 3, 31))
    assert (old.period, old.seed) == ("2026-02", (b"s" * 32).hex())
    assert (new.period, new.seed) == ("2026-03", None)
    assert len(new.commitment) == 64
    assert store.facts.dice(date(2026, 4, 1), date(2026, 4, 30)) == ()


def test_causes_are_all_there() -> None:
    assert {c.record.verdict.cause for c in made()} == set(OUTCOME_OF)
