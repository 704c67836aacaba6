"""Telephone sound becomes what the recogniser was trained on, without a change to what is heard."""

import numpy as np
import pytest

from probe.transcribe.sound import LEVEL, MODEL_RATE_HZ, QUIET_END_S, doubled, prepare
from tests.audio import gain, prompt, silence, tone

SPEECH = prompt("human-1-zm_yunxi")


def spectrum(sound: np.ndarray, hz: float) -> float:
    """The level of one frequency in dB, of a full-scale sine."""
    t = np.arange(len(sound)) / MODEL_RATE_HZ
    window = np.hanning(len(sound))
    return 20 * float(np.log10(2 * abs(np.sum(sound * window * np.exp(-2j * np.pi * hz * t))) / window.sum() + 1e-12))


@pytest.mark.parametrize("hz", [200, 1000, 3000, 3600])
def test_doubling_keeps_a_tone_and_adds_no_image_of_it(hz: int) -> None:
    sound = doubled(tone(hz, 1.0, 0.0).astype(np.float64) / 32768)
    assert spectrum(sound, hz) == pytest.approx(-3.14, abs=0.2)
    assert spectrum(sound, 8000 - hz) < -60


def test_doubling_keeps_every_sample() -> None:
    sound = SPEECH.astype(np.float64)
    assert np.array_equal(doubled(sound)[::2], sound)
    assert len(doubled(sound)) == 2 * len(sound)


def test_a_quiet_end_is_added() -> None:
    sound = prepare(SPEECH)
    assert len(sound) == 2 * len(SPEECH) + QUIET_END_S * MODEL_RATE_HZ
    assert not sound[2 * len(SPEECH) :].any()
    assert sound.dtype == np.float32


@pytest.mark.parametrize("db", [-30, -20, -6, 0, 6])
def test_a_soft_caller_is_as_loud_as_a_shouting_one(db: float) -> None:
    sound = prepare(gain(SPEECH, db))[: 2 * len(SPEECH)]
    loud = np.percentile(np.sqrt(np.mean(sound[: len(sound) // 1600 * 1600].reshape(-1, 1600) ** 2, axis=1)), 80)
    assert loud == pytest.approx(LEVEL, rel=0.1)
    assert np.abs(sound).max() <= 1.0


def test_direct_current_is_removed() -> None:
    shifted = (gain(SPEECH, -12) + 8000).astype(np.int16)
    assert prepare(shifted)[: 2 * len(SPEECH)] == pytest.approx(prepare(gain(SPEECH, -12))[: 2 * len(SPEECH)], abs=0.01)


@pytest.mark.parametrize("samples", [1, 2, 799, 801])
def test_short_and_silent_sound_is_no_error(samples: int) -> None:
    assert np.isfinite(prepare(silence(1.0)[:samples])).all()
    assert np.isfinite(prepare(SPEECH[:samples])).all()
