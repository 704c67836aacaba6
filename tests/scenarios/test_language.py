"""How a scenario is written, and what becomes of it."""

from __future__ import annotations

import wave
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import scenarios
from probe.errors import ScenarioError
from probe.model import Cause, Kind, Outcome
from probe.script import shelf
from scenarios import Mistake, Scenario, notation
from scenarios.language import Branch, HangUp, Listen, Press, Repeat, Ring, Say, Sound, Wait
from scenarios.nodes import Node
from scenarios.read import Reader

HEAD = "name: mine\nuse: {zh: 试用, en: a trial}\nsay: say_disclosure-1-zf_xiaoyi\n"


def read(body: str, folder: Path = Path()) -> Scenario:
    return Reader(folder).scenario(HEAD + body, "mine")


def test_every_step() -> None:
    found = read("""
steps:
  - ring: 30 s
  - listen:
      for: [human, sound music 2.5 s, sound silence, phrase 请按, prompt ivr]
      within: 1 min
      then:
        human: [hang_up]
        phrase 请按:
          - press: 0
          - press: {keys: 01#, by: info}
      otherwise:
        - hang_up
  - repeat:
      times: 2
      steps: [wait: 1.5 s, say: say_disclosure-1-zf_xiaoyi]
  - hang_up
""")
    human, phrase = Sound(what="class", name="human"), Sound(what="phrase", name="请按")
    assert found.steps == (
        Ring(seconds=30),
        Listen(
            within_s=60,
            sounds=(
                human,
                Sound(what="sound", name="music", seconds=2.5),
                Sound(what="sound", name="silence", seconds=notation.LEAST_SILENCE_S),
                phrase,
                Sound(what="prompt", name="ivr"),
            ),
            then=(
                Branch(sound=human, steps=(HangUp(),)),
                Branch(sound=phrase, steps=(Press(keys="0"), Press(keys="01#", by="info"))),
            ),
            otherwise=(HangUp(),),
        ),
        Repeat(times=2, steps=(Wait(seconds=1.5), Say(wav="say_disclosure-1-zf_xiaoyi"))),
        HangUp(),
    )


def test_what_is_listened_for_is_what_there_are_branches_for() -> None:
    step = read("steps:\n  - ring: 9 s\n  - listen: {within: 9 s, then: {ivr: [hang_up], human: [hang_up]}}\n").steps[1]
    assert isinstance(step, Listen)
    assert [str(sound) for sound in step.sounds] == ["ivr", "human"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("45 s", Ring(seconds=45)),
        ("2 min", Ring(seconds=120)),
        ("3 rings", Ring(rings=3)),
        ("1 ring", Ring(rings=1)),
        ("12 rings", Ring(rings=12, seconds=70)),
        ("until ringback", Ring(first_ringback=True)),
    ],
)
def test_how_long_it_rings(written: str, meant: Ring) -> None:
    assert read(f"steps:\n  - ring: {written}\n").steps == (meant,)


def test_limits_have_defaults_and_can_be_set() -> None:
    plain = read("steps: [ring: 45 s]\n")
    assert (plain.ring_limit_s, plain.answered_limit_s, plain.deadline_s) == (45, 20, 120)
    longer = read("limits: {answered: 90 s, call: 3 min}\nsteps: [ring: 60 s]\n")
    assert (longer.ring_limit_s, longer.answered_limit_s, longer.deadline_s) == (60, 90, 180)


def test_a_wav_of_ones_own_lies_beside_the_file_and_says_whose_voice_it_is(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "question.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
    step = read("steps:\n  - ring: 9 s\n  - say: {wav: question.wav, voice: person}\n", tmp_path).steps[1]
    assert step == Say(wav=str(tmp_path / "question.wav"), voice="person")
    with pytest.raises(Mistake) as caught:
        read("steps:\n  - ring: 9 s\n  - say: question.wav\n", tmp_path)
    assert (caught.value.key, caught.value.found, caught.value.line) == ("missing", "voice", 6)


@pytest.mark.parametrize("form", [*notation.EXPECTATION_FORMS, "menu depth <= 3", "key # reaches a human", "not busy"])
def test_expectations(form: str) -> None:
    one = read(f"steps: [ring: 9 s]\nexpect: ['{form}']\n").expect[0]
    assert one.text == form.replace("<=", "≤")


def test_an_expectation_is_taken_apart() -> None:
    one = notation.expectation(Node(1, "expect[1]", "not voicemail in office hours"))
    assert (one.aspect, one.name, one.in_hours) == ("not", "voicemail", True)
    two = notation.expectation(Node(1, "expect[1]", "human within 60 s"))
    assert (two.aspect, two.seconds) == ("human", 60.0)


@pytest.mark.parametrize("form", notation.SOUND_FORMS)
def test_a_sound_is_written_as_it_is_shown(form: str) -> None:
    assert str(notation.sound(form, Node(1, "", form))) == form


def test_the_names_are_those_of_verdicts_and_sounds() -> None:
    assert tuple(Outcome) == notation.OUTCOMES
    assert tuple(Cause) == notation.CAUSES
    assert tuple(Kind) == notation.KINDS


@given(st.text(max_size=300))
def test_any_text_is_a_scenario_or_a_mistake_with_a_line(text: str) -> None:
    assert _line_of_mistake(text) > 0


@given(st.text(alphabet="steprinwaihlo:45[]{}- \n\"'s&*!%#,|>", max_size=200))
def test_nor_does_any_body_surprise_the_reader(body: str) -> None:
    assert _line_of_mistake(HEAD + body) > 0


def _line_of_mistake(text: str) -> int:
    try:
        Reader(Path()).scenario(text, "mine")
    except Mistake as mistake:
        return mistake.line
    return 1


# ---- the library ----


@pytest.mark.parametrize("name", scenarios.shipped())
def test_shipped_scenarios_are_right_and_travel_as_json(name: str) -> None:
    found = shelf.read(scenarios.path_of(name))
    assert found == scenarios.load(name)
    assert msgspec.json.decode(msgspec.json.encode(found), type=Scenario) == found


def test_the_library() -> None:
    assert set(scenarios.shipped()) == {
        "direct", "hotline-15s", "ivr-to-agent", "switchboard-extension", "queue-time", "after-hours", "quiet-time",
        "voicemail-is-acceptable",
    }  # fmt: skip


def test_ones_own_scenarios_stand_beside_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(HEAD + "steps: [ring: 9 s]\n", encoding="utf-8")
    scenarios.use(lambda: shelf.read_folder(tmp_path))
    try:
        assert "mine" in scenarios.names()
        assert shelf.load("mine").ring_limit_s == 9
    finally:
        scenarios.use(tuple)
    assert "mine" not in scenarios.names()
    with pytest.raises(ScenarioError, match="there is no scenario 'mine'"):
        shelf.load("mine")


def test_a_mistake_in_ones_own_hinders_nobody_who_does_not_need_it(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("nonsense", encoding="utf-8")
    scenarios.use(lambda: shelf.read_folder(tmp_path))
    try:
        assert shelf.load("direct").name == "direct"
        with pytest.raises(ScenarioError, match=r"mine\.yaml, line 1"):
            scenarios.names()
    finally:
        scenarios.use(tuple)


def test_the_name_of_a_shipped_scenario_is_taken(tmp_path: Path) -> None:
    (tmp_path / "direct.yaml").write_text(HEAD, encoding="utf-8")
    with pytest.raises(ScenarioError, match="name of a shipped scenario"):
        shelf.read_folder(tmp_path)
