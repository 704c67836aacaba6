"""From the store to a report: the same calls, of all, of one unit, of one number, of one incident."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from probe.analyse.rule import ScoreRule
from probe.errors import ReportError
from probe.store import Store
from reports.gather import For, figures, nothing, of_incident, of_number, report
from reports.period import Kind, days, period
from tests.reports import month
from tests.reports.stored import DAYS, fill

READER = For(lang="zh", timezone="Asia/Shanghai", now=month.NOW, rule=ScoreRule())
DAY = period(Kind.DAILY, DAYS[1], month.ZONE)
SOCIAL = month.lines()["社会保险咨询"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path / 'd.sqlite3'}") as opened:
        fill(opened)
        yield opened


def test_a_day_of_all_units(store: Store) -> None:
    found = report(store, DAY, READER)
    expected = month.daily()
    assert found.study.total == expected.study.total
    assert [c.record.order.call_id for c in found.calls] == [c.record.order.call_id for c in expected.calls]
    assert [f.line.number for f in found.worst] == [f.line.number for f in expected.worst]
    assert all(f.evidence is not None for f in found.worst)
    assert found.study.appendix.before == (DAY.before_since, DAY.since)


def test_what_was_not_called(store: Store) -> None:
    told = {(one.state, one.reason.key if one.reason else ""): one.n for one in report(store, DAY, READER).undone}
    assert told == {("missed", "schedule.missed_trunk"): 1, ("unplanned", "plan.closed"): 1}
    elsewhere = report(store, DAY, READER, unit="区残疾人联合会")
    assert elsewhere.undone == ()


def test_voided_calls_and_the_commitment(store: Store) -> None:
    found = report(store, days(*DAYS, month.ZONE), READER)
    assert found.study.total.voided == {"health.no_canary": 1}
    (dice,) = found.study.appendix.made.dice
    assert (dice.period, dice.seed) == ("2026-03", None), "its seed is not told yet"
    assert len(dice.commitment) == 64


def test_a_unit_says_of_its_lines_what_the_report_of_all_says(store: Store) -> None:
    whole = figures(store, DAY, READER)
    found = report(store, DAY, READER, unit=SOCIAL.unit, fleet=whole.fleet)
    (of_all,) = (unit for unit in whole.units if unit.name == SOCIAL.unit)
    (unit,) = found.study.units
    assert [(line.summary.results, line.standing, line.change) for line in unit.lines] == [
        (line.summary.results, line.standing, line.change) for line in of_all.lines
    ]
    assert {c.number.unit for c in found.calls} == {SOCIAL.unit}
    assert {i.unit for i in found.incidents} <= {SOCIAL.unit}


def test_a_number_call_by_call(store: Store) -> None:
    found = of_number(store, DAY, READER, SOCIAL)
    assert len(found.calls) == len(month.case_log().calls)
    assert found.number == SOCIAL
    assert [i.number for i in found.incidents] == [SOCIAL.number]


def test_an_incident_with_its_calls_and_events(store: Store) -> None:
    (incident,) = store.incidents.every()
    found = of_incident(store, incident, READER)
    assert found.story is not None
    assert len(found.story.events) == len(month.story().events)
    assert {c.record.order.call_id for c in found.calls} == set(incident.calls)
    assert found.since == month.MORNING


def test_nothing_to_report_is_told_with_the_time_there_is_something_of(store: Store, tmp_path: Path) -> None:
    told = nothing(store, period(Kind.MONTHLY, month.MARCH.before_since.date(), month.ZONE)).text("en")
    assert "no calls between 2026-02-01 00:00 and 2026-03-01 00:00" in told
    assert re.search(r"from 2026-03-24 \d\d:\d\d to 2026-03-25 \d\d:\d\d", told)
    assert "--month" in told
    with Store.open(f"sqlite:///{tmp_path / 'empty.sqlite3'}") as empty:
        assert "probe demo" in nothing(empty, DAY).text("en")
    with pytest.raises(ReportError):
        report(store, DAY, READER, unit="没有这个单位")
    with pytest.raises(ReportError):
        of_number(store, period(Kind.MONTHLY, month.MARCH.before_since.date(), month.ZONE), READER, SOCIAL)
