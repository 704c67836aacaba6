"""What leaves the bureau tells no number, no name and nothing that was said."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.words import LANGUAGES
from reports.forms import FORMS
from reports.mask import cut, cut_text, masked
from reports.report import Report
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
    ("number", "hidden"),
    [
        ("0571-87250001", "0571-8725XXXX"),
        ("+8657187250001", "+865718725XXXX"),
        ("139 0571 0001", "139 0571 XXXX"),
        ("12345", "12XXX"),
        ("110", "11X"),
        ("", ""),
    ],
)
def test_the_last_four_digits_are_hidden(number: str, hidden: str) -> None:
    assert cut(number) == hidden


@given(st.from_regex(r"\+?\d{7,15}", fullmatch=True))
def test_no_whole_number_is_left_in_a_text(number: str) -> None:
    assert number not in cut_text(f"请拨打{number}，或 {number}")


def test_dates_and_figures_in_texts_stay() -> None:
    assert cut_text("2026-03-25 09:50，5 次，486 Busy Here") == "2026-03-25 09:50，5 次，486 Busy Here"
