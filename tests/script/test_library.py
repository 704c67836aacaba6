"""The shipped scenarios, acted out: who answers, and what the robot does."""

from __future__ import annotations

import pytest

import scenarios
from probe.model import Cause, Kind
from probe.script.engine import TELL_S
from tests.script.scene import UNSURE, Scene, heard, sure, words

DIRECT = scenarios.load("direct")
MENU = scenarios.load("ivr-to-agent")
QUIET = scenarios.load("quiet-time")
ALL = scenarios.shipped()


@pytest.mark.parametrize("name", ALL)
def test_a_person_who_answers_is_told_who_calls_and_then_the_call_ends(name: str) -> None:
    scene = Scene(scenarios.load(name))
    scene.answered(3.0)
    assert scene.at(5.0) is None
    scene.at(5.1, verdict=sure(Cause.HUMAN))
    scene.at(9.0, acting=True)
    assert scene.said == ["say who-calls.wav"], "not while it is being said"
    scene.at(12.0, acting=False)
    assert scene.said == ["say who-calls.wav", "hang up"]


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("cause", [Cause.GREETING, Cause.CARRIER_ASSISTANT, Cause.OFF_HOURS, Cause.FAX, Cause.DROPPED])
def test_no_machine_is_spoken_to(name: str, cause: Cause) -> None:
    scene = Scene(scenarios.load(name))
    scene.answered(3.0)
    scene.at(9.0, verdict=sure(cause))
    assert scene.said == ["hang up"]


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("cause", [Cause.BUSY_TONE, Cause.VACANT_NUMBER, Cause.NETWORK_CONGESTION])
def test_a_call_that_fails_is_given_up_before_the_answer(name: str, cause: Cause) -> None:
    scene = Scene(scenarios.load(name))
    scene.at(4.0, verdict=sure(cause))
    assert scene.said == ["hang up"]


@pytest.mark.parametrize("name", ALL)
def test_ringing_ends_at_its_limit(name: str) -> None:
    scenario = scenarios.load(name)
    scene = Scene(scenario)
    assert scene.at(scenario.ring_limit_s - 0.1) is None
    scene.at(scenario.ring_limit_s)
    assert scene.said == ["hang up"]


@pytest.mark.parametrize("name", ALL)
def test_the_deadline_leaves_time_to_say_who_calls_after_the_last_answer(name: str) -> None:
    scenario = scenarios.load(name)
    assert scenario.deadline_s >= scenario.ring_limit_s + scenario.answered_limit_s + TELL_S


@pytest.mark.parametrize("name", [n for n in ALL if scenarios.load(n).answered_limit_s <= 20])
@pytest.mark.parametrize("cause", [Cause.IVR, Cause.QUEUE, Cause.SILENT])
def test_a_plain_scenario_is_content_with_what_answered(name: str, cause: Cause) -> None:
    scene = Scene(scenarios.load(name))
    scene.answered(3.0)
    scene.at(9.0, verdict=sure(cause))
    assert scene.said == ["hang up"]


def test_direct_ends_within_20_s_of_the_answer_though_nothing_is_sure() -> None:
    scene = Scene(DIRECT)
    scene.answered(10.0)
    assert scene.at(29.9) is None
    scene.at(30.0)
    assert scene.said == ["hang up"]


def test_without_anything_to_say_it_hangs_up_on_a_person_at_once() -> None:
    scene = Scene(DIRECT, say=None)
    scene.answered(3.0)
    scene.at(5.0, verdict=sure(Cause.HUMAN))
    assert scene.said == ["hang up"]


# ---- ivr-to-agent ----


def test_a_menu_is_heard_0_pressed_and_the_agent_told_who_calls() -> None:
    scene = Scene(MENU)
    scene.answered(2.0)
    scene.at(8.0, verdict=sure(Cause.IVR))
    scene.at(8.2, acting=True)
    scene.at(8.4, acting=False)
    assert scene.said == ["press 0 by rfc4733"]
    assert scene.engine.since_s == 8.4, "from now on it is asked who is there behind the key"
    scene.at(15.0, there=sure(Cause.QUEUE))
    scene.at(20.0, there=sure(Cause.HUMAN))
    scene.at(24.0, acting=True)
    scene.at(28.0, acting=False)
    assert scene.said[1:] == ["say who-calls.wav", "hang up"]


