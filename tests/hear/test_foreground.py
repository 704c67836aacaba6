"""Whose speech counts: the voice in front, and not somebody behind it."""

import gc
from itertools import chain

import pytest

from probe.hear.foreground import WINDOW_S, Foreground, Speech
from probe.hear.spectrum import BLOCK
from probe.hear.voice import Voice
from tests import audio

CLERK, COLLEAGUE = -20.0, -40.0  # dBFS


def seconds(length: float, dbfs: float | None) -> list[float | None]:
    """Windows of speech at a level; None is a pause."""
    return [dbfs] * round(length / WINDOW_S)


def heard(*parts: list[float | None]) -> list[tuple[float, float, float]]:
    """The stretches as they are 0.4 s after the last part: start, end, level."""
    foreground, found = Foreground(), list[Speech]()
    for dbfs in chain(*parts, seconds(0.4, None)):
        foreground.feed(0.0 if dbfs is None else 10 ** (dbfs / 10), speech=dbfs is not None)
        found += foreground.take_done()
    found += [one] if (one := foreground.open()) else []
    return [(round(one.start_s, 1), round(one.end_s, 1), round(one.level_dbfs)) for one in found]


def test_pauses_between_syllables_belong_to_the_stretch_and_longer_ones_end_it() -> None:
    assert heard(seconds(1, CLERK), seconds(0.25, None), seconds(1, CLERK)) == [(0.0, 2.2, -20)]
    assert heard(seconds(1, CLERK), seconds(0.4, None), seconds(1, CLERK)) == [(0.0, 1.0, -20), (1.4, 2.4, -20)]


def test_a_click_is_no_speech() -> None:
    assert heard(seconds(0.064, CLERK)) == []


def test_the_clerk_has_finished_although_a_colleague_talks_on() -> None:
    assert heard(seconds(1, CLERK), seconds(1, COLLEAGUE), seconds(0.3, None)) == [(0.0, 1.0, -20)]


def test_the_clerk_speaks_again_over_the_colleague() -> None:
    parts = seconds(1, CLERK), seconds(1.2, COLLEAGUE), seconds(1, CLERK)
    assert heard(*parts) == [(0.0, 1.0, -20), (2.2, 3.2, -20)]


def test_a_murmur_has_louder_moments() -> None:
    murmur = (seconds(0.3, CLERK - 15) + seconds(0.032, CLERK - 11)) * 4
    assert heard(seconds(1, CLERK), murmur) == [(0.0, 1.0, -20)]


@pytest.mark.parametrize("faint", [seconds(0.8, CLERK - 20), seconds(2, CLERK - 10)])
def test_the_last_syllables_of_a_sentence_are_softer(faint: list[float | None]) -> None:
    [(start_s, end_s, _)] = heard(seconds(2, CLERK), faint)
    assert (start_s, end_s) == (0.0, round(round(2 / WINDOW_S) * WINDOW_S + len(faint) * WINDOW_S, 1))


def test_soft_syllables_within_a_sentence_and_at_its_beginning_belong_to_it() -> None:
    assert len(heard(seconds(1, CLERK), seconds(0.5, COLLEAGUE), seconds(1, CLERK))) == 1
    begun = heard(seconds(1, CLERK), seconds(0.4, None), seconds(0.3, COLLEAGUE), seconds(1, CLERK))
    assert begun[1][:2] == (1.4, 2.7)


def test_somebody_far_away_who_speaks_alone_is_heard() -> None:
    assert heard(seconds(2, -55.0)) == [(0.0, 2.0, -55)]


def test_a_softer_speaker_after_a_loud_one_is_heard_two_seconds_late_and_from_the_beginning() -> None:
    notice, agent = seconds(2, CLERK), seconds(2, COLLEAGUE)
    assert heard(notice, seconds(0.5, None), agent) == [(0.0, 2.0, -20), (2.5, 4.5, -40)]


def test_who_comes_nearer_to_the_telephone_goes_on_speaking() -> None:
    [(start_s, end_s, _)] = heard(seconds(1, COLLEAGUE), seconds(1, CLERK))
    assert (start_s, end_s) == (0.0, 2.0)


def test_a_model_of_a_call_that_died_in_a_cycle_of_references_is_fit_for_the_next() -> None:
    pcm = audio.prompt("human-1-zm_yunxi").astype("float32") / 32768
    for _ in range(3):
        voice = Voice()
        for start in range(0, len(pcm) - BLOCK, BLOCK):
            voice.feed(pcm[start : start + BLOCK], steady_tone=False)
        assert voice.open() or voice.take_done()
        cycle = [voice]
        cycle.append(cycle)  # type: ignore[arg-type]
        del voice, cycle
        gc.collect()
