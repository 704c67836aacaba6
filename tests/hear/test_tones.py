"""Call-progress tones: every country's table, the tolerances of GB/T 3380 and what a telephone line does to them."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probe.hear import Ear
from probe.hear.cadence import Tone, countries, fits, known_country, table
from probe.model import Kind, Segment
from tests import audio
from tests.line import amr

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


@pytest.mark.parametrize("colour", ["pink", "hum", "babble", "office"])
@pytest.mark.parametrize("kind", list(CHINA))
def test_what_else_is_heard_in_its_pauses_does_not_break_a_cadence(kind: Kind, colour: str) -> None:
    cycles = 3
    tone = audio.cadence(450, CHINA[kind], cycles * sum(CHINA[kind]), -22)
    noisy = audio.with_noise(audio.join(audio.silence(0.5), tone), 13, 2, colour)
    heard = audio.listen(audio.alaw(noisy)).of(*CHINA)
    assert {s.kind for s in heard} == {kind}
    assert sum(s.cycles for s in heard) == cycles
    assert len(heard) == 1 or kind is Kind.RINGBACK  # voices end its long pause: they may be the answer


@pytest.mark.parametrize("bits_per_s", [4750, 7400])
@pytest.mark.parametrize("kind", [Kind.BUSY, Kind.CONGESTION])
@pytest.mark.parametrize("hz", [425, 450])
def test_a_faint_tone_whose_level_swings_in_amr_is_the_tone(kind: Kind, hz: float, bits_per_s: int) -> None:
    tone = audio.join(audio.silence(0.5), audio.cadence(hz, CHINA[kind], 5 * sum(CHINA[kind]), -35))
    heard = audio.listen(amr(audio.with_noise(tone, 25, 1, "pink"), bits_per_s)).of(*CHINA)
    assert {s.kind for s in heard} == {kind}
    assert max(s.cycles for s in heard) >= 3


@pytest.mark.parametrize(("on", "off"), [(1.15, 1.15), (0.85, 1.15), (0.85, 0.85)])
def test_a_packet_lost_at_the_edge_of_a_pulse_leaves_the_cadence_whole(on: float, off: float) -> None:
    pattern = (0.35 * on, 0.35 * off)
    pcm = audio.join(audio.silence(0.5), audio.cadence(450, pattern, 6 * sum(pattern)), audio.silence(0.5))
    at = round((0.5 + 2 * sum(pattern)) * audio.RATE)  # the third pulse begins
    pcm[at : at + audio.PACKET] = 0
    (heard,) = tones(audio.alaw(pcm))
    assert (heard.kind, heard.cycles) == (Kind.BUSY, 6)


def test_a_tone_that_is_over_ends_with_its_last_sound() -> None:
    (busy,) = tones(audio.join(audio.cadence(450, (0.35, 0.35), 2.1), audio.silence(3.0)))
    assert (busy.cycles, busy.end_s) == (3, pytest.approx(1.75, abs=0.03))
    (ring,) = tones(audio.join(audio.cadence(450, (1, 4), 6.0), audio.silence(6.0)))
    assert (ring.cycles, ring.end_s) == (2, pytest.approx(6.0, abs=0.03))


def test_the_long_pause_between_two_rings_is_not_the_ring() -> None:
    one = audio.cadence(450, (1, 4), 4.0)
    (ring,) = tones(one)
    assert ring.end_s < 2.0
    (ring,) = tones(audio.join(one, audio.silence(1.0), one))
    assert (ring.start_s, ring.cycles) == (pytest.approx(0.0, abs=0.01), 2)


def test_a_softer_busy_tone_after_ringback_is_heard_as_soon() -> None:
    pcm = audio.join(audio.cadence(450, (1, 4), 6.5, -10), audio.cadence(450, (0.35, 0.35), 2.4, -18))
    assert [(s.kind, s.cycles) for s in tones(audio.alaw(pcm))] == [(Kind.RINGBACK, 2), (Kind.BUSY, 3)]


def test_a_soft_fax_machine_answers_in_the_pause_of_ringback() -> None:
    pcm = audio.join(audio.cadence(450, (1, 4), 2.5, -10), audio.tone(2100, 1.0, -20))
    assert [s.kind for s in tones(audio.alaw(pcm))] == [Kind.RINGBACK, Kind.FAX]


@pytest.mark.parametrize("name", ["rejected-1-zm_yunxi", "carrier_assistant-2-zm_yunxi", "own_line-1-zm_yunxi"])
def test_a_vowel_as_high_as_a_ring_is_at_no_moment_a_ring(name: str) -> None:
    ear, pcm = Ear(), audio.alaw(audio.gain(audio.prompt(name), -8))
    for start in range(0, len(pcm), 800):
        ear.feed(pcm[start : start + 800])
        assert not ear.sounds().of(*CHINA)


@pytest.mark.parametrize("seed", range(3))
def test_notes_that_alternate_as_fast_as_busy_are_no_tone(seed: int) -> None:
    """A trill of the pitch of the tone and another note, equally loud: music is one pitch after another."""
    notes = [audio.tone((450, 563)[i % 2], 0.35, -15, seed) for i in range(16)]
    assert not audio.listen(audio.alaw(audio.with_noise(audio.join(*notes), 25, seed))).of(*CHINA)


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


def test_a_soft_sit_in_the_pause_of_ringback_is_heard_beside_it() -> None:
    parts = [audio.tone(hz, 0.33, -20) for hz in (950, 1400, 1800)]
    heard = tones(audio.alaw(audio.join(audio.cadence(450, (1, 4), 7.5, -10), *parts, audio.silence(1.0))))
    assert [(s.kind, s.cycles) for s in heard] == [(Kind.RINGBACK, 2), (Kind.SIT, 1)]


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
