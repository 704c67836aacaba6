"""The ear as a whole: chunks, clocks, silence, speech, music, and what lines do to sound."""

from __future__ import annotations

import sys
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probe.hear import Ear
from probe.hear.match import REMEMBER_FRAMES
from probe.hear.spectrum import BLOCK, FRAME_S
from probe.model import Kind, Sounds
from tests import audio


def kinds(sounds: Sounds) -> list[Kind]:
    return [s.kind for s in sounds.segments]


CALL = audio.alaw(
    audio.mix(
        audio.join(
            audio.cadence(450, (1, 4), 6.4, -15),
            audio.silence(0.7),
            audio.gain(audio.prompt("human-1-zm_yunxi"), -10),
            audio.silence(1.2),
            audio.tone(1000, 0.4, -15),
            audio.silence(0.8),
            audio.music(3.0),
        ),
        audio.noise(13.0, -55),
    )
)


@settings(max_examples=12, deadline=None)
@given(cuts=st.lists(st.integers(0, len(CALL)), max_size=30))
def test_the_result_does_not_depend_on_how_the_samples_are_cut(cuts: list[int]) -> None:
    whole, pieces = Ear(), Ear()
    whole.feed(CALL)
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(CALL)], strict=True):
        pieces.feed(CALL[start:end])
    assert pieces.sounds() == whole.sounds()


def test_segments_are_in_order_and_do_not_overlap() -> None:
    segments = audio.listen(CALL).segments
    assert [s.kind for s in segments if s.kind not in (Kind.SILENCE, Kind.NOISE)] == [
        Kind.RINGBACK,
        Kind.SPEECH,
        Kind.BEEP,
        Kind.MUSIC,
    ]
    for before, after in pairwise(segments):
        assert before.end_s <= after.start_s + 0.001
        assert after.end_s > after.start_s


def test_times_are_on_the_trace_clock() -> None:
    at_zero, later = audio.listen(CALL), audio.listen(CALL, start_s=2.5)
    assert later.until_s == pytest.approx(at_zero.until_s + 2.5)
    assert [s.start_s for s in later.segments] == pytest.approx([s.start_s + 2.5 for s in at_zero.segments])
    assert [s.kind for s in later.segments] == kinds(at_zero)


def test_nothing_heard_is_nothing() -> None:
    assert Ear().sounds() == Sounds()
    assert audio.listen(audio.silence(0)).segments == ()


@pytest.mark.parametrize(
    ("pcm", "kind"),
    [
        pytest.param(audio.silence(5.0), Kind.SILENCE, id="digital silence"),
        pytest.param(audio.alaw(audio.noise(5.0, -62)), Kind.SILENCE, id="line noise"),
        pytest.param(np.full(40000, 9000, np.int16), Kind.SILENCE, id="direct current"),
        pytest.param(audio.alaw(audio.noise(5.0, -40)), Kind.NOISE, id="loud noise"),
        pytest.param(audio.tone(50, 5.0, -20), Kind.SILENCE, id="mains hum below the band"),
    ],
)
def test_what_is_quiet_and_what_is_noise(pcm: audio.Pcm, kind: Kind) -> None:
    assert kinds(audio.listen(pcm)) == [kind]


def test_levels_are_below_a_full_scale_sine() -> None:
    (tone,) = audio.listen(audio.cadence(450, (0.35, 0.35), 3.0, -20)).segments
    assert tone.level_dbfs == pytest.approx(-20 - audio.FULL_SCALE_DBM0, abs=0.3)


def test_noise_is_as_loud_as_it_is_whatever_rang_before() -> None:
    """A noisy line: the noise goes on beneath the ring, and is what somebody waits in afterwards."""
    rung = audio.join(audio.cadence(450, [1, 4], 9.0, -16.0), audio.silence(3.0))
    heard = audio.listen(audio.mix(rung, audio.noise(12.0, -44.0)))
    assert heard.segments[-1].kind is Kind.NOISE
    assert heard.segments[-1].level_dbfs == pytest.approx(-44 - audio.FULL_SCALE_DBM0, abs=1.5)


@pytest.mark.parametrize("offset", [-6000, 3000])
def test_direct_current_hides_nothing(offset: int) -> None:
    pcm = audio.cadence(450, (0.35, 0.35), 3.0, -25).astype(np.int32) + offset
    assert kinds(audio.listen(pcm.astype(np.int16))) == [Kind.BUSY]


def test_a_clipped_tone_is_the_tone() -> None:
    loud = np.clip(audio.cadence(450, (0.35, 0.35), 3.0, 3).astype(np.int32) * 4, -32768, 32767)
    assert kinds(audio.listen(loud.astype(np.int16))) == [Kind.BUSY]


