"""The call records' part of the store, on both databases."""

from __future__ import annotations

from datetime import timedelta

from probe.cdr import parse
from probe.store import Store
from tests.cdr.made import LINE, NUMBER, ZONE, Made, asterisk, chinese, morning
from tests.records import MORNING

DAY = (MORNING - timedelta(hours=1), MORNING + timedelta(hours=9))


def test_imported_twice_is_imported_once(store: Store) -> None:
    cdrs = parse(asterisk(morning()), "cdr.csv", LINE, zone=ZONE).cdrs
    assert store.cdrs.add(cdrs, MORNING, "cdr.csv") == 12
    assert store.cdrs.add(cdrs, MORNING, "again.csv") == 0
    assert store.cdrs.between(NUMBER, *DAY) == cdrs


def test_exports_that_overlap_add_what_is_new(store: Store) -> None:
    calls = morning()
    first, second = (parse(asterisk(some), "x", LINE, zone=ZONE).cdrs for some in (calls[:8], calls))
    assert [store.cdrs.add(first, MORNING, "1"), store.cdrs.add(second, MORNING, "2")] == [8, 4]


def test_two_calls_that_look_alike_are_two(store: Store) -> None:
    cdrs = parse(chinese([Made(at=MORNING), Made(at=MORNING)]), "x", LINE, zone=ZONE).cdrs
    assert store.cdrs.add(cdrs, MORNING, "x") == 2


def test_more_than_fit_into_one_statement(store: Store) -> None:
    calls = [Made(at=MORNING + timedelta(seconds=10 * index), talk_s=5) for index in range(2500)]
    cdrs = parse(asterisk(calls), "x", LINE, zone=ZONE).cdrs
    assert store.cdrs.add(cdrs, MORNING, "x") == 2500
    assert len(store.cdrs.between(NUMBER, *DAY)) == 2500


def test_nothing_is_nothing(store: Store) -> None:
    assert store.cdrs.add((), MORNING, "x") == 0
    assert store.cdrs.between(NUMBER, *DAY) == ()
