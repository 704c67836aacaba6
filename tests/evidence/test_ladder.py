"""The SIP ladder: who said what, and what our own stack made up."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from rich.cells import cell_len

from probe.evidence import ladder, ladder_svg
from probe.evidence.ladder import Way
from probe.model import Origin, Signal, Trace
from tests.evidence.made import wire
from tests.records import HOSTILE, MORNING, calls

BUSY = (
    Signal(at_s=0.0, sent="INVITE"),
    wire(0.05, "SIP/2.0 100 Trying"),
    wire(0.6, "SIP/2.0 183 Session Progress", sdp=True),
    wire(9.1, "SIP/2.0 486 Busy Here", headers={"Reason": ('Q.850;cause=17;text="User busy"',)}),
)


def trace(*signals: Signal, **more: object) -> Trace:
    given = {"number": "+8657187250001", "started_at": MORNING, "signals": signals, "released_by": "far"}
    return Trace(**(given | more))  # type: ignore[arg-type]


def test_a_busy_call_reads_from_top_to_bottom() -> None:
    text = ladder.text(trace(*BUSY, media_started_at_s=0.65, ended_at_s=9.1), "en")
    assert text.splitlines() == [
        "         robot                            trunk / far end",
        "   0.00  │ ───────────────── INVITE ──────────────────▶ │  we call",
        "   0.05  │ ◀─────────────── 100 Trying ──────────────── │  being tried",
        "   0.60  │ ◀─────── 183 Session Progress (SDP) ──────── │  the network can be heard before the answer",
        "   0.65  │● sound begins                                │",
        "   9.10  │ ◀────────────── 486 Busy Here ────────────── │  busy",
        '         │   Reason: Q.850;cause=17;text="User busy"  ← user busy',
        "   9.10  │● the end: the far side or the network        │",
    ]


def test_in_chinese_the_right_rail_is_straight() -> None:
    lines = ladder.text(trace(*BUSY, media_started_at_s=0.65, ended_at_s=9.1), "zh").splitlines()
    rails = {cell_len(line[: line.rindex("│")]) for line in lines[1:] if line.count("│") == 2}
    assert len(rails) == 1
    assert "← 用户忙" in "".join(lines)


@pytest.mark.parametrize("origin", [Origin.TIMER, Origin.TRANSPORT, Origin.LOCAL])
def test_what_our_own_stack_made_up_is_no_arrow_from_the_far_end(origin: Origin) -> None:
    made_up = Signal(at_s=6.0, received="SIP/2.0 408 Request Timeout", origin=origin)
    (rung,) = ladder.rungs(trace(made_up), "en")
    assert rung.way is Way.MADE_UP
    assert "no word of the far end" in rung.meaning
    assert "◀" not in "".join(ladder.lines(rung))


def test_keys_and_what_the_robot_says_are_part_of_the_sound() -> None:
    found = ladder.rungs(trace(Signal(at_s=5.0, sent="DTMF 1"), Signal(at_s=6.0, sent="SAY disclosure")), "en")
    assert [rung.way for rung in found] == [Way.SPOKEN, Way.SPOKEN]
    assert [rung.meaning for rung in found] == ["we press a key", "the robot speaks"]


def test_credentials_and_telephone_numbers_never_stand_in_it() -> None:
    contact = '<sip:13800138000:hunter2@192.0.2.1;password=hunter2>;nonce="hunter2"'
    strange = {"Contact": (contact,), "Authorization": ('Digest response="hunter2"',)}
    text = ladder.text(trace(wire(1.0, "SIP/2.0 302 Moved to 13800138000", headers=strange)), "en")
    assert "hunter2" not in text
    assert "13800138000" not in text
    assert "138XXXX8000" in text
    assert "Authorization" not in text


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_texts_are_inert(hostile: str) -> None:
    bad = trace(wire(1.0, f"SIP/2.0 486 {hostile}", headers={"Reason": (hostile,), "Warning": (hostile,)}))
    text = ladder.text(bad, "zh")
    assert all(line.isprintable() for line in text.splitlines())
    assert max(map(len, text.splitlines())) < 500
    root = ET.fromstring(ladder_svg.draw(bad, "zh"))
    assert {one.tag.rpartition("}")[2] for one in root.iter()} <= {
        "svg",
        "rect",
        "defs",
        "marker",
        "path",
        "circle",
        "text",
    }


@given(calls())
def test_any_call_can_be_drawn(made: object) -> None:
    record = made.record  # type: ignore[attr-defined]
    found = ladder.rungs(record.trace, "en")
    assert [rung.at_s for rung in found] == sorted(rung.at_s for rung in found)
    assert len([rung for rung in found if rung.way is not Way.EVENT]) == len(record.trace.signals)
    ET.fromstring(ladder_svg.draw(record.trace, "en"))


def test_only_the_200_that_answers_is_called_the_answer() -> None:
    made = trace(
        wire(2.0, "SIP/2.0 200 OK"), wire(4.0, "SIP/2.0 200 OK"), wire(9.02, "SIP/2.0 200 OK"), answered_at_s=4.0
    )
    assert [rung.meaning for rung in ladder.rungs(made, "en")] == ["success", "answered", "success"]
