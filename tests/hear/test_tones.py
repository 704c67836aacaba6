"""Call-progress tones: every country's table, the tolerances of GB/T 3380 and what a telephone line does to them."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probe.hear.cadence import Tone, countries, fits, known_country, table
from probe.model import Kind, Segment
from tests import audio

CHINA = {
    Kind.RINGBACK: (1.0, 4.0),
    Kind.BUSY: (0.35, 0.35),
    Kind.CONGESTION: (0.7, 0.7),
    Kind.VACANT: (0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.4, 0.4),
}
SHIFT_S = st.floats(0.0, 1.0)  # share of a cycle at which we join


def tones(pcm: audio.Pcm, country: str = "CN") -> list[Segment]:
    others = (Kind.SILENCE, Kind.NOISE, Kind.SPEECH)
    return [s for s in audio.listen(pcm, country).segments if s.kind not in others]


def main_kind(pcm: audio.Pcm, country: str = "CN") -> Kind | None:
    """The kind that is heard longest."""
    heard: Counter[Kind] = Counter()
    for segment in tones(pcm, country):
        heard[segment.kind] += round(segment.duration_s * 1000)
    return heard.most_common(1)[0][0] if heard else None


def sines(tone: Tone) -> list[float]:
    """What to synthesise: pairs that the ear cannot resolve stand in the table half-way between."""
    unresolved = {460.0: [440.0, 480.0], 425.5: [413.0, 438.0]}
    return [tone.hz, tone.second_hz] if tone.second_hz else unresolved.get(tone.hz, [tone.hz])


EVERY_TONE = [
    pytest.param(country, tone, id=f"{country}-{tone.kind}") for country in countries() for tone in table(country)
]


@pytest.mark.parametrize(("country", "tone"), EVERY_TONE)
def test_every_tone_of_every_country_is_known(country: str, tone: Tone) -> None:
    seconds = 4.0 if tone.continuous else 4.2 * sum(tone.cadence)
    pattern = (seconds, 0.01) if tone.continuous else tone.cadence
    pcm = audio.join(audio.silence(0.5), audio.cadence(sines(tone), pattern, seconds), audio.silence(0.5))
    heard = tones(audio.alaw(audio.with_noise(pcm, 15)), country)
    assert [s.kind for s in heard] == [tone.kind]
    if not tone.continuous:
        assert heard[0].cycles >= 3
        assert heard[0].start_s == pytest.approx(0.5, abs=0.03)


@settings(max_examples=40, deadline=None)
@given(
    kind=st.sampled_from(list(CHINA)),
    hz=st.floats(425.0, 475.0),
    on=st.floats(0.86, 1.14),
    off=st.floats(0.86, 1.14),
    dbm0=st.floats(-35.0, -10.0),
    join=SHIFT_S,
)
def test_chinese_tones_within_the_tolerances_of_the_standard(
    kind: Kind, hz: float, on: float, off: float, dbm0: float, join: float
) -> None:
    pattern = [s * (on, off)[i % 2] for i, s in enumerate(CHINA[kind])]
    seconds = sum(pattern) * (2.3 if len(pattern) == 8 or kind is Kind.RINGBACK else 4)
    assert main_kind(audio.alaw(audio.cadence(hz, pattern, seconds, dbm0, join * sum(pattern)))) is kind


@settings(max_examples=40, deadline=None)
@given(
    kind=st.sampled_from(list(CHINA)),
    snr_db=st.floats(10.0, 30.0),
    dbm0=st.floats(-35.0, -10.0),
    loss=st.sampled_from([0.0, 0.03]),
    codec=st.sampled_from([audio.alaw, audio.ulaw]),
    join=SHIFT_S,
    seed=st.integers(0, 1000),
)
def test_chinese_tones_through_noise_loss_and_both_codecs(
    kind: Kind, snr_db: float, dbm0: float, loss: float, codec: object, join: float, seed: int
) -> None:
    pattern = CHINA[kind]
    seconds = sum(pattern) * (3.3 if kind is Kind.VACANT else 2.3 if kind is Kind.RINGBACK else 6)
    pcm = audio.with_noise(audio.cadence(450, pattern, seconds, dbm0, join * sum(pattern)), snr_db, seed)
    assert callable(codec)
    assert main_kind(audio.lose(codec(pcm), loss, seed)) is kind


@pytest.mark.parametrize("offset_ms", [0, 5, 11, 27])
@pytest.mark.parametrize("kind", list(CHINA))
def test_a_line_without_any_noise_is_no_harder(kind: Kind, offset_ms: int) -> None:
    pattern = CHINA[kind]
    pcm = audio.join(audio.silence(0.2 + offset_ms / 1000), audio.cadence(450, pattern, 4 * sum(pattern)))
    assert [(s.kind, s.cycles) for s in tones(pcm)] == [(kind, 4)]


@settings(max_examples=30, deadline=None)
@given(first=st.floats(0.86, 1.14), second=st.floats(0.86, 1.14), snr_db=st.floats(10, 30))
def test_busy_and_congestion_are_never_confused(first: float, second: float, snr_db: float) -> None:
    busy = [0.35 * first, 0.35 * second]
    congestion = [0.7 * first, 0.7 * second]
    for pattern, wrong in ((busy, Kind.CONGESTION), (congestion, Kind.BUSY)):
        pcm = audio.alaw(audio.with_noise(audio.cadence(450, pattern, 6.0, -20), snr_db))
        assert wrong not in {s.kind for s in tones(pcm)}


@pytest.mark.parametrize("rings", [1, 2, 3, 6])
def test_rings_are_counted(rings: int) -> None:
    pcm = audio.join(audio.silence(0.7), audio.cadence(450, (1, 4), 5.0 * rings - 3.5))
    (heard,) = tones(audio.alaw(pcm))
    assert (heard.kind, heard.cycles) == (Kind.RINGBACK, rings)


def test_a_ring_that_is_joined_in_the_middle_is_a_ring() -> None:
    heard = tones(audio.alaw(audio.cadence(450, (1, 4), 8.0, start_s=0.6)))
    assert [(s.kind, s.cycles) for s in heard] == [(Kind.RINGBACK, 2)]


def test_busy_after_ringback_at_the_same_pitch_is_heard_as_both() -> None:
    pcm = audio.join(audio.cadence(450, (1, 4), 7.0), audio.cadence(450, (0.35, 0.35), 4.0))
    assert [s.kind for s in tones(audio.alaw(pcm))] == [Kind.RINGBACK, Kind.BUSY]


def test_the_third_busy_cycle_is_told_within_half_a_second() -> None:
    heard = tones(audio.alaw(audio.cadence(450, (0.35, 0.35), 2.5)))
    assert heard[0].cycles == 3


@pytest.mark.parametrize(
    ("hz", "seconds"), [(440, 1.0), (450, 0.5), (800, 0.07), (1000, 0.4), (1400, 0.2), (2000, 1.5)]
)
def test_a_beep_is_told_from_ringback_and_busy(hz: float, seconds: float) -> None:
    pcm = audio.join(audio.silence(1.0), audio.tone(hz, seconds, -15), audio.silence(6.0))
    (heard,) = tones(audio.alaw(audio.with_noise(pcm, 20)))
    if (hz, seconds) == (440, 1.0):  # within the tolerance of a ring, and as long as one
        assert heard.kind in (Kind.BEEP, Kind.RINGBACK)
    else:
        assert heard.kind is Kind.BEEP
    assert heard.hz == pytest.approx(hz, abs=5)
    assert heard.duration_s == pytest.approx(seconds, abs=0.03) or heard.kind is Kind.RINGBACK


def test_sit_is_three_rising_tones() -> None:
    parts = [audio.tone(hz, 0.33, -15) for hz in (950, 1400, 1800)]
    heard = tones(audio.alaw(audio.join(audio.silence(0.5), *parts, audio.silence(1.0))))
    assert [s.kind for s in heard] == [Kind.SIT]


def test_a_fax_machine_answers_with_2100_hz() -> None:
    heard = tones(audio.alaw(audio.join(audio.silence(1.8), audio.tone(2100, 3.0, -13), audio.silence(1.0))))
    assert [(s.kind, round(s.duration_s)) for s in heard] == [(Kind.FAX, 3)]


def test_the_howler_is_no_tone_of_the_table() -> None:
    assert [s.kind for s in tones(audio.alaw(audio.tone(950, 5.0, -15)))] == [Kind.TONE]


@pytest.mark.parametrize("country", ["SG", "IN"])
def test_modulated_ringback_is_ringback(country: str) -> None:
    import numpy as np

    hz = next(t.hz for t in table(country) if t.kind is Kind.RINGBACK)
    plain = audio.cadence(hz, (0.4, 0.2, 0.4, 2.0), 9.0)
    swing = (1 + 0.8 * np.cos(2 * np.pi * 25 * np.arange(len(plain)) / audio.RATE)) / 1.8
    assert main_kind(audio.alaw((plain * swing).astype(np.int16)), country) is Kind.RINGBACK


def test_an_unknown_country_has_only_what_is_used_everywhere() -> None:
    assert {t.kind for t in table("ZZ")} == {Kind.FAX}
    assert not known_country("ZZ")
    assert known_country("cn")
    assert table("uk") == table("GB")


@pytest.mark.parametrize(
    ("heard_s", "nominal_s", "passes"),
    [(0.35, 0.35, True), (0.30, 0.35, True), (0.43, 0.35, True), (0.26, 0.35, False), (0.57, 0.35, False)],
)
def test_fifteen_per_cent_and_thirty_milliseconds_are_allowed(heard_s: float, nominal_s: float, passes: bool) -> None:
    assert fits(heard_s, nominal_s) is passes
