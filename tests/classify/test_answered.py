"""Calls that were answered: persons, machines, and nothing."""

from __future__ import annotations

from typing import Any

import pytest

from probe.classify import classify
from probe.model import Cause, Kind, Outcome, Segment, Sounds, Verdict
from tests.classify.calls import answered, got, heard, known


def verdict(*segments: tuple[Any, ...], until_s: float | None = None, **fields: Any) -> Verdict:
    """Of a call that was answered at 4 s; it goes on unless `ended_at_s` is given."""
    return classify(answered(4.0, **fields), heard(*segments, until_s=until_s))


PEOPLE = [
    # first word, its length, silence after it: is it certain?
    (4.5, 0.6, 0.5, False),
    (4.5, 0.6, 0.95, True),  # 喂？
    (5.2, 1.7, 0.95, True),  # 喂，你好，人社局，你说
    (4.4, 3.1, 1.5, False),  # 您好，十二号为您服务 … or an announcement
    (4.4, 3.1, 5.1, False),  # a person, most likely; but some announcements come round as late as this
    (4.4, 3.1, 7.1, True),
    (10.5, 0.6, 1.0, True),
]


@pytest.mark.parametrize(("start", "length", "silence", "sure"), PEOPLE)
def test_a_person_speaks_and_waits(start: float, length: float, silence: float, sure: bool) -> None:
    end = start + length
    found = verdict(("silence", 4.0, start), ("speech", start, end), ("silence", end, end + silence))
    assert (found.cause is Cause.HUMAN and found.sure) is sure


@pytest.mark.parametrize(("level_dbfs", "person"), [(-42.0, True), (-34.0, False)])
def test_a_murmur_that_sounds_like_music_is_a_room(level_dbfs: float, person: bool) -> None:
    speech = Segment(kind=Kind.SPEECH, start_s=4.5, end_s=5.1, level_dbfs=-28.0)
    music = Segment(kind=Kind.MUSIC, start_s=5.1, end_s=6.1, level_dbfs=level_dbfs)
    found = classify(answered(4.0), Sounds(segments=(speech, music), until_s=6.1))
    assert (found.cause is Cause.HUMAN) is person


def test_an_announcement_that_is_said_once_hangs_up() -> None:
    said = heard(("speech", 4.7, 6.6), ("silence", 6.6, 12.5), until_s=12.5)
    assert classify(answered(4.0, ended_at_s=12.5, released_by="robot"), said).cause is Cause.HUMAN
    assert classify(answered(4.0, got(12.5, "BYE"), ended_at_s=12.5, released_by="far"), said).cause is Cause.UNSURE


@pytest.mark.parametrize("again_s", [0.7, 2.0])
def test_who_asks_something_short_after_a_long_greeting_is_a_person(again_s: float) -> None:
    end = 15.0 + again_s
    found = verdict(("speech", 4.4, 11.5), ("silence", 11.5, 15.0), ("speech", 15.0, end), ("silence", end, end + 1.5))
    assert (found.cause is Cause.HUMAN and found.sure) is (again_s < 1)


def test_what_speaks_for_long_and_then_listens_was_answered_by_whomever() -> None:
    found = verdict(("speech", 4.4, 10.8), ("silence", 10.8, 16.0), until_s=16.0)
    assert (found.outcome, found.cause, found.sure) == (Outcome.ANSWERED, Cause.UNCLEAR, False)
    assert found.confidence < 0.6


def test_who_asks_again_is_a_person() -> None:
    found = verdict(
        ("speech", 4.4, 7.5), ("silence", 7.5, 10.6), ("speech", 10.6, 11.6), ("silence", 11.6, 12.6), until_s=12.6
    )
    assert (found.cause, found.sure) == (Cause.HUMAN, True)
    assert found.because[1].key == "asks_again"


def test_what_says_the_same_again_is_a_machine() -> None:
    again = {"repeat_of_s": 4.4}
    found = verdict(
        ("speech", 4.4, 7.5), ("silence", 7.5, 9.0), ("speech", 9.0, 12.1, again), ("silence", 12.1, 18.0), until_s=18
    )
    assert found.cause is Cause.UNSURE
    assert found.because[1].key == "repeats"


def test_a_long_recording_that_comes_round_again_is_a_menu() -> None:
    found = verdict(
        ("speech", 4.4, 12.5), ("silence", 12.5, 16.0), ("speech", 16.0, 24.0, {"repeat_of_s": 4.4}), ended_at_s=24.0
    )
    assert found.cause is Cause.IVR


def test_what_talks_on_is_a_menu_unless_it_leaves() -> None:
    assert verdict(("speech", 4.4, 15.0), until_s=15.0).cause is Cause.IVR
    left = classify(answered(4.0, got(16.0, "BYE"), ended_at_s=16.0), heard(("speech", 4.4, 15.0), until_s=16.0))
    assert left.cause is Cause.UNSURE


@pytest.mark.parametrize(("hz", "seconds"), [(440.0, 0.9), (1000.0, 0.4), (1400.0, 0.07)])
def test_speech_and_then_a_beep_is_a_voicemail(hz: float, seconds: float) -> None:
    end = 9.8 + seconds
    found = verdict(
        ("speech", 4.6, 9.2),
        ("beep", 9.8, end, {"hz": hz, "cycles": 1}),
        ("silence", end, end + 0.5),
        until_s=end + 0.5,
    )
    assert (found.outcome, found.sure) == (Outcome.VOICEMAIL, True)


