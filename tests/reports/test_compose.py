"""A report says which lines are worst, why, and what to do."""

from __future__ import annotations

import csv
from datetime import timedelta

import pytest
from msgspec.structs import replace

from probe import __version__
from probe.model import UNTOLD, Because, Call, Cause, Purpose
from probe.words import LANGUAGES, words
from reports import table
from reports.show import Show
from reports.table import to_csv
from tests.records import MORNING, call, number
from tests.reports.district import DAY, calls, lines, report


def test_the_worst_lines_come_first_with_cause_evidence_and_remedy() -> None:
    social, _, hall, street = lines()
    found = report()
    assert [(f.line.number, f.trouble, f.next_step) for f in found.worst] == [
        (street, Cause.RANG_OUT, "next_rang_out"),
        (social, Cause.BUSY_TONE, "next_busy_tone"),
        (hall, Cause.VACANT_NUMBER, "next_vacant_number"),
    ]
    assert found.troubled == 3
    evidence = found.worst[1].evidence
    assert evidence is not None
    assert evidence.record.trace.recording == "recordings/b.wav", "the newest call that failed so"


def test_every_call_is_told_in_order_of_time() -> None:
    found = report(calls()[::-1])
    times = [c.record.trace.started_at for c in found.calls]
    assert times == sorted(times)
    assert len(found.calls) == len(calls())
    total = found.study.total
    assert (total.connect.hits, total.connect.n) == (2, 7)
    assert total.inconclusive == {Cause.TRUNK: 1, Cause.UNSURE: 1}


def test_at_most_three_worst_lines() -> None:
    made = [call(Cause.RANG_OUT, of=number(i)) for i in range(5)]
    assert (len(report(made).worst), report(made).troubled) == (3, 5)


def test_a_redial_is_no_evidence_against_a_line() -> None:
    made = [call(), call(Cause.BUSY_TONE, attempt=2, at=MORNING + timedelta(minutes=5))]
    assert report(made).worst == ()


def test_calls_by_hand_beside_a_programme_are_no_evidence_and_not_marked_as_counted() -> None:
    later = MORNING + timedelta(minutes=5)
    planned = planned_call(Cause.BUSY_TONE)
    by_hand = call(Cause.BUSY_TONE, at=later)
    assert by_hand.record.order.purpose is Purpose.MANUAL
    found = report([planned, by_hand])
    assert found.study.total.connect.n == 1
    assert found.worst[0].evidence == planned
    assert [Show(found, "zh").mark(one) for one in found.calls] == ["", "人工安排的拨打"]
    rows = list(csv.DictReader(to_csv(table.calls(Show(found, "zh"))).decode("utf-8-sig").splitlines()))
    assert [row["是否计入"] for row in rows] == ["计入", "人工安排的拨打"]
    alone = report([by_hand])
    assert (alone.study.total.connect.n, Show(alone, "zh").mark(by_hand)) == (1, "")


def test_each_call_s_mark_says_in_which_heap_it_is() -> None:
    void, reason = planned_call(Cause.TRUNK), Because(key="health.no_canary")
    made = [
        planned_call(),
        replace(void, voided=reason),
        planned_call(Cause.UNSURE),
        planned_call(Cause.BUSY_TONE, attempt=2),
        planned_call(purpose=Purpose.RECHECK),
    ]
    show = Show(report(made), "zh")
    assert [show.mark(one) for one in made] == ["", "作废", "未计入", "第 1 次复拨", "事件复核"]


def planned_call(cause: Cause = Cause.HUMAN, *, attempt: int = 1, purpose: Purpose = Purpose.BASE) -> Call:
    made = call(cause, attempt=attempt)
    return replace(made, record=replace(made.record, order=replace(made.record.order, purpose=purpose)))


def test_a_line_of_which_nothing_is_known_is_not_blamed() -> None:
    found = report([call(Cause.TRUNK), call(Cause.NETWORK_CONGESTION)])
    assert found.worst == ()
    assert [f.next_step for unit in found.units for f in unit.findings] == ["next_nothing"]


def test_no_call_at_all() -> None:
    found = report([])
    assert (found.study.total.calls, found.units, found.worst, found.calls) == (0, (), (), ())


def test_how_it_was_made_is_kept() -> None:
    found = report(title="三月第一周", lang="en")
    assert (found.title, found.lang, found.timezone, found.version) == (
        "三月第一周",
        "en",
        "Asia/Shanghai",
        __version__,
    )
    assert (found.since, found.until) == DAY


@pytest.mark.parametrize("cause", [c for c in Cause if c not in UNTOLD])
def test_each_way_a_call_may_go_has_its_next_step(cause: Cause) -> None:
    (unit,) = report([call(cause)]).units
    for lang in LANGUAGES:
        assert words(f"report.{unit.findings[0].next_step}", lang)
    assert unit.findings[0].next_step == f"next_{cause}"
