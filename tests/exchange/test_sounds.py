"""What the exchange can play: levels, frequencies, cadences, and both codecs against libsndfile's."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from probe.exchange import sounds
from probe.exchange.sounds import FRAME, PCMA, PCMU, PROMPTS, RATE_HZ, TONES, amplitude, clip, encoded, prompts
from tests.exchange.caller import decoder
from tests.exchange.ears import level_dbfs, loudest_hz, on_off_s

SINE_DBFS = -3.01 - 3.14  # RMS of a sine of 0 dBm0


def decoded(data: bytes, payload_type: int) -> np.ndarray:
    return decoder(payload_type)[np.frombuffer(data, np.uint8)]


def test_full_scale_is_3_dbm0() -> None:
    assert amplitude(3.14) == pytest.approx(1.0)
    assert amplitude(-10) == pytest.approx(0.22, abs=0.001)


@pytest.mark.parametrize("codec", [PCMA, PCMU])
@pytest.mark.parametrize("name", sorted(TONES))
def test_tones_through_the_codec(name: str, codec: int) -> None:
    cadence = TONES[name]
    pcm = decoded(encoded(f"tone/{name}", "line", codec) * 3, codec)
    assert len(pcm) == 3 * round(sum(cadence.on_off_s) * RATE_HZ)
    if len(cadence.on_off_s) > 1:
        assert on_off_s(pcm)[: len(cadence.on_off_s)] == pytest.approx(cadence.on_off_s, abs=0.011)
    on = pcm[: round(cadence.on_off_s[0] * RATE_HZ)]
    assert level_dbfs(on) == pytest.approx(-10 + SINE_DBFS, abs=0.2)
    assert loudest_hz(on) == pytest.approx(cadence.hz, abs=1)


@pytest.mark.parametrize("name", sorted(TONES))
def test_cycles_join_without_a_click(name: str) -> None:
    twice = np.tile(clip(f"tone/{name}"), 2)
    steepest = 2 * np.pi * TONES[name].hz / RATE_HZ * amplitude(-10)
    gate = amplitude(-10)  # switching on or off, as an exchange does
    joint = len(twice) // 2
    assert np.abs(np.diff(twice[joint - 40 : joint + 40])).max() <= (
        steepest if len(TONES[name].on_off_s) == 1 else gate
    )


@pytest.mark.parametrize("codec", [PCMA, PCMU])
def test_codecs_keep_the_wave_and_its_sign(codec: int) -> None:
    wanted = clip("prompt/human-1-zm_yunxi")
    pcm = decoded(encoded("prompt/human-1-zm_yunxi", "none", codec), codec)[: len(wanted)] / 32768
    error = pcm - wanted
    assert 10 * np.log10(np.mean(wanted**2) / np.mean(error**2)) > 30  # G.711 reaches about 38 dB


def test_prompts_are_quieter_than_their_files_and_peak_at_minus_16() -> None:
    for name in prompts():
        assert 20 * np.log10(np.abs(clip(f"prompt/{name}")).max()) == pytest.approx(-16, abs=0.01)


def test_the_manifest_and_the_files_agree() -> None:
    with (PROMPTS / "manifest.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert sorted(row["file"] for row in rows) == sorted(f"{name}.flac" for name in prompts())
    assert all(row["text"] and row["file"].startswith(f"{row['class']}-") for row in rows)


def test_noises_differ_by_their_level() -> None:
    levels = {noise: level_dbfs(decoded(encoded("silence", noise, PCMU), PCMU)) for noise in ("none", "line", "room")}
    assert levels["none"] < -90
    assert levels["line"] == pytest.approx(-64 + SINE_DBFS, abs=2)
    assert levels["room"] == pytest.approx(-48 + SINE_DBFS, abs=1)


def test_music_is_not_a_tone_and_comes_round() -> None:
    tune = clip("music")
    pieces = [loudest_hz((tune[i : i + 2560] * 32767).astype(np.int16)) for i in range(0, len(tune) - 2560, 2560)]
    assert len({round(hz / 20) for hz in pieces}) >= 6
    assert not [hz for hz in pieces if abs(hz - 450) < 25]
    assert level_dbfs((tune * 32767).astype(np.int16)) == pytest.approx(-18 + SINE_DBFS, abs=0.1)
    assert abs(tune[0] - tune[-1]) < 0.05


def test_fax_and_beep() -> None:
    assert loudest_hz((clip("fax") * 32767).astype(np.int16)) == pytest.approx(2100, abs=1)  # ITU-T T.30
    assert 2.6 <= len(clip("fax")) / RATE_HZ <= 4.0
    assert loudest_hz((clip("beep") * 32767).astype(np.int16)) == pytest.approx(1000, abs=2)


def test_unknown_sounds() -> None:
    for name in ("tone/sos", "prompt/../district", "prompt/nobody", "jazz"):
        with pytest.raises(KeyError):
            clip(name)


def test_warming_up_encodes_everything_once() -> None:
    encoded.cache_clear()
    sounds.warm(["beep"])
    before = encoded.cache_info().misses
    for noise in ("none", "line", "room"):
        for codec in (PCMA, PCMU):
            assert len(encoded("beep", noise, codec)) == 20 * FRAME
    assert encoded.cache_info().misses == before