def test_a_beep_without_a_greeting_is_no_voicemail() -> None:
    found = verdict(("beep", 5.0, 5.4, {"hz": 1000.0}), ("silence", 5.4, 7.0), until_s=7.0)
    assert found.outcome is not Outcome.VOICEMAIL


def test_music_is_a_queue() -> None:
    found = verdict(("speech", 4.3, 7.6), ("music", 7.8, 12.0), until_s=12.0)
    assert (found.cause, found.sure) == (Cause.QUEUE, True)


def test_a_fax_machine() -> None:
    found = verdict(("silence", 4.0, 5.9), ("fax", 5.9, 6.8, {"hz": 2100.0, "cycles": 1}), until_s=6.8)
    assert (found.cause, found.blame, found.sure) == (Cause.FAX, "number", True)


@pytest.mark.parametrize(
    ("kind", "cause"),
    [("busy", Cause.BUSY_TONE), ("congestion", Cause.NETWORK_CONGESTION), ("vacant", Cause.VACANT_NUMBER)],
)
def test_a_tone_after_a_200_is_what_it_is(kind: str, cause: Cause) -> None:
    found = verdict((kind, 4.1, 8.5, {"cycles": 4, "hz": 450.0}), until_s=8.5)
    assert (found.cause, found.sure) == (cause, True)


def test_a_busy_tone_after_somebody_spoke_only_says_that_they_hung_up() -> None:
    found = verdict(("speech", 4.5, 5.2), ("busy", 5.5, 9.0, {"cycles": 5, "hz": 450.0}), ended_at_s=9.0)
    assert found.outcome is not Outcome.BUSY


@pytest.mark.parametrize(
    "label", ["busy_announcement", "powered_off", "vacant_number", "ivr", "queue", "greeting", "carrier_assistant"]
)
def test_a_known_recording_after_a_200_is_never_a_person(label: str) -> None:
    found = verdict(known(label, 4.3, 6.8), ("silence", 6.8, 14.0), until_s=14.0)
    assert (found.cause, found.sure) == (label, True)


def test_the_reason_in_the_bye_witnesses_an_announced_failure() -> None:
    sounds = heard(known("busy_announcement", 4.3, 7.8), until_s=9.0)
    plain = classify(answered(4.0, ended_at_s=9.0), sounds)
    told = classify(answered(4.0, got(9.0, "BYE", "Q.850;cause=17"), ended_at_s=9.0), sounds)
    assert told.confidence > plain.confidence


@pytest.mark.parametrize(("seconds", "cause"), [(0.4, Cause.DROPPED), (2.9, Cause.DROPPED)])
def test_picked_up_and_put_down(seconds: float, cause: Cause) -> None:
    end = 4.0 + seconds
    call = answered(4.0, got(end, "BYE", "Q.850;cause=16"), ended_at_s=end, released_by="far")
    assert classify(call, heard(("silence", 4.0, end), until_s=end)).cause is cause


@pytest.mark.parametrize(("seconds", "sure"), [(7.5, False), (8.1, True)])
def test_eight_silent_seconds_are_silent(seconds: float, sure: bool) -> None:
    found = verdict(("silence", 4.0, 4.0 + seconds), until_s=4.0 + seconds)
    assert (found.cause is Cause.SILENT and found.sure) is sure


def test_only_noise_is_less_certain() -> None:
    found = verdict(("noise", 4.0, 20.0), ended_at_s=20.0)
    assert (found.cause, found.confidence < 0.8) == (Cause.SILENT, True)


@pytest.mark.parametrize("packets", [{"packets_received": 0}, {"packets_received": 350, "packets_after_answer": 0}])
def test_answered_without_a_packet_is_nobodys_silence(packets: dict[str, int]) -> None:
    found = verdict(("ringback", 0.6, 3.0), ("silence", 3.0, 24.0), ended_at_s=24.0, **packets)
    assert found.cause is Cause.UNSURE
    assert found.because[1].key == "no_sound_arrived"


def test_the_tail_of_ringback_is_not_heard_after_the_answer() -> None:
    found = verdict(("ringback", 0.6, 4.3, {"cycles": 1}), ("silence", 4.3, 12.5), until_s=12.5)
    assert found.cause is Cause.SILENT


def test_a_spoken_ringback_is_not_the_person_who_answers() -> None:
    found = verdict(("speech", 1.0, 4.2), ("silence", 4.2, 5.5), until_s=5.5)
    assert found.cause is Cause.UNSURE


def test_a_click_is_not_a_word() -> None:
    found = verdict(("speech", 4.5, 4.62), ("silence", 4.62, 7.0), until_s=7.0)
    assert found.cause is Cause.UNSURE


def test_speech_that_ends_with_the_call_stays_open() -> None:
    call = answered(4.0, got(9.0, "BYE"), ended_at_s=9.0)
    found = classify(call, heard(("speech", 4.4, 8.0), ("silence", 8.0, 9.0), until_s=9.0))
    assert found.cause is Cause.UNSURE
    assert found.because[-1].key == "spoke"
