"""Made-up calls with a recording on disk and in the store."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np

from probe.evidence.facts import Facts
from probe.evidence.pack import wav
from probe.model import (
    Because,
    Blame,
    Call,
    Cause,
    Kind,
    Number,
    Order,
    Origin,
    Outcome,
    Purpose,
    Record,
    Said,
    Segment,
    Signal,
    Sounds,
    Trace,
    Verdict,
)
from probe.store import Store
from tests.audio import Pcm
from tests.records import MORNING, number

ANSWERED_S, ENDED_S, MEDIA_S = 4.0, 9.0, 0.5
LOUD = 9000


def segment(kind: Kind, start_s: float, end_s: float, **more: object) -> Segment:
    return Segment(kind=kind, start_s=start_s, end_s=end_s, level_dbfs=-20.0, **more)  # type: ignore[arg-type]


RINGS = segment(Kind.RINGBACK, 0.6, 3.6, hz=450.0, cycles=2)
CLERK = segment(Kind.SPEECH, 4.5, 5.5)
WORDS = Said(start_s=4.5, end_s=5.5, text="喂，我是张三", confidence=0.8)


def call(
    *segments: Segment,
    cause: Cause = Cause.HUMAN,
    outcome: Outcome = Outcome.ANSWERED,
    call_id: str = "20260302-base-1-8657187250001",
    at: datetime = MORNING,
    answered_s: float | None = ANSWERED_S,
    said: tuple[Said, ...] = (WORDS,),
    signals: tuple[Signal, ...] = (),
    recording: str | None = "",
    of: Number | None = None,
    **verdict: object,
) -> Call:
    """A call with sounds; by default a clerk answers after two rings. `recording` "" is the path of its own."""
    of = of or number(1, owner_email="zhang.san@example.cn", note="内部备注")
    path = f"recordings/{at:%Y-%m-%d}/{call_id}.wav" if recording == "" else recording
    trace = Trace(
        number=of.number,
        started_at=at,
        signals=signals or (Signal(at_s=0.0, sent="INVITE"), wire(0.6, "SIP/2.0 180 Ringing")),
        media_started_at_s=None if recording is None else MEDIA_S,
        answered_at_s=answered_s,
        ended_at_s=ENDED_S,
        released_by="robot",
        call_id=call_id,
        trunk="office",
        recording=path,
    )
    given = {"blame": Blame.NOBODY, "confidence": 0.9, "because": (Because(key="nothing_known"),)} | verdict
    return Call(
        record=Record(
            order=Order(
                call_id=call_id,
                number=of.number,
                office=of.office,
                why="demo",
                purpose=Purpose.BASE,
                say="/secret/a.wav",
            ),
            trace=trace,
            sounds=Sounds(segments=segments or (RINGS, CLERK), transcript=said, until_s=ENDED_S),
            verdict=Verdict(outcome=outcome, cause=cause, **given),  # type: ignore[arg-type]
        ),
        number=of,
    )


def wire(at_s: float, line: str, **more: object) -> Signal:
    return Signal(at_s=at_s, received=line, origin=Origin.WIRE, **more)  # type: ignore[arg-type]


def pcm() -> Pcm:
    """Loud from the first media to the end, so that whatever is silenced can be seen."""
    return np.full(round((ENDED_S - MEDIA_S) * 8000), LOUD, np.int16)


def facts(made: Call | None = None, **more: object) -> Facts:
    """What `gather` would find, with the recording."""
    given = {"sound": Because(key="evidence.recording_kept", values={"place": "x"}), "pcm": pcm(), "rules": "0.1+a"}
    return Facts(call=made or call(), **(given | more))  # type: ignore[arg-type]


def stored(folder: Path) -> Store:
    return Store.open(f"sqlite:///{folder / 'tongbutong.sqlite3'}")


def keep(store: Store, folder: Path, made: Call, sound: bytes | None = b"") -> Path | None:
    """Store a call and its recording; the file. `sound` None writes none, b"" writes `pcm()`."""
    record = made.record
    store.import_numbers([made.number], record.trace.started_at)
    store.claim(record.order, record.trace.started_at, "test:1:1", 150.0)
    store.add(record, record.trace.started_at + timedelta(seconds=10))
    if record.trace.recording is None or sound is None:
        return None
    file = folder / record.trace.recording
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(sound or wav(pcm()))
    aged(file, record.trace.started_at)
    return file


def aged(file: Path, at: datetime) -> None:
    """Written at this time."""
    os.utime(file, (at.timestamp(), at.timestamp()))


def replaced(made: Call, **trace: object) -> Call:
    """The call with another trace."""
    record = made.record
    return msgspec.structs.replace(
        made, record=msgspec.structs.replace(record, trace=msgspec.structs.replace(record.trace, **trace))
    )
