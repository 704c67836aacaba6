"""The SIP conversation of a call as a ladder: one rung for each signal, in order of time. Pure.

The left rail is the robot, the right one the trunk with whatever is behind it. What came over the wire is an arrow;
what our own stack made up (a timer, the transport, a local refusal) stays on the robot's side, for it is no word of the
far end. Events that are no messages (sound begins, answered, the end) stand between.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

from rich.cells import cell_len, set_cell_size

from probe.evidence import scrub
from probe.model import Fact, Origin, Signal, Trace
from probe.words import catalogue, words

RAIL_CELLS = 46  # between the rails, in columns of a terminal
TIME_CELLS = 9
ANSWER = 200
BESIDE_S = 0.05  # a 200 and the answer that was noted of it
_Q850 = re.compile(r"(?i)\bQ\.850\b.*?\bcause\s*=\s*(\d{1,3})\b")
_SIP = re.compile(r"(?i)^\s*SIP\s*;.*?\bcause\s*=\s*(\d{3})\b")


class Way(StrEnum):
    """Which way a rung goes."""

    OUT = "out"  # from the robot
    IN = "in"  # from the trunk, over the wire
    MADE_UP = "made_up"  # by our own stack
    SPOKEN = "spoken"  # in the sound: keys, and what the robot says
    EVENT = "event"


class Rung(Fact, frozen=True, kw_only=True):
    """One line of the ladder. `meaning` is in the reader's words, `notes` are headers worth reading."""

    at_s: float
    way: Way
    label: str
    meaning: str = ""
    notes: tuple[str, ...] = ()


def rungs(trace: Trace, lang: str) -> tuple[Rung, ...]:
    """The ladder of a call, in order of time."""
    found = [_rung(signal, trace.answered_at_s, lang) for signal in trace.signals]
    found += _events(trace, lang)
    return tuple(sorted(found, key=lambda rung: rung.at_s))


def text(trace: Trace, lang: str) -> str:
    """The ladder as plain text, for terminals and files; Chinese characters count two columns."""
    robot, trunk = words("evidence.robot", lang), words("evidence.trunk", lang)
    head = " " * TIME_CELLS + robot + " " * max(1, RAIL_CELLS + 2 - cell_len(robot) - cell_len(trunk)) + trunk
    return "\n".join([head, *(line for rung in rungs(trace, lang) for line in lines(rung))]) + "\n"


def lines(rung: Rung) -> Iterator[str]:
    """One rung as lines of text."""
    time = f"{rung.at_s:7.2f}".rjust(TIME_CELLS - 2) + "  "
    yield f"{time}│{_between(rung)}│{f'  {rung.meaning}' if rung.meaning else ''}".rstrip()
    for note in rung.notes:
        yield f"{' ' * TIME_CELLS}│   {note}"


def _between(rung: Rung) -> str:
    label = rung.label if cell_len(rung.label) <= RAIL_CELLS - 8 else set_cell_size(rung.label, RAIL_CELLS - 9) + "…"
    match rung.way:
        case Way.OUT:
            return f" {_filled(f' {label} ', '─', RAIL_CELLS - 3)}▶ "
        case Way.IN:
            return f" ◀{_filled(f' {label} ', '─', RAIL_CELLS - 3)} "
        case Way.SPOKEN:
            return f" {_filled(f' {label} ', '┄', RAIL_CELLS - 3)}▷ "
        case Way.MADE_UP:
            return _padded(f"◆ {label}")
        case Way.EVENT:
            return _padded(f"● {label}")


def _filled(label: str, dash: str, cells: int) -> str:
    spare = max(0, cells - cell_len(label))
    return dash * (spare // 2) + label + dash * (spare - spare // 2)


def _padded(label: str) -> str:
    return label + " " * max(0, RAIL_CELLS - cell_len(label))


def _rung(signal: Signal, answered_s: float | None, lang: str) -> Rung:
    if signal.sent is not None:
        spoken = signal.sent.startswith(("DTMF ", "SAY "))
        way = Way.SPOKEN if spoken else Way.OUT
        return Rung(at_s=signal.at_s, way=way, label=scrub.said(signal.sent), meaning=_sent(signal.sent, lang))
    label = scrub.said(signal.received or "").removeprefix("SIP/2.0 ")
    if signal.sdp:
        label += " (SDP)"
    notes = tuple(
        f"{name}: {value}{_cause(name, value, lang)}"
        for name, values in scrub.headers(signal.headers).items()
        for value in values
    )
    if signal.origin in (Origin.WIRE, None):
        return Rung(at_s=signal.at_s, way=Way.IN, label=label, meaning=_received(signal, answered_s, lang), notes=notes)
    meaning = words(f"evidence.origin_{signal.origin}", lang)
    return Rung(at_s=signal.at_s, way=Way.MADE_UP, label=label, meaning=meaning, notes=notes)


def _events(trace: Trace, lang: str) -> Iterator[Rung]:
    if trace.media_started_at_s is not None:
        yield Rung(at_s=trace.media_started_at_s, way=Way.EVENT, label=words("evidence.sound_begins", lang))
    if trace.ended_at_s is not None:
        by = words(f"evidence.ended_{trace.released_by or 'unknown'}", lang)
        yield Rung(at_s=trace.ended_at_s, way=Way.EVENT, label=by)


def _sent(sent: str, lang: str) -> str:
    return _word(f"sent_{sent.split(' ', 1)[0].lower()}", lang)


def _received(signal: Signal, answered_s: float | None, lang: str) -> str:
    if signal.status is None:
        return _word(f"received_{scrub.inert(signal.received or '').lower()}", lang)
    if signal.status == ANSWER and (answered_s is None or abs(signal.at_s - answered_s) > BESIDE_S):
        return _word("status_2xx", lang)  # to a PRACK, a CANCEL or a BYE
    key = "status_183_sdp" if signal.status in (180, 183) and signal.sdp else f"status_{signal.status}"
    return _word(key, lang) or _word(f"status_{signal.status // 100}xx", lang)


def _cause(name: str, value: str, lang: str) -> str:
    """What a Reason header's cause means (RFC 3326)."""
    if name != "Reason":
        return ""
    found = _Q850.search(value)
    key = f"q850_{found[1]}" if found else f"status_{found[1]}" if (found := _SIP.search(value)) else ""
    meaning = _word(key, lang)
    return f"  ← {meaning}" if meaning else ""


def _word(name: str, lang: str) -> str:
    entry = catalogue("evidence").get(name)
    return entry[lang] if entry else ""
