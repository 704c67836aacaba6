"""What may leave the data folder: never what a person said after the answer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.evidence.kept import cut_spans, kept_sounds, kept_spans, removed_words, silenced
from probe.model import Cause, Kind, Outcome, Said
from tests.evidence.made import ANSWERED_S, CLERK, ENDED_S, LOUD, MEDIA_S, RINGS, WORDS, call, pcm, segment


def heard_between(made: object, start_s: float, end_s: float) -> bool:
    """Whether anything can be heard of this stretch."""
    out = silenced(made.record, pcm())  # type: ignore[attr-defined]
    return bool(np.any(out[round((start_s - MEDIA_S) * 8000) : round((end_s - MEDIA_S) * 8000)]))


def test_everything_before_the_answer_stays() -> None:
    out = silenced(call().record, pcm())
    assert np.all(out[: round((ANSWERED_S - MEDIA_S) * 8000)] == LOUD)


def test_what_a_clerk_says_is_silenced_and_so_is_the_room() -> None:
    assert not heard_between(call(), ANSWERED_S, ENDED_S)
    assert cut_spans(call().record) == ((ANSWERED_S, ENDED_S),)


def test_a_call_that_nobody_answered_stays_as_it_is() -> None:
    made = call(RINGS, segment(Kind.SPEECH, 4, 8), cause=Cause.REJECTED, outcome=Outcome.UNANSWERED, answered_s=None)
    assert np.array_equal(silenced(made.record, pcm()), pcm())
    assert cut_spans(made.record) == ()
    assert removed_words(made.record) == 0


@pytest.mark.parametrize("kind", [Kind.BUSY, Kind.BEEP, Kind.FAX, Kind.SIT, Kind.RINGBACK])
def test_tones_after_the_answer_stay(kind: Kind) -> None:
    made = call(RINGS, segment(kind, 5, 7))
    assert heard_between(made, 5, 7)
    assert not heard_between(made, 7.01, ENDED_S)


@pytest.mark.parametrize("kind", [Kind.SPEECH, Kind.NOISE, Kind.SILENCE, Kind.TONE])
def test_what_may_be_a_voice_does_not(kind: Kind) -> None:
    assert not heard_between(call(RINGS, segment(kind, 5, 7)), 5, 7)


def test_a_known_announcement_after_the_answer_stays() -> None:
    known = segment(Kind.SPEECH, 5, 7, known="suspended", text="您拨叫的用户已停机")
    made = call(RINGS, known, cause=Cause.SUSPENDED, outcome=Outcome.UNREACHABLE)
    assert heard_between(made, 5, 7)


def test_what_a_machine_said_without_a_doubt_stays_and_what_came_later_does_not() -> None:
    menu, later = segment(Kind.SPEECH, 4.5, 6.6), segment(Kind.SPEECH, 7.9, 8.8)
    doubtless = {"confidence": 0.95, "sure": True, "decided_at_s": 6.6}
    made = call(RINGS, menu, later, cause=Cause.IVR, said=(), **doubtless)
    assert heard_between(made, 4.5, 6.6)
    assert not heard_between(made, 7.9, 8.8)
    doubtful = call(RINGS, menu, later, cause=Cause.IVR, said=(), **(doubtless | {"confidence": 0.6}))
    assert not heard_between(doubtful, 4.5, 6.6)


def test_music_stays_unless_a_person_came_to_the_phone() -> None:
    music = segment(Kind.MUSIC, 5, 7)
    assert heard_between(call(RINGS, music, cause=Cause.QUEUE), 5, 7)
    assert not heard_between(call(RINGS, music, cause=Cause.HUMAN), 5, 7)


def test_a_word_said_twice_alike_is_no_recording() -> None:
    again = segment(Kind.SPEECH, 7, 7.8, repeat_of_s=5.0)
    assert not heard_between(call(RINGS, again, cause=Cause.SILENT), 7, 7.8)


def test_words_stay_only_with_their_sound() -> None:
    before = Said(start_s=1.0, end_s=3.0, text="您拨打的用户正忙", confidence=0.9)
    made = call(said=(before, WORDS))
    assert kept_sounds(made.record).transcript == (before,)
    assert removed_words(made.record) == 1


def test_words_in_a_segment_go_as_well() -> None:
    spoken = segment(Kind.SPEECH, 4.5, 5.5, text="喂，我是张三")
    assert kept_sounds(call(RINGS, spoken).record).segments[1].text is None


seconds = st.floats(0, ENDED_S, allow_nan=False)


@given(
    st.lists(st.builds(lambda kind, a, b: segment(kind, a, b), st.sampled_from(Kind), seconds, seconds), max_size=6),
    st.sampled_from([Cause.HUMAN, Cause.SILENT, Cause.IVR]),
    st.floats(0, ENDED_S),
)
def test_kept_and_cut_make_up_the_call(segments: list[object], cause: Cause, answered_s: float) -> None:
    made = call(*segments, CLERK, cause=cause, answered_s=answered_s)  # type: ignore[arg-type]
    kept, cut = kept_spans(made.record), cut_spans(made.record)
    assert list(cut) == sorted(cut)
    for start_s, end_s in cut:
        assert start_s >= answered_s
        assert not any(a < (start_s + end_s) / 2 < b for a, b in kept)
    total_s = sum(end_s - start_s for start_s, end_s in cut)
    out = silenced(made.record, pcm())
    silent_s = float(np.sum(out == 0)) / 8000
    assert silent_s <= total_s + 0.01
    assert silent_s >= total_s - MEDIA_S - 0.01
