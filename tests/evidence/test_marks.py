"""The names of signals over the waveform can all be read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from probe.evidence.marks import CELL_PX, marks
from probe.model import Signal
from tests.evidence.made import call, facts, replaced, wire

WIDTH = 1000.0
LINES = (
    "SIP/2.0 180 Ringing",
    "SIP/2.0 183 Session Progress",
    "SIP/2.0 486 Busy Here",
    "SIP/2.0 503 Service Unavailable",
)


def named(*signals: Signal, **more: object) -> list[str]:
    return [mark["label"] for mark in marks(facts(replaced(call(signals=signals), **more)), 20.0, WIDTH, "en")]


def test_what_says_nothing_has_no_name() -> None:
    ends = (
        Signal(at_s=0.0, sent="INVITE"),
        wire(0.1, "SIP/2.0 100 Trying"),
        wire(9.0, "BYE"),
        Signal(at_s=9.0, sent="ACK"),
    )
    assert named(*ends) == ["0.0 INVITE we call", "9.0 BYE the far end hangs up"]


def test_the_end_is_named_when_no_signal_tells_it() -> None:
    assert named(Signal(at_s=0.0, sent="INVITE"))[-1].startswith("9.0 the end: the robot hung up")


def test_a_key_is_named_with_its_digit() -> None:
    assert "5.0 DTMF 0 we press a key" in named(Signal(at_s=5.0, sent="DTMF 0"))


@given(st.lists(st.tuples(st.floats(0, 12), st.sampled_from(LINES)), max_size=12))
def test_no_line_crosses_a_name_and_no_two_names_overlap(made: list[tuple[float, str]]) -> None:
    signals = tuple(wire(at_s, line) for at_s, line in sorted(made))
    found = marks(facts(replaced(call(signals=signals), ended_at_s=None)), 20.0, WIDTH, "zh")
    spans = [(m["row"], m["at"] / 20.0 * WIDTH, cell_len(m["label"]) * CELL_PX) for m in found]
    for i, (row, x, width) in enumerate(spans):
        for other, other_x, _ in spans[i + 1 :]:
            assert other_x >= x + width or other > row
