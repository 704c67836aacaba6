"""What leaves the bureau tells no number, no name and nothing that was said."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from probe.incidents.events import Withdrawn
from probe.model import Check
from probe.words import LANGUAGES
from reports.forms import FORMS
from reports.mask import masked
from reports.report import Report
from tests.records import number as line
from tests.reports import month
from tests.reports.district import report

KINDS: dict[str, Report] = {
    "month": month.monthly(),
    "log": month.case_log(),
    "incident": month.incident(),
    "day": report(),
}
SECRET = re.compile(r"8725[ -]?\d{4}|王某|李科长|打了一上午|您好，社保科|recordings/")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("form", [".html", ".csv", ".json"])
@pytest.mark.parametrize("name", KINDS)
def test_nothing_of_it_is_in_any_form(name: str, form: str, lang: str) -> None:
    open_text = FORMS[form](KINDS[name], lang).decode()
    assert SECRET.search(open_text), "or this test could not fail"
    assert SECRET.findall(FORMS[form](masked(KINDS[name]), lang).decode()) == []


def test_figures_stay_as_they_are() -> None:
    found = masked(month.monthly())
    assert found.study.total == month.monthly().study.total
    assert found.study.appendix == month.monthly().study.appendix, "commitments are no telephone numbers"
    assert found.masked
    assert "8725XXXX" in FORMS[".html"](found, "zh").decode()
    assert found.worst[0].line is next(
        line for line in found.study.worst if line.summary == found.worst[0].line.summary
    )


@pytest.mark.parametrize(
    ("number", "written", "shown"),
    [
        ("+8657187250001", "0571-87250001转2", "0571-8725XXXX"),
        ("+8613905710001", "139 0571 0001", "139XXXX0001"),
        ("12345", "12345", "12345"),
        ("sip:1001@192.0.2.1", "内线1001", "sip:XXXX"),
    ],
)
def test_each_number_is_hidden_as_everywhere(number: str, written: str, shown: str) -> None:
    """One rule for all papers: two that hide different digits would tell the whole number together."""
    found = masked(replace(month.case_log(), number=line(0, number=number, written=written)))
    assert found.number is not None
    assert (found.number.number, found.number.written) == (shown, shown)


def test_who_withdrew_it_and_why_is_nobodys_business_outside() -> None:
    story = month.story()
    event = Withdrawn(incident_id="1", at=month.NOW, by="李科长", reason="李建国科长说：我家138 0013 8000没挂好")
    told = masked(replace(month.incident(), story=replace(story, events=(*story.events, event))))
    for form in (".html", ".json", ".csv"):
        text = FORMS[form](told, "zh").decode()
        assert [word for word in ("李建国", "李科长", "138 0013", "138 XXXX", "没挂好") if word in text] == []


def test_what_an_order_and_its_checks_hold_of_people_and_machines_goes() -> None:
    report = month.case_log()
    call = report.calls[0]
    order = replace(call.record.order, say="/home/li/a.wav", extension="8023", why="请 13800138000 回电")
    check = Check(name="prompt is 欢迎", passed=False, seen="李建国明天来")
    call = replace(call, record=replace(call.record, order=order, checks=(check,)))
    (hidden,) = masked(replace(report, calls=(call,))).calls
    assert (hidden.record.order.say, hidden.record.order.extension) == (None, "…")
    assert hidden.record.order.why == "请 138XXXX8000 回电"
    assert hidden.record.checks == (replace(check, seen="…"),)