@pytest.mark.parametrize("name", ["human-1-zm_yunxi", "human-2-zf_xiaoni", "human-9-zf_xiaoyi", "human-8-zm_yunxia"])
@pytest.mark.parametrize(("level_db", "snr_db"), [(0, 40), (-12, 20), (-24, 12)])
def test_speech_is_found_where_it_is(name: str, level_db: float, snr_db: float) -> None:
    pcm = audio.join(audio.silence(1.0), audio.gain(audio.prompt(name), level_db), audio.silence(1.5))
    loud = np.nonzero(np.abs(pcm) > np.abs(pcm).max() * 0.08)[0] / audio.RATE
    spoken = audio.listen(audio.alaw(audio.with_noise(pcm, snr_db))).of(Kind.SPEECH)
    assert spoken[0].start_s == pytest.approx(loud[0], abs=0.15)
    assert spoken[-1].end_s == pytest.approx(loud[-1], abs=0.2)


@pytest.mark.parametrize("seed", range(4))
def test_music_is_neither_speech_nor_tone(seed: int) -> None:
    pcm = audio.join(audio.silence(0.6), audio.music(8.0, seed), audio.silence(1.0))
    sounds = audio.listen(audio.alaw(audio.with_noise(pcm, 20)))
    heard = [s for s in sounds.segments if s.kind not in (Kind.SILENCE, Kind.NOISE)]
    assert {s.kind for s in heard} == {Kind.MUSIC}
    assert sum(s.duration_s for s in heard) == pytest.approx(8.0, abs=0.8)


def test_noise_of_any_colour_is_not_music() -> None:
    spectrum = np.fft.rfft(np.random.default_rng(0).normal(size=80000))
    hz = np.maximum(np.arange(len(spectrum)) / 10, 150)
    for slope in (0.0, 0.5, 1.0, 1.5):
        coloured = np.fft.irfft(spectrum * hz**-slope)
        pcm = (coloured / coloured.std() * 600).astype(np.int16)
        assert kinds(audio.listen(audio.alaw(pcm))) == [Kind.NOISE]


def test_lost_packets_do_not_make_sounds() -> None:
    sounds = audio.listen(audio.lose(audio.alaw(audio.noise(8.0, -45)), 0.05))
    assert set(kinds(sounds)) <= {Kind.NOISE, Kind.SILENCE}


def test_speech_through_loss_is_still_speech() -> None:
    pcm = audio.join(audio.silence(0.5), audio.gain(audio.prompt("human-8-zm_yunxi"), -10), audio.silence(1.0))
    spoken = audio.listen(audio.lose(audio.alaw(audio.with_noise(pcm, 20)), 0.03)).of(Kind.SPEECH)
    assert sum(s.duration_s for s in spoken) == pytest.approx(3.1, abs=0.4)


def test_no_prompt_holds_a_call_progress_tone() -> None:
    tonal = (Kind.RINGBACK, Kind.BUSY, Kind.CONGESTION, Kind.VACANT, Kind.DIAL, Kind.FAX, Kind.SIT, Kind.BEEP)
    for name, _, _ in audio.prompts()[::4]:
        assert not audio.listen(audio.alaw(audio.gain(audio.prompt(name), -8))).of(*tonal), name


def test_a_minute_of_busy_tone_is_one_tone() -> None:
    ear = Ear()
    ear.feed(audio.alaw(audio.join(audio.cadence(450, (0.35, 0.35), 61.0), audio.tone(450, 30.0))))
    busy, edge, pause, dial = ear.sounds().segments
    assert [s.kind for s in (busy, edge, pause, dial)] == [Kind.BUSY, Kind.NOISE, Kind.SILENCE, Kind.DIAL]
    assert edge.duration_s < 0.15  # the block of the background in which the last pulse ends
    assert busy.cycles == 87
    assert (busy.start_s, busy.end_s, dial.start_s) == pytest.approx((0.0, 60.55, 60.9), abs=0.01)


def calls_to_hear(ear: Ear, pcm: audio.Pcm) -> int:
    """How many functions are called to listen to this live: the cost, whatever else the machine has to do."""
    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        for start in range(0, len(pcm), BLOCK):
            ear.feed(pcm[start : start + BLOCK])
            ear.sounds()
    finally:
        sys.setprofile(before)
    return calls


@pytest.mark.parametrize(
    "sounds",
    [
        pytest.param(audio.cadence(450, (1, 4), 30.0, -15), id="it rings"),
        pytest.param(audio.cadence(450, (0.35, 0.35), 30.8, -15), id="busy tone"),
        pytest.param(
            audio.join(audio.gain(audio.prompt("human-1-zm_yunxi"), -10), audio.silence(1.2), audio.music(3.0)),
            id="speech and music",
        ),
    ],
)
def test_a_long_call_costs_no_more_at_its_end(sounds: audio.Pcm) -> None:
    ear, rest = Ear(), -len(sounds) % BLOCK / audio.RATE  # so that each round falls into the same blocks
    sounds = audio.join(sounds, audio.silence(rest))
    sounds = audio.alaw(audio.mix(sounds, audio.noise(len(sounds) / audio.RATE, -55)))
    remembered = round(REMEMBER_FRAMES * FRAME_S * audio.RATE / len(sounds)) + 1
    for _ in range(remembered):  # until no more is remembered of what may be repeated
        ear.feed(sounds)
    early = calls_to_hear(ear, sounds)
    for _ in range(2 * remembered):
        ear.feed(sounds)
    assert calls_to_hear(ear, sounds) <= 1.03 * early
