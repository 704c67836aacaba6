"""The files of one call's evidence. Pure, but for drawing: the same facts always make the same files."""

from __future__ import annotations

import io
import wave
from pathlib import PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import numpy.typing as npt

from probe.evidence import ladder, ladder_svg, scrub, texts, timeline
from probe.evidence.archive import SUMS
from probe.evidence.facts import Facts
from probe.evidence.kept import cut_spans, kept_sounds, silenced
from probe.hear import RATE_HZ
from probe.model import Number, Order, Signal, Trace
from probe.words import LANGUAGES

README = "README.txt"
NOT_IN = ("owner_email", "note")  # of a number: personal, and no evidence


def compose(facts: Facts, *, lang: str, zone: ZoneInfo, picture: bool = True) -> dict[str, bytes]:
    """File name → content. Drawings are in `lang`, pages in Chinese and English; times of day are those of `zone`.

    ImportError when a picture is wanted and the `charts` extra is not installed.
    """
    record = facts.call.record
    made: dict[str, tuple[str, str | bytes]] = {  # name → what it is, content
        "verdict.txt": ("evidence.file_verdict", _verdict(facts, zone)),
        "order.txt": ("evidence.file_order", _order(facts, zone)),
        "sip.txt": ("evidence.file_sip", ladder.text(record.trace, lang)),
        "sip.svg": ("evidence.file_sip_svg", ladder_svg.draw(record.trace, lang)),
        "sounds.txt": ("evidence.file_sounds", _sounds(facts, lang)),
        "transcript.txt": ("evidence.file_transcript", texts.transcript(facts, lang, zone)),
    }
    if picture:
        from probe.evidence.picture import draw, to_png, to_svg

        chart = draw(facts, lang=lang, zone=zone)
        made["picture.png"] = ("evidence.file_picture", to_png(chart))
        made["picture.svg"] = ("evidence.file_picture_svg", to_svg(chart))
    if facts.pcm is not None:
        made["recording.wav"] = ("evidence.file_recording", wav(silenced(record, facts.pcm)))
    made["call.json"] = ("evidence.file_call", _json(facts))
    named = {name: key for name, (key, _) in made.items()} | {SUMS: "evidence.file_sums"}
    files = {README: texts.readme(facts, named, zone), **{name: content for name, (_, content) in made.items()}}
    return {name: content.encode() if isinstance(content, str) else content for name, content in files.items()}


def folder_of(facts: Facts) -> str:
    """The name of the folder in which the files lie."""
    return scrub.file_name(facts.call.record.order.call_id)


def wav(pcm: npt.NDArray[np.int16]) -> bytes:
    """The samples as a WAV file: 8 kHz, mono, 16 bit."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(pcm.astype("<i2").tobytes())
    return buffer.getvalue()


def as_dict(facts: Facts) -> dict[str, Any]:
    """All facts of the call for machines, without what may not leave the data folder."""
    call = facts.call
    verdict = call.record.verdict
    return {
        "schema": 1,
        "call_id": call.record.order.call_id,
        "number": _number(call.number),
        "order": _order_facts(call.record.order),
        "slot": facts.slot,
        "dice": facts.dice,
        "trace": shown_trace(call.record.trace),
        "sounds": _said(kept_sounds(call.record)),
        "silenced_s": [] if facts.pcm is None else cut_spans(call.record),
        "verdict": _said(verdict),
        "because": {lang: texts.sentences(verdict, lang) for lang in LANGUAGES},
        "rules": facts.rules,
        "former_verdicts": _said(facts.former),
        "checks": _said(call.record.checks),
        "voided": _said(call.voided),
        "recording": facts.sound_state,
        "pruned": facts.mark,
    }


def shown_trace(trace: Trace) -> Trace:
    """The trace without credentials and telephone numbers in its headers, and without a path of ours."""
    return msgspec.structs.replace(
        trace,
        signals=tuple(_signal(signal) for signal in trace.signals),
        recording=None if trace.recording is None else PurePosixPath(trace.recording).name,
        robot_fault=None if trace.robot_fault is None else scrub.said(trace.robot_fault),
    )


def _signal(signal: Signal) -> Signal:
    return msgspec.structs.replace(
        signal,
        sent=None if signal.sent is None else scrub.said(signal.sent),
        received=None if signal.received is None else scrub.said(signal.received),
        headers=scrub.headers(signal.headers),
    )


def _said(facts: object) -> Any:
    """What was heard and concluded, with telephone numbers masked wherever they stand in it."""
    return _each(msgspec.to_builtins(facts))


def _each(value: Any) -> Any:
    match value:
        case str():
            return scrub.said(value)
        case dict():
            return {key: _each(one) for key, one in value.items()}
        case list() | tuple():
            return [_each(one) for one in value]
        case _:
            return value


def _json(facts: Facts) -> bytes:
    return msgspec.json.format(msgspec.json.encode(as_dict(facts), order="sorted"), indent=1) + b"\n"


def _number(number: Number) -> dict[str, Any]:
    facts: dict[str, Any] = msgspec.to_builtins(number)
    return {name: value for name, value in facts.items() if name not in NOT_IN}


def _order_facts(order: Order) -> Order:
    say = None if order.say is None else PurePosixPath(order.say).name
    return msgspec.structs.replace(order, say=say, why=scrub.said(order.why))


def _verdict(facts: Facts, zone: ZoneInfo) -> str:
    return texts.both(
        {lang: [texts.head(facts, lang, zone), "", *texts.verdict_lines(facts, lang, zone)] for lang in LANGUAGES}
    )


def _order(facts: Facts, zone: ZoneInfo) -> str:
    return texts.both(
        {lang: [texts.head(facts, lang, zone), "", *texts.order_lines(facts, lang, zone)] for lang in LANGUAGES}
    )


def _sounds(facts: Facts, lang: str) -> str:
    cut = () if facts.pcm is None else cut_spans(facts.call.record)
    return timeline.list_text(kept_sounds(facts.call.record), cut, lang)