def test_what_was_there_before_the_key_is_not_there_behind_it() -> None:
    scene = Scene(MENU)
    scene.answered(2.0)
    scene.at(8.0, verdict=sure(Cause.IVR))
    for at_s in (8.5, 9.0, 20.0, 68.4):
        assert scene.at(at_s, there=UNSURE) is None
    scene.at(68.6)
    assert scene.said[1:] == ["hang up"], "nobody came within the 60 s of the scenario"


def test_a_menu_in_unknown_words_is_known_by_its_length() -> None:
    scene = Scene(MENU)
    scene.answered(2.0)
    scene.at(13.0, segments=[heard(Kind.SPEECH, 3.0, 13.0)])
    assert scene.said == []
    breath = [heard(Kind.SPEECH, 3.0, 9.0), heard(Kind.SILENCE, 9.0, 9.4), heard(Kind.SPEECH, 9.4, 14.0)]
    scene.at(14.0, segments=breath)
    assert scene.said == ["press 0 by rfc4733"], "a breath does not end it"


def test_who_says_nothing_that_is_understood_is_not_pressed_keys_at() -> None:
    scene = Scene(MENU)
    scene.answered(2.0)
    scene.at(22.0, segments=[heard(Kind.SPEECH, 5.0, 6.0)])
    assert scene.said == ["say who-calls.wav"], "who is perhaps a person hears who called"
    scene.at(29.7)
    assert scene.said[1:] == ["hang up"]


def test_a_voicemail_behind_the_key_ends_the_call() -> None:
    scene = Scene(MENU)
    scene.answered(2.0)
    scene.at(8.0, verdict=sure(Cause.IVR))
    scene.at(9.0)
    scene.at(20.0, there=sure(Cause.GREETING))
    assert scene.said[1:] == ["hang up"]


def test_a_switchboard_is_told_the_extension_of_the_directory() -> None:
    for extension, pressed in (("8001", "press 8001"), ("", "press 0")):
        scene = Scene(scenarios.load("switchboard-extension"), extension=extension)
        scene.answered(8.0)
        scene.at(14.0, segments=(heard(Kind.SPEECH, 8.5, 14.0, "请拨分机号"),))
        assert scene.said[-1].startswith(pressed)


def test_a_switchboard_is_known_by_its_words() -> None:
    scene = Scene(scenarios.load("switchboard-extension"))
    scene.answered(2.0)
    scene.at(5.0, said=[words(3.0, "您好，请拨分机号码，查号请拨零")])
    assert scene.said == ["press 0 by rfc4733"]


# ---- queue-time ----


def test_the_queue_is_waited_for() -> None:
    scene = Scene(scenarios.load("queue-time"))
    scene.answered(2.0)
    scene.at(9.0, verdict=sure(Cause.QUEUE))
    assert scene.at(200.0, there=sure(Cause.QUEUE)) is None
    scene.at(201.0, there=sure(Cause.HUMAN))
    scene.at(206.0)
    assert scene.said == ["say who-calls.wav", "hang up"]


# ---- quiet-time ----


def test_a_180_without_sound_is_waited_out_for_less_than_a_second_ring() -> None:
    scene = Scene(QUIET)
    assert scene.at(1.0, rang_at_s=1.0) is None
    assert scene.at(3.4) is None
    scene.at(3.5)
    assert scene.said == ["hang up"]


@pytest.mark.parametrize(
    "segments",
    [
        [heard(Kind.RINGBACK, 1.0, 2.0)],
        [heard(Kind.SILENCE, 0.5, 1.0), heard(Kind.TONE, 1.0, 2.0), heard(Kind.SILENCE, 2.0, 3.3)],
        [heard(Kind.MUSIC, 0.5, 5.0)],
    ],
    ids=["ringback", "one burst and its pause", "a colour ring"],
)
def test_the_first_ringback_ends_it(segments: list[object]) -> None:
    scene = Scene(QUIET)
    scene.at(5.5, segments=segments)
    assert scene.said == ["hang up"]


@pytest.mark.parametrize(
    "segments",
    [
        [heard(Kind.TONE, 1.0, 1.35), heard(Kind.SILENCE, 1.35, 1.7), heard(Kind.TONE, 1.7, 2.0)],
        [heard(Kind.TONE, 1.0, 4.0)],
        [heard(Kind.SPEECH, 1.0, 4.0)],
        [heard(Kind.SILENCE, 1.0, 4.0)],
    ],
    ids=["busy", "one long tone", "an announcement", "nothing"],
)
def test_nothing_else_does(segments: list[object]) -> None:
    scene = Scene(QUIET)
    assert scene.at(4.0, segments=segments) is None
