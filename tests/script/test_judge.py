"""Expectations held against what happened; one that cannot be decided says nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from probe.judge import checks, expectation_words
from probe.model import (
    OUTCOME_OF,
    Blame,
    Cause,
    Kind,
    Order,
    Origin,
    Purpose,
    Record,
    Said,
    Segment,
    Signal,
    Sounds,
    Trace,
)
from probe.model import Verdict as Judged
from probe.script import WHOEVER
from scenarios import Scenario, notation
from scenarios.language import Ring
from scenarios.nodes import Node

RANG_S = 1.0
SAID = "SAY who-calls"


def expecting(text: str) -> Scenario:
    expectation = notation.expectation(Node(1, "expect[1]", text))
    return Scenario(name="mine", use={}, say="who", steps=(Ring(),), expect=(expectation,))


def record(
    cause: Cause,
    *,
    answered_s: float | None = 11.0,
    ended_s: float = 40.0,
    by: str = "robot",
    sent: tuple[tuple[float, str], ...] = (),
    segments: tuple[Segment, ...] = (),
    purpose: Purpose = Purpose.MANUAL,
    decided_s: float = 15.0,
    rang: bool = True,
) -> Record:
    signals = [Signal(at_s=0.0, sent="INVITE")]
    if rang:
        signals.append(Signal(at_s=RANG_S, received="SIP/2.0 180 Ringing", origin=Origin.WIRE))
    if answered_s is not None:
        signals.append(Signal(at_s=answered_s, received="SIP/2.0 200 OK", origin=Origin.WIRE))
    signals += [Signal(at_s=at_s, sent=text) for at_s, text in sent]
    return Record(
        order=Order(call_id="c", number="1", office="o", why="w", say="/x/who-calls.wav", purpose=purpose),
        trace=Trace(
            number="1",
            started_at=datetime(2026, 3, 2, 1, 0, tzinfo=UTC),
            signals=tuple(signals),
            answered_at_s=answered_s,
            ended_at_s=ended_s,
            released_by=by,  # type: ignore[arg-type]  # one of the two
        ),
        sounds=Sounds(segments=segments, until_s=ended_s),
        verdict=Judged(
            outcome=OUTCOME_OF[cause],
            cause=cause,
            blame=Blame.UNKNOWN,
            confidence=0.9,
            because=(),
            sure=True,
            decided_at_s=decided_s,
        ),
    )


def speech(start_s: float, end_s: float, **more: object) -> Segment:
    return Segment(kind=Kind.SPEECH, start_s=start_s, end_s=end_s, level_dbfs=-20.0, **more)  # type: ignore[arg-type]  # fields of a segment


def seen(text: str, call: Record) -> tuple[bool, str] | None:
    """Whether the expectation is met, and what was seen; None when nothing can be said."""
    found = checks(call, expecting(text), "en")
    assert len(found) <= 1
    assert all(check.name == text for check in found)
    return (found[0].passed, found[0].seen) if found else None


MENU = speech(11.5, 18.0, known="ivr", text="您好，欢迎致电区就业管理服务中心，人工服务请按零")
AGENT = speech(25.0, 25.9)
REACHED = record(
    Cause.IVR, sent=((18.0, "DTMF 0"), (27.0, SAID)), segments=(MENU, AGENT, speech(30.0, 31.0)), ended_s=35.0
)
NOT_REACHED = record(Cause.IVR, sent=((18.0, "DTMF 0"),), segments=(MENU,), ended_s=78.0)
UNKNOWN = replace(  # words of no known recording: a person may have said them
    record(Cause.IVR, segments=(speech(12, 18),)),
    sounds=Sounds(
        segments=(speech(12, 18),),
        transcript=(Said(start_s=12, end_s=18, text="人工服务请按零，李建国", confidence=0.8),),
        until_s=40,
    ),
)
CLERK = record(Cause.HUMAN, segments=(speech(12.5, 13.2),))

CASES = [
    ("answered within 15 s", CLERK, (True, "answered after ringing for 10.0 s")),
    ("answered within 9 s", CLERK, (False, "answered after ringing for 10.0 s")),
    ("answered within 15 s", record(Cause.BUSY_SIGNAL, answered_s=None, by="far"), (False, "busy (busy signal)")),
    ("answered within 15 s", record(Cause.GREETING), (False, "voicemail (voicemail greeting)")),
    ("answered within 15 s", record(Cause.RANG_OUT, answered_s=None, ended_s=30), (False, "unanswered (rang out)")),
    ("answered within 60 s", record(Cause.RANG_OUT, answered_s=None, ended_s=30), None),
    ("answered within 15 s", record(Cause.HUMAN, rang=False), (True, "answered after ringing for 11.0 s")),  # at most
    ("answered within 15 s", record(Cause.HUMAN, rang=False, answered_s=16.0), None),  # since when, nobody knows
    ("answered or voicemail within 15 s", record(Cause.GREETING), (True, "a voicemail after ringing for 10.0 s")),
    ("answered or voicemail within 5 s", record(Cause.GREETING), (False, "a voicemail after ringing for 10.0 s")),
    ("human within 60 s", CLERK, (True, "a person spoke 1.5 s after the answer")),
    ("human within 1 s", CLERK, (False, "a person spoke 1.5 s after the answer")),
    ("human within 60 s", REACHED, (True, "a person spoke 14.0 s after the answer")),
    ("human within 60 s", NOT_REACHED, (False, "no person in 67.0 s after the answer")),
    ("human within 90 s", NOT_REACHED, None),
    ("human within 60 s", record(Cause.SILENT), None),
    (
        "human within 60 s",
        record(Cause.IVR, by="far", segments=(MENU,)),
        (False, "no person in 29.0 s after the answer"),
    ),
    ("no menu", CLERK, (True, "answered (a person)")),
    ("no menu", NOT_REACHED, (False, "answered (menu (IVR))")),
    ("no menu", record(Cause.BUSY_TONE, answered_s=None), None),
    ("menu depth ≤ 2", REACHED, (True, "choices before a person: 1")),
    ("menu depth ≤ 2", CLERK, (True, "choices before a person: 0")),
    ("menu depth ≤ 2", NOT_REACHED, None),
    ("key 0 reaches a human", REACHED, (True, "a person 7.0 s after the key")),
    ("key 0 reaches a human", NOT_REACHED, (False, "no person in 60.0 s after the key")),
    ("key 0 reaches a human", CLERK, None),
    ("key 1 reaches a human", REACHED, None),
    ("prompt is 欢迎致电区就业", NOT_REACHED, (True, MENU.text)),
    ("prompt is 欢迎致电区社保", NOT_REACHED, (False, MENU.text)),
    ("prompt is 人工服务", UNKNOWN, (True, "人工服务")),
    ("prompt is 欢迎致电", UNKNOWN, (False, "other words were heard")),
    ("prompt is 您好", CLERK, None),
    ("prompt is 您好", record(Cause.IVR, segments=(speech(12, 18),)), None),
    ("not voicemail", record(Cause.OFF_HOURS), (False, "voicemail (off-hours message)")),
    ("not voicemail", CLERK, (True, "answered (a person)")),
    ("not off_hours", record(Cause.GREETING), (True, "voicemail (voicemail greeting)")),
    ("not voicemail in office hours", record(Cause.GREETING), None),
    (
        "not voicemail in office hours",
        record(Cause.GREETING, purpose=Purpose.BASE),
        (False, "voicemail (voicemail greeting)"),
    ),
    ("not voicemail in office hours", record(Cause.GREETING, purpose=Purpose.QUIET_TIME), None),
    ("rings", record(Cause.UNSURE, answered_s=None, ended_s=5.0), (True, "it rang for 4.0 s")),
    ("rings", record(Cause.BUSY_SIGNAL, answered_s=None, rang=False), (False, "busy (busy signal)")),
    ("rings", record(Cause.UNSURE, answered_s=None, rang=False), None),
    ("rings", record(Cause.TRUNK, answered_s=None), None),
]


@pytest.mark.parametrize(("text", "call", "said"), CASES, ids=[f"{i}: {text}" for i, (text, _, _) in enumerate(CASES)])
def test_expectation(text: str, call: Record, said: tuple[bool, str] | None) -> None:
    assert seen(text, call) == said


def test_office_hours_are_those_of_the_order_whoever_asked_for_the_call() -> None:
    """The calls of `record` begin at 01:00 UTC."""
    text, day = "not voicemail in office hours", datetime(2026, 3, 2, tzinfo=UTC)
    for purpose in (Purpose.MANUAL, Purpose.QUIET_TIME, Purpose.BASE):
        call = record(Cause.GREETING, purpose=purpose)
        opened, closed = (
            replace(call, order=replace(call.order, open=((day.replace(hour=a), day.replace(hour=b)),)))
            for a, b in ((1, 4), (2, 4))
        )
        assert seen(text, opened) == (False, "voicemail (voicemail greeting)")
        assert seen(text, closed) is None
    assert seen(text, record(Cause.GREETING, purpose=Purpose.RECHECK)) is not None, "planned in the hours alone"


@pytest.mark.parametrize("text", [form for form in notation.EXPECTATION_FORMS if form != "rings"])
@pytest.mark.parametrize("cause", [Cause.TRUNK, Cause.ROBOT, Cause.NETWORK_CONGESTION, Cause.UNSURE])
def test_our_own_fault_is_held_against_nobody(text: str, cause: Cause) -> None:
    assert seen(text, record(cause, purpose=Purpose.BASE, segments=(speech(12, 13),))) is None


def test_somebody_of_whom_it_is_not_known_whether_it_was_a_person_is_no_absence() -> None:
    unclear = record(Cause.IVR, sent=((18.0, "DTMF 0"),), segments=(MENU, speech(30.0, 38.0)), ended_s=90.0)
    assert seen("human within 60 s", unclear) is None
    assert seen("key 0 reaches a human", unclear) is None


def test_what_is_said_to_our_announcement_is_not_the_first_word() -> None:
    assert seen("human within 60 s", REACHED) == (True, "a person spoke 14.0 s after the answer")


def test_without_an_announcement_a_person_is_known_by_what_was_heard() -> None:
    quiet = Segment(kind=Kind.SILENCE, start_s=25.9, end_s=28.0)
    silent = record(Cause.IVR, sent=((18.0, "DTMF 0"),), segments=(MENU, AGENT, quiet), ended_s=28.0)
    assert seen("key 0 reaches a human", silent) == (True, "a person 7.0 s after the key")


@pytest.mark.parametrize("form", notation.EXPECTATION_FORMS)
def test_people_read_expectations_in_their_language(form: str) -> None:
    one = notation.expectation(Node(1, "expect[1]", form))
    assert any("\u4e00" <= c <= "\u9fff" for c in expectation_words(one, "zh"))
    assert expectation_words(one, "en")


def test_values_are_told_in_the_language_of_the_reports() -> None:
    assert checks(CLERK, expecting("answered within 15 s"), "zh")[0].seen == "振铃 10.0 秒后接通"


def test_who_was_told_on_the_chance_that_it_is_a_person_is_none_for_that() -> None:
    somebody = (speech(12.0, 14.0), speech(16.0, 20.8))
    unsure = record(Cause.IVR, sent=((15.0, "DTMF 0"), (28.0, f"{SAID} ({WHOEVER})")), segments=somebody)
    assert seen("human within 60 s", unsure) is None
    sure = record(Cause.IVR, sent=((15.0, "DTMF 0"), (28.0, SAID)), segments=somebody)
    assert seen("human within 60 s", sure) is not None
