"""Who gets which report: supervisors the whole, a unit its own and nothing of anybody else's; nobody twice."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from msgspec.structs import replace
from pypdf import PdfReader

from probe.analyse.rule import ScoreRule
from probe.errors import ReportError
from probe.incidents import IncidentKind, Level
from probe.incidents.events import Opened
from probe.model import Because, Call, Cause, Number
from probe.plan import Day, Slot, Unplanned
from probe.post.letter import Letter
from probe.post.mailing import Mailing
from probe.store import Store
from probe.store.mailings import Told
from probe.store.slots import State
from reports.gather import For, report
from reports.mail import eml
from reports.mailing import of_units, own, put, reports_of
from reports.report import Report
from tests.records import HOSTILE, call, number
from tests.reports import month

pytestmark = pytest.mark.long
NOW = datetime(2026, 4, 1, 1, 5, tzinfo=UTC)
READER = For(lang="zh", timezone="Asia/Shanghai", now=NOW, rule=ScoreRule())
CHIEF = "chief@example.cn"
FORMS = ("xlsx", "csv", "json", "html")
# Each unit, department, service and number has a token of its own, so that whatever is shown of it can be told.
UNITS = {
    f"单位{letter}{token}": token for letter, token in zip("甲乙丙丁", ("QAJX", "QBKY", "QCLZ", "QDMW"), strict=True)
}


def lines() -> list[Number]:
    """Two numbers of each unit; names are hostile behind their tokens."""
    found = []
    for index, (unit, token) in enumerate(UNITS.items()):
        for n in (0, 1):
            given = number(100 * (index + 1) + n, unit=unit + HOSTILE[index % len(HOSTILE)], department=f"科{token}")
            found.append(replace(given, service=f"服务{token}", owner_email=f"{token.lower()}{n}@example.cn"))
    return found


def token_of(unit: str) -> str:
    return next(token for name, token in UNITS.items() if unit.startswith(name))


def add(store: Store, calls: list[Call]) -> None:
    with store.transaction():
        for one in calls:
            assert store.claim(one.record.order, one.record.trace.started_at, "test", 120)
            assert store.add(one.record, one.record.trace.started_at + timedelta(minutes=1))


def calls() -> list[Call]:
    """Twelve calls to each number on as many days, answered and not, with evidence that names who was called."""
    found = []
    for line, of in enumerate(lines()):
        for day in range(2, 14):
            at = datetime(2026, 3, day, 1 + line % 7, 10, tzinfo=UTC)
            cause = (Cause.HUMAN, Cause.BUSY_TONE, Cause.RANG_OUT, Cause.GREETING)[(day + line) % 4]
            why = (Because(key="heard_tone", values={"text": f"{of.department}的电话", "at_s": 2.0, "n": 6}),)
            one = call(cause, of=of, at=at, because=() if cause is Cause.HUMAN else why)
            order = replace(one.record.order, call_id=f"{line}-{day}-{token_of(of.unit)}")
            record = replace(one.record, order=order, trace=replace(one.record.trace, call_id=order.call_id))
            found.append(replace(one, record=record))
    return found


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """March of four units, with incidents, slots that came to nothing, and a number that changed hands."""
    with Store.open(f"sqlite:///{tmp_path / 's.sqlite3'}") as opened:
        every = lines()
        moved = replace(every[0], unit=every[-1].unit, department=every[-1].department, service=every[-1].service)
        opened.import_numbers([*every[1:], moved], datetime(2026, 1, 1, tzinfo=UTC))
        _undone(opened, moved)  # of the unit that had it then
        opened.import_numbers(every, datetime(2026, 3, 2, tzinfo=UTC))
        add(opened, calls())
        for of in every[::2]:
            event = Opened(
                incident_id="", at=month.MORNING, number=of.number, unit=of.unit, kind=IncidentKind.NO_ANSWER,
                half_day="2026-03-25am", because=(), calls=(), level=Level.NOTICE,
            )  # fmt: skip
            opened.incidents.add([event])
            _undone(opened, of)
        yield opened


def _undone(store: Store, of: Number) -> None:
    at = datetime(2026, 3, 2, 2, tzinfo=UTC) + timedelta(hours=int(of.number[-3:]) % 7, seconds=len(of.unit))
    day = at.date()
    slot = Slot(
        call_id=f"slot-{of.number}-{token_of(of.unit)}", day=day, number=of.number, office=of.office,
        purpose=call().record.order.purpose, stratum="opening", due_at=at, until=at + timedelta(minutes=9),
        why=Because(key="plan.why_base_opening", values={"index": 1, "calls": 3}),
    )  # fmt: skip
    engaged = Because(key="plan.office_engaged", values={"number": of.number, "office": of.office, "again": "10:00"})
    left = Unplanned(
        number=of.number, because=Because(key="plan.closed", values={"number": of.number, "day": f"{day}"})
    )
    store.slots.seed("2026-03", lambda: bytes(32), at)
    store.slots.plan(day, Day(slots=(slot,), dropped=(), unplanned=(left,)), "2026-03", at)
    store.slots.add([slot])
    store.slots.settle(slot.call_id, State.REFUSED, slot.until, engaged)


def everything(letter: Letter, found: object) -> str:
    """All that a reader could see: every part of the message and of its attachments, as text."""
    raw = eml(letter, found)  # type: ignore[arg-type]  # a Report
    message = message_from_bytes(raw, policy=policy.default)
    shown = [str(message["Subject"]), str(message["To"])]
    for part in message.walk():
        if part.is_multipart() or part.get_content_maintype() == "image":
            continue
        content = part.get_content()  # type: ignore[attr-defined]  # of this policy
        name = part.get_filename() or ""
        shown.append(name)
        if isinstance(content, str):
            shown.append(content)
        elif name.endswith(".xlsx"):
            with zipfile.ZipFile(io.BytesIO(content)) as book:
                shown += [book.read(one).decode("utf-8", "replace") for one in book.namelist()]
        elif name.endswith(".pdf"):
            shown += [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
        else:
            shown.append(content.decode("utf-8", "replace"))
    return "\n".join(shown)


@pytest.mark.parametrize("masked", [False, True])
def test_a_units_letter_holds_nothing_of_another_in_any_part(store: Store, masked: bool) -> None:
    from reports.mailing import letter_of

    mailing = Mailing(name="units", report="monthly", owners=True, attach=FORMS, masked=masked)
    digits = {of.number: token_of(of.unit) for of in lines()}
    seen: set[str] = set()
    for found, people in reports_of(store, mailing, month.MARCH, READER):
        assert found.unit is not None
        mine = token_of(found.unit)
        assert people == tuple(f"{mine.lower()}{n}@example.cn" for n in (0, 1))
        with_pdf = mailing if seen or masked else replace(mailing, attach=(*FORMS, "pdf"))  # one: it takes long
        told = everything(letter_of(found, with_pdf, people), found)
        assert mine in told
        for token in set(UNITS.values()) - {mine}:
            assert token not in told, token
            assert token.lower() not in told
        for number_, token in digits.items():
            tail = number_[-8:]
            assert (tail in told) == (token == mine and not masked), number_
            if token != mine:
                assert f"{tail[:4]}-{tail[4:]}" not in told
        seen.add(mine)
    assert seen == set(UNITS.values())


def test_supervisors_get_the_whole(store: Store) -> None:
    mailing = Mailing(name="leaders", report="monthly", to=(CHIEF,), attach=("json",))
    ((found, people),) = reports_of(store, mailing, month.MARCH, READER)
    assert people == (CHIEF,)
    assert found.unit is None
    told = str(report(store, month.MARCH, READER).units)
    assert all(token in told for token in UNITS.values())


def test_for_readers_outside_numbers_are_hidden(store: Store) -> None:
    mailing = Mailing(name="press", report="monthly", to=(CHIEF,), attach=FORMS, masked=True)
    ((found, people),) = reports_of(store, mailing, month.MARCH, READER)
    from reports.mailing import letter_of

    told = everything(letter_of(found, mailing, people), found)
    assert "8725XXXX" in told
    assert not [of.number for of in lines() if of.number[-8:] in told]


def test_nobody_gets_a_report_twice_and_a_new_reader_gets_it(store: Store) -> None:
    mailing = Mailing(name="all", report="monthly", to=(CHIEF,), owners=True)
    first = put(store, mailing, month.MARCH, READER, lambda: NOW, due_at=None)
    assert first == Told(letters=9)
    assert put(store, mailing, month.MARCH, READER, lambda: NOW, due_at=None) == Told(had=9)
    more = replace(mailing, name="other", to=(CHIEF, "new@example.cn"))
    assert put(store, more, month.MARCH, READER, lambda: NOW, due_at=None) == Told(letters=1, had=9)
    waiting = store.outbox.waiting()
    assert len(waiting) == len({one.recipient for one in waiting}) == 10


def test_a_late_one_says_so_in_text_and_html(store: Store) -> None:
    mailing = Mailing(name="leaders", report="monthly", to=(CHIEF,))
    due = datetime(2026, 4, 1, 9, tzinfo=month.ZONE)
    late = replace(READER, now=NOW + timedelta(days=2))
    assert put(store, mailing, month.MARCH, late, lambda: NOW, due_at=due).late
    claimed = store.outbox.claim(NOW, "me", 60, {"mail"})
    assert claimed is not None
    for text in (claimed.letter.text, claimed.letter.html or ""):
        assert "【延迟送达】本报告原定 2026-04-01 09:00 发送" in text
        assert "2026-04-03 09:05" in text
    assert claimed.letter.text.startswith("【延迟送达】")


def test_what_is_wrong_with_one_address_keeps_back_nobody_else(store: Store) -> None:
    mailing = Mailing(name="leaders", report="monthly", to=("no address", CHIEF, CHIEF.upper()))
    told = put(store, mailing, month.MARCH, READER, lambda: NOW, due_at=None)
    assert told.letters == 2
    assert "no address" in told.failed[0]


def test_units_without_anybody_to_write_to_are_named(store: Store) -> None:
    every = [replace(of, owner_email="") if token_of(of.unit) == "QAJX" else of for of in lines()]
    store.import_numbers(every, NOW)
    mailing = Mailing(name="units", report="monthly", owners=True)
    told = put(store, mailing, month.MARCH, READER, lambda: NOW, due_at=None)
    assert told.letters == 6
    assert [unit[:7] for unit in told.nobody] == ["单位甲QAJX"]


def test_the_settings_may_name_whom_a_unit_is() -> None:
    every = lines()
    unit = every[0].unit
    mailing = Mailing(name="units", report="monthly", owners=True, units={unit: ("head@example.cn",)})
    assert of_units(mailing, every)[unit] == ("head@example.cn", "qajx0@example.cn", "qajx1@example.cn")
    assert of_units(replace(mailing, owners=False), every) == {unit: ("head@example.cn",)}
    nameless = [replace(every[0], unit=" ")]
    assert of_units(replace(mailing, units={}), nameless) == {}


def test_a_period_without_a_call_is_no_letter(store: Store) -> None:
    from datetime import date

    from reports.period import Kind, period

    of = period(Kind.MONTHLY, date(2025, 1, 1), month.ZONE)
    mailing = Mailing(name="all", report="monthly", to=(CHIEF,), owners=True)
    assert put(store, mailing, of, READER, lambda: NOW, due_at=None) == Told(nothing=True)
    assert store.outbox.waiting() == ()


def test_a_report_that_is_not_of_one_unit_alone_is_never_sent(store: Store) -> None:
    unit = lines()[0].unit
    with pytest.raises(ReportError) as caught:
        own(replace(report(store, month.MARCH, READER), unit=unit), unit)
    assert caught.value.key == "report.not_own"


def test_one_unit_whose_report_cannot_be_made_keeps_back_no_other(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from reports import mailing as module

    made = module.report

    def leaky(*arguments: object, **more: object) -> Report:
        found = made(*arguments, **more)  # type: ignore[arg-type]  # as they come
        foreign = next(line for line in lines() if line.unit != found.unit)
        wrong = found.unit is not None and token_of(found.unit) == "QBKY"
        return replace(found, calls=tuple(replace(c, number=foreign) for c in found.calls)) if wrong else found

    monkeypatch.setattr(module, "report", leaky)
    mailing = Mailing(name="units", report="monthly", owners=True)
    told = put(store, mailing, month.MARCH, READER, lambda: NOW, due_at=None)
    assert told.letters == 6
    assert "QBKY" in told.failed[0]
    assert not [one for one in store.outbox.waiting() if one.recipient.startswith("qbky")]
