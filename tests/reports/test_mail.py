"""A report as a letter: what the recipient's mail program gets."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from msgspec.structs import replace

from probe.model import Cause
from probe.post.letter import Attachment
from probe.words import LANGUAGES
from reports import mail
from reports.mail import default_key, eml, letter
from reports.report import Report
from reports.show import Show
from tests.post.test_letter import HEADERS
from tests.post.test_letter import HOSTILE as HOSTILE_NAMES
from tests.records import HOSTILE, call
from tests.reports import month
from tests.reports.district import report

CHIEF = "chief@example.gov.cn"
KINDS = {"month": month.monthly, "log": month.case_log, "incident": month.incident, "day": report}


def message(found: Report, **more: object) -> EmailMessage:
    made = letter(found, found.lang, [CHIEF], **more)  # type: ignore[arg-type]  # of the letter's own
    return message_from_bytes(eml(made, found), policy=policy.default)  # type: ignore[return-value]  # of this policy


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_it_has_text_html_and_its_pictures(kind: str, lang: str) -> None:
    found = message(KINDS[kind](lang=lang))
    html = found.get_body(("html",))
    text = found.get_body(("plain",))
    assert html is not None
    assert text is not None
    shown = html.get_content()
    pictures = {str(part["Content-ID"])[1:-1]: part for part in found.walk() if part.get_content_type() == "image/png"}
    assert pictures
    assert all(f'src="cid:{cid}"' in shown for cid in pictures)
    assert shown.count("cid:") == len(pictures)
    assert all(part.get_content().startswith(b"\x89PNG") for part in pictures.values())
    assert all(f'{attribute}="' in tag for tag in shown.split("<img")[1:] for attribute in ("alt", "width")), (
        "what is there when pictures are blocked"
    )


def test_it_stands_in_tables_with_inlined_styles() -> None:
    shown = letter(month.monthly(), "zh", [CHIEF]).html or ""
    for dropped in ("<style", "<svg", "<script", "<picture", "class=", "display:flex", "display:grid", "<div"):
        assert dropped not in shown
    assert 'width="600"' in shown
    assert max(len(line) for line in shown.splitlines()) < 5000


def test_text_alone_tells_the_same() -> None:
    text = letter(month.monthly(), "zh", [CHIEF]).text
    line, figures = "档案室 0571-87250005", ("79.7%", "77%–82%", "n=790", "有效率  100%")
    for told in (*figures, line, "疑似听筒未挂好", "看不出哪个时段更难打通", "错过 36 次"):
        assert told in text
    assert "<" not in text
    assert "\n\n\n" not in text


def test_the_subject_says_what_is_new() -> None:
    assert message(month.monthly())["Subject"] == "【通不通】电话畅通情况月报（2026 年 3 月）：接通率 80%，n=790"
    assert message(report([]))["Subject"] == "【通不通】电话畅通情况报告（2026-03-02（周一））"
    assert message(month.monthly(lang="en"))["Subject"].endswith("connect rate 80%, n=790")


@pytest.mark.parametrize(("answered", "told"), [(0, "0%"), (1, "1%"), (299, "99%"), (300, "100%")])
def test_the_subject_says_all_and_none_only_when_it_is_so(answered: int, told: str) -> None:
    made = [call(Cause.HUMAN if i < answered else Cause.BUSY_TONE) for i in range(300)]
    assert mail.subject(Show(report(made), "zh")).endswith(f"：接通率 {told}，n=300")


def test_a_report_of_days_that_are_not_over_says_so_in_its_subject_and_title() -> None:
    early = replace(month.monthly(), generated_at=datetime(2026, 3, 10, tzinfo=UTC))
    told = "电话畅通情况月报（截至 2026-03-10 08:00，本期未结束）"
    made = letter(early, "zh", [CHIEF])
    assert made.subject == f"【通不通】{told}（2026 年 3 月）：接通率 80%，n=790"
    assert told in made.text
    assert told in (made.html or "")
    assert "the period is not over" in letter(replace(early, lang="en"), "en", [CHIEF]).subject
    for over in (month.monthly(), month.incident()):
        assert "未结束" not in letter(over, "zh", [CHIEF]).text


@pytest.mark.parametrize("kind", ["month", "log", "day"])
def test_the_text_has_the_scope_and_the_marks_of_few_calls_that_the_html_has(kind: str) -> None:
    made = letter(KINDS[kind](), "zh", [CHIEF])
    assert made.text.count("样本不足") == (made.html or "").count("样本不足")
    (scope,) = re.findall(r"共拨打 \d+ 次，涉及.*未计入 \d+ 次。", made.html or "")
    assert scope in made.text


def test_files_go_with_it() -> None:
    given = Attachment(name="三月.xlsx", kind="application/vnd.ms-excel", data=b"PK")
    found = message(month.monthly(), attachments=(given,))
    (attached,) = found.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("三月.xlsx", b"PK")
    assert "附件" in letter(month.monthly(), "zh", [CHIEF], attachments=(given,)).text


def test_each_report_is_another_piece_of_news() -> None:
    unit = month.monthly(unit="余杭区人力资源和社会保障局")
    keys = [default_key(found) for found in (month.monthly(), unit, month.case_log(), month.incident(), month.daily())]
    assert len(set(keys)) == len(keys)
    assert keys[0] == "report monthly 2026-03-01 *"
    early = replace(month.monthly(), generated_at=datetime(2026, 3, 30, 20, 20, tzinfo=UTC))
    assert default_key(early) == "report monthly 2026-03-01 * until 2026-03-31T04:20", "the reader's clock"
    long = [default_key(month.monthly(unit="长" * 5000 + end)) for end in ("甲\n", "乙\n")]
    assert long[0] != long[1]
    assert all(key.isprintable() and len(key) < 100 for key in long)
    assert default_key(month.monthly(lang="en")) == keys[0], "not once in each language"


def test_without_a_chinese_font_pictures_are_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "can_write_chinese", lambda: False)
    found = letter(month.monthly(), "zh", [CHIEF])
    assert found.images == {}
    assert "cid:" not in (found.html or "")
    assert "看不出哪个时段更难打通" in (found.html or "")
    assert letter(month.monthly(), "en", [CHIEF]).images, "English needs none"


@pytest.mark.parametrize("name", [*HOSTILE_NAMES, *HOSTILE])
def test_no_name_becomes_a_header_or_a_recipient(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "can_write_chinese", lambda: False)
    found = replace(month.case_log(), unit=name, title=name, number=None)
    file = Attachment(name=f"{name}.xlsx", kind=name, data=b"PK")
    got = message(found, attachments=(file,), note=name)
    assert len(got.keys()) == len(set(got.keys()))
    assert set(got.keys()) <= HEADERS
    assert got["To"] == CHIEF
    assert str(got["Subject"]).isprintable()
    assert not got.defects
