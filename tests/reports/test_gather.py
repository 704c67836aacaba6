"""From the store to a report: the same calls, of all, of one unit, of one number, of one incident."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from probe.analyse.change import Trend
from probe.analyse.rule import ScoreRule
from probe.errors import ReportError
from probe.incidents import IncidentKind
from probe.incidents.events import Opened
from probe.model import Call, Cause, Number, Purpose
from probe.store import Store
from reports.document import document
from reports.gather import For, figures, nothing, of_incident, of_number, report
from reports.mail import letter
from reports.period import Kind, days, period
from reports.report import Report
from tests.records import call
from tests.reports import month
from tests.reports.stored import DAYS, add, fill

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


def test_an_incident_s_own_time_is_held_against_no_other(tmp_path: Path) -> None:
    """Its line had 18 planned calls in that time, of which 12 failed, and 6 by hand; the days before were well."""
    begun, made = month.MARCH.since + timedelta(days=9), []
    for day in (*range(-14, 0), 0, 1, 2, 3, 4, 7):
        for hour in (9, 11, 15):
            cause = Cause.RANG_OUT if 0 <= day < 4 else Cause.HUMAN
            made.append(_made(cause, begun + timedelta(days=day, hours=hour), Purpose.BASE))
    by_hand = [_made(Cause.RANG_OUT, begun + timedelta(hours=16, minutes=i), Purpose.MANUAL) for i in range(6)]
    bad = [one for one in made if one.record.verdict.cause is Cause.RANG_OUT]
    found = _of_incident(tmp_path, [*made, *by_hand], bad, now=begun + timedelta(days=8))
    data = document(found)
    assert (found.study.total.connect.hits, found.study.total.connect.n) == (6, 18)
    assert found.study.total.aside == {Purpose.MANUAL: 6}
    assert (data.change.trend, data.change.difference, data.appendix.before) == (Trend.UNKNOWN, None, None)
    assert data.units[0].standing is data.units[0].lines[0].standing is None
    assert data.sheet == ()
    told = letter(found, "zh", ["a@b.cn"])
    assert "与本问题有关的拨打 12 次" in told.text
    assert "上期" not in told.text
    assert "真实接通率" not in told.text
    assert told.subject == "【通不通】问题 2026-03-11-001 的经过（余杭区人力资源和社会保障局 · 社保科）"


def test_calls_by_hand_count_for_an_incident_only_where_there_is_no_programme(tmp_path: Path) -> None:
    at = month.MARCH.since + timedelta(days=9, hours=10)
    by_hand = [_made(Cause.RANG_OUT, at + timedelta(minutes=i), Purpose.MANUAL) for i in range(6)]
    elsewhere = _made(Cause.HUMAN, at + timedelta(minutes=30), Purpose.BASE, of=month.lines()["就业创业"])
    alone, beside = (tmp_path / name for name in ("alone", "beside"))
    assert _of_incident(alone, by_hand, by_hand, now=month.NOW).study.total.connect.n == 6
    found = _of_incident(beside, [*by_hand, elsewhere], by_hand, now=month.NOW).study.total
    assert (found.connect.n, found.aside) == (0, {Purpose.MANUAL: 6})


def _of_incident(folder: Path, calls: list[Call], bad: list[Call], *, now: datetime) -> Report:
    """The report of an incident that these calls opened."""
    opened = Opened(
        incident_id="", at=bad[-1].record.trace.started_at, number=SOCIAL.number, unit=SOCIAL.unit,
        kind=IncidentKind.NO_ANSWER, half_day="2026-03-11am", because=(),
        calls=tuple(one.record.order.call_id for one in bad),
    )  # fmt: skip
    folder.mkdir(exist_ok=True)
    with Store.open(f"sqlite:///{folder / 'd.sqlite3'}") as store:
        store.import_numbers(month.lines().values(), month.MARCH.before_since)
        add(store, calls)
        store.incidents.add([opened])
        (incident,) = store.incidents.every()
        return of_incident(store, incident, replace(READER, now=now))


def _made(cause: Cause, at: datetime, purpose: Purpose, *, of: Number = SOCIAL) -> Call:
    made = call(cause, of=of, at=at.astimezone(UTC))
    return replace(made, record=replace(made.record, order=replace(made.record.order, purpose=purpose)))


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
