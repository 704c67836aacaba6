"""What was heard, in lanes over its time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.evidence import timeline
from probe.evidence.timeline import Lane, lane, pieces, scale, step_s
from probe.model import Kind, Sounds
from tests.evidence.made import call, segment

TONE = segment(Kind.BUSY, 2.0, 4.0, hz=450.0, cycles=3)


def drawn(which: Lane, sounds: Sounds, length_s: float, cells: int) -> str:
    row = lane(pieces(sounds, "en"), which, length_s, cells)
    return "".join("." if piece is None else "#" for piece in row)


def test_a_lane_is_drawn_to_scale() -> None:
    sounds = Sounds(segments=(TONE, segment(Kind.SPEECH, 6.0, 10.0)))
    assert drawn(Lane.TONE, sounds, 10.0, 20) == "....####............"
    assert drawn(Lane.SPEECH, sounds, 10.0, 20) == "............########"
    assert drawn(Lane.MUSIC, sounds, 10.0, 20) == "." * 20


def test_what_is_too_short_to_see_has_one_column() -> None:
    assert drawn(Lane.TONE, Sounds(segments=(segment(Kind.BEEP, 5.0, 5.01),)), 60.0, 30).count("#") == 1


def test_a_piece_says_what_it_is() -> None:
    known = segment(Kind.SPEECH, 1, 2, known="busy_announcement", text="正在通话中")
    again = segment(Kind.SPEECH, 5, 7, repeat_of_s=1.0)
    found = pieces(Sounds(segments=(TONE, known, again, segment(Kind.SILENCE, 8, 9))), "en")
    assert [piece.label for piece in found] == ["busy tone ×3", "known recording", "repeated", "silence"]
    assert found[0].detail == "busy tone ×3 · 450 Hz · -20 dBFS"
    assert found[1].detail == "known recording · -20 dBFS · “正在通话中”"
    assert "as from 1.0 s on" in found[2].detail
    assert found[3].detail == "silence"


def test_the_scale_counts_seconds() -> None:
    assert scale(10.0, 40) == "0       2       4       6       8       10"
    assert [step_s(length_s, 10) for length_s in (5, 10, 20, 45, 100, 3600)] == [1, 1, 2, 5, 10, 600]


def test_the_list_names_what_is_silenced() -> None:
    text = timeline.list_text(Sounds(segments=(TONE,)), [(5.0, 7.0)], "en")
    assert text.splitlines()[1:] == [
        "    2.00      4.00  busy tone ×3 · 450 Hz · -20 dBFS",
        "    5.00      7.00  [silenced here, see README]",
    ]


@pytest.mark.parametrize("wrong", [(float("nan"), 1.0), (3.0, 2.0), (0.0, float("inf")), (-1.0, 2.0)])
def test_times_that_cannot_be_are_left_out(wrong: tuple[float, float]) -> None:
    made = call(segment(Kind.BUSY, *wrong))
    assert pieces(made.record.sounds, "en") == ()
    assert timeline.end_s(made.record.trace, made.record.sounds) == 9.0


times = st.floats(0, 1e5, allow_nan=False)


@given(st.lists(st.tuples(st.sampled_from(Kind), times, times), max_size=8), st.floats(0.01, 1e5), st.integers(24, 120))
def test_every_lane_is_as_wide_as_the_terminal(
    found: list[tuple[Kind, float, float]], length_s: float, cells: int
) -> None:
    sounds = Sounds(segments=tuple(segment(kind, a, b) for kind, a, b in found))
    for which in Lane:
        assert len(lane(pieces(sounds, "zh"), which, length_s, cells)) == cells
    assert len(scale(length_s, cells)) <= cells + 6
