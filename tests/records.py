"""Made-up numbers, records and calls: one at a time by hand, or generated with hypothesis.

Nothing here was ever dialled. Numbers are of the fictitious range +86 571 8725 XXXX.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from probe.model import (
    CAUSES,
    OUTCOME_OF,
    Because,
    Blame,
    Call,
    Cause,
    Check,
    Kind,
    Number,
    Order,
    Origin,
    Outcome,
    Record,
    Segment,
    Signal,
    Sounds,
    Trace,
    Verdict,
)

MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday 09:00 in Hangzhou
BLAME = {
    Outcome.ANSWERED: Blame.NOBODY,
    Outcome.VOICEMAIL: Blame.OFFICE,
    Outcome.UNANSWERED: Blame.OFFICE,
    Outcome.BUSY: Blame.OFFICE,
    Outcome.UNREACHABLE: Blame.NUMBER,
    Outcome.INCONCLUSIVE: Blame.UNKNOWN,
}
OWN = {
    Cause.TRUNK: Blame.TRUNK,
    Cause.OWN_LINE: Blame.TRUNK,
    Cause.DIAL_PLAN: Blame.ROBOT,
    Cause.ROBOT: Blame.ROBOT,
    Cause.NETWORK_CONGESTION: Blame.NETWORK,
}
FINAL = {  # what the far end sends last, for causes that end before an answer
    Cause.BUSY_SIGNAL: "SIP/2.0 486 Busy Here",
    Cause.BUSY_TONE: "SIP/2.0 486 Busy Here",
    Cause.BUSY_ANNOUNCEMENT: "SIP/2.0 486 Busy Here",
    Cause.VACANT_NUMBER: "SIP/2.0 404 Not Found",
    Cause.NETWORK_CONGESTION: "SIP/2.0 503 Service Unavailable",
    Cause.REJECTED: "SIP/2.0 603 Decline",
}
HOSTILE = (
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "{{ 7*7 }}{% raw %}",
    "余杭\u202e科保社\u202c局",  # a right-to-left override
    "\u2066\u2067",  # isolates that are never closed
    "a\x00b\x07c\x1b[31md\x85e",
    "=cmd|' /C calc'!A0",
    "&lt;b&gt; & \u2028 \ufeff",
    "长" * 3000 + "<b>",
    "x" * 10_000,
    "",
    " ",
    "مكتب العمل",
)


def number(index: int = 1, **facts: object) -> Number:
    """A directory entry; `index` makes its number."""
    digits = f"8725{index:04}"
    given = {"number": f"+86571{digits}", "written": f"0571-{digits}", "unit": "余杭区人社局", "department": "社保科"}
    return Number(**(given | facts))  # type: ignore[arg-type]  # facts are checked by the tests that give them


def call(
    cause: Cause = Cause.HUMAN,
    *,
    of: Number | None = None,
    at: datetime = MORNING,
    call_id: str = "",
    attempt: int = 1,
    pdd_s: float | None = 0.6,
    ring_s: float | None = 5.0,
    confidence: float = 0.95,
    because: tuple[Because, ...] = (),
    blame: Blame | None = None,
    recording: str | None = None,
) -> Call:
    """One stored call that ended in `cause`: it alerts after `pdd_s` for `ring_s`; None means it never did."""
    of = of or number()
    outcome = OUTCOME_OF[cause]
    trace = _trace(cause, of, at, pdd_s, ring_s, recording)
    verdict = Verdict(
        outcome=outcome,
        cause=cause,
        blame=blame or OWN.get(cause, BLAME[outcome]),
        confidence=confidence,
        because=because,
        sure=True,
        decided_at_s=trace.ended_at_s,
    )
    order = Order(
        call_id=call_id or f"{at:%Y%m%dT%H%M%S}-{of.number.lstrip('+')}-{attempt}",
        number=of.number,
        office=of.office,
        why="demo",
        attempt=attempt,
    )
    return Call(record=Record(order=order, trace=trace, sounds=Sounds(), verdict=verdict), number=of)


def _trace(
    cause: Cause, of: Number, at: datetime, pdd_s: float | None, ring_s: float | None, recording: str | None
) -> Trace:
    signals = [Signal(at_s=0.0, sent="INVITE"), _from_wire(0.05, "SIP/2.0 100 Trying")]
    ended_s = 0.05
    if pdd_s is not None and ring_s is not None:
        signals.append(_from_wire(pdd_s, "SIP/2.0 180 Ringing"))
        ended_s = pdd_s + ring_s
    answered_s = None
    if OUTCOME_OF[cause] in {Outcome.ANSWERED, Outcome.VOICEMAIL} and pdd_s is not None:
        answered_s = pdd_s + (ring_s or 0.0)
        signals.append(_from_wire(answered_s, "SIP/2.0 200 OK"))
        ended_s = answered_s + 8.0
    elif cause in FINAL and pdd_s is not None:
        ended_s = max(ended_s, pdd_s)
        signals.append(_from_wire(ended_s, FINAL[cause]))
    return Trace(
        number=of.number,
        started_at=at,
        signals=tuple(signals),
        answered_at_s=answered_s,
        ended_at_s=ended_s,
        released_by="robot",
        recording=recording,
    )


def _from_wire(at_s: float, line: str) -> Signal:
    return Signal(at_s=at_s, received=line, origin=Origin.WIRE)


def texts() -> st.SearchStrategy[str]:
    """Anything a directory, a header or a transcript may hold, hostile things often."""
    return st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(exclude_categories=["Cs"]), max_size=40))


def numbers() -> st.SearchStrategy[Number]:
    return st.builds(
        number, st.integers(0, 9999), written=texts(), unit=texts(), department=texts(), service=texts(), note=texts()
    )


def moments() -> st.SearchStrategy[datetime]:
    """Microseconds included, any hour of 2026."""
    return st.timedeltas(timedelta(), timedelta(days=300)).map(lambda after: MORNING + after)


def _seconds() -> st.SearchStrategy[float]:
    return st.floats(0, 90, allow_nan=False)


def signals() -> st.SearchStrategy[Signal]:
    headers = st.dictionaries(st.sampled_from(["Reason", "Warning"]), st.tuples(texts()), max_size=2)
    return st.builds(
        Signal,
        at_s=_seconds(),
        received=st.one_of(st.sampled_from(sorted(FINAL.values())), texts()),
        origin=st.sampled_from(Origin),
        sdp=st.booleans(),
        headers=headers,
    )


def verdicts() -> st.SearchStrategy[Verdict]:
    values = st.dictionaries(st.sampled_from(["text", "at_s"]), st.one_of(texts(), _seconds()), max_size=2)
    because = st.lists(st.builds(Because, key=st.just("made_up"), values=values), max_size=3).map(tuple)
    return st.sampled_from([(o, c) for o, causes in CAUSES.items() for c in causes]).flatmap(
        lambda pair: st.builds(
            Verdict,
            outcome=st.just(pair[0]),
            cause=st.just(pair[1]),
            blame=st.sampled_from(Blame),
            confidence=st.floats(0, 1),
            because=because,
            sure=st.booleans(),
            decided_at_s=st.one_of(st.none(), _seconds()),
        )
    )


def calls() -> st.SearchStrategy[Call]:
    """Stored calls with every field filled with something possible, if not always sensible together."""
    segment = st.builds(
        Segment, kind=st.sampled_from(Kind), start_s=_seconds(), end_s=_seconds(), text=st.one_of(st.none(), texts())
    )
    check = st.builds(Check, name=texts(), passed=st.booleans(), seen=texts())
    return st.builds(
        _put_together,
        of=numbers(),
        at=moments(),
        call_id=st.uuids().map(str),
        attempt=st.integers(1, 3),
        signals=st.lists(signals(), max_size=4).map(tuple),
        segments=st.lists(segment, max_size=3).map(tuple),
        verdict=verdicts(),
        checks=st.lists(check, max_size=2).map(tuple),
        recording=st.one_of(st.none(), texts()),
        why=texts(),
    )


def _put_together(
    *,
    of: Number,
    at: datetime,
    call_id: str,
    attempt: int,
    signals: tuple[Signal, ...],
    segments: tuple[Segment, ...],
    verdict: Verdict,
    checks: tuple[Check, ...],
    recording: str | None,
    why: str,
) -> Call:
    order = Order(call_id=call_id, number=of.number, office=of.office, why=why, attempt=attempt)
    trace = Trace(number=of.number, started_at=at, signals=signals, call_id=call_id, recording=recording)
    sounds = Sounds(segments=segments, until_s=90.0)
    return Call(record=Record(order=order, trace=trace, sounds=sounds, verdict=verdict, checks=checks), number=of)
