"""The engine's own rules, whatever the scenario says."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probe.model import Cause, Kind, Segment
from probe.script import HangUp, Press, Say
from probe.script.engine import TELL_S
from probe.script.moment import PERSON_LIMIT_S
from scenarios import Scenario
from scenarios import language as lang
from scenarios.notation import CAUSES, CLASSES
from scenarios.read import Reader
from tests.script.scene import UNSURE, WHO, Scene, heard, sure

HEAD = "name: mine\nuse: {zh: 试用, en: a trial}\nsay: who\nlimits: {answered: 60 s, call: 100 s}\n"


def scene(steps: str, *, answered_s: float | None = 2.0) -> Scene:
    """A scenario with these steps behind `ring: 30 s`, answered."""
    text = HEAD + "steps:\n  - ring: 30 s\n" + "".join(f"  {line}\n" for line in steps.splitlines())
    one = Scene(Reader(Path()).scenario(text, "mine"))
    if answered_s is not None:
        one.at(answered_s, answered_at_s=answered_s)
    return one


def test_steps_follow_one_another_in_their_time() -> None:
    one = scene("- press: 12\n- wait: 3 s\n- say: hello\n- press: {keys: '#', by: in-band}")
    assert one.said == ["press 12 by rfc4733"]
    one.at(2.5, acting=True)
    one.at(3.0, acting=False)
    assert one.at(5.9) is None
    one.at(6.0)
    one.at(7.0)
    one.at(8.0)
    assert one.said[1:] == ["say hello", "press # by in-band", "hang up"]


def test_repeat() -> None:
    one = scene("- repeat:\n    times: 3\n    steps:\n      - wait: 1 s\n      - press: 9")
    for tenth in range(20, 100):
        one.at(tenth / 10)
    assert [at for at, action in one.asked if isinstance(action, Press)] == pytest.approx([3.0, 4.0, 5.0], abs=0.21)


def test_a_branch_comes_back_to_the_step_behind() -> None:
    one = scene("- listen: {within: 9 s, then: {ivr: [press: 1], queue: [press: 2]}}\n- press: 3")
    one.at(4.0, verdict=sure(Cause.QUEUE))
    one.at(5.0)
    assert one.said == ["press 2 by rfc4733", "press 3 by rfc4733"]


def test_what_was_there_before_a_key_is_not_there_behind_it() -> None:
    menus = "- listen: {for: ivr, within: 9 s, otherwise: [hang_up]}\n- press: 1\n"
    one = scene(menus + menus + "- wait: 1 s")
    one.at(5.0, verdict=sure(Cause.IVR))
    one.at(6.0, there=sure(Cause.IVR))  # still that of before the key
    assert one.said == ["press 1 by rfc4733"]
    one.at(8.0, there=UNSURE)
    one.at(11.0, there=sure(Cause.IVR))
    assert one.said == ["press 1 by rfc4733"] * 2


def test_otherwise_is_for_nothing_heard_in_time() -> None:
    one = scene("- listen: {for: ivr, within: 9 s, otherwise: [press: 1]}\n- press: 2")
    assert one.at(10.9) is None
    one.at(11.0)
    one.at(12.0)
    assert one.said == ["press 1 by rfc4733", "press 2 by rfc4733"]


def test_a_sound_counts_from_when_it_is_listened_for() -> None:
    one = scene("- wait: 10 s\n- listen: {for: sound music 3 s, within: 20 s, otherwise: [hang_up]}\n- press: 1")
    one.at(12.0, segments=[heard(Kind.MUSIC, 5.0, 12.0)])
    one.at(14.0, segments=[heard(Kind.MUSIC, 5.0, 14.0)])
    assert one.said == []
    one.at(15.0, segments=[heard(Kind.MUSIC, 5.0, 15.0)])
    assert one.said == ["press 1 by rfc4733"]


def test_silence_is_what_comes_last() -> None:
    one = scene("- listen: {for: sound silence 3 s, within: 20 s}\n- press: 1")
    one.at(4.0, segments=[heard(Kind.SPEECH, 2.5, 3.5)])
    one.at(6.4, segments=[heard(Kind.SPEECH, 2.5, 3.5), heard(Kind.NOISE, 3.5, 6.4)])
    assert one.said == []
    one.at(6.6, segments=[heard(Kind.SPEECH, 2.5, 3.5), heard(Kind.NOISE, 3.5, 6.6)])
    assert one.said == ["press 1 by rfc4733"]


def test_rings_are_counted_by_ear_or_by_time() -> None:
    text = HEAD + "steps:\n  - ring: 3 rings\n"
    by_ear = Scene(Reader(Path()).scenario(text, "mine"))
    assert by_ear.at(9.0, segments=[heard(Kind.RINGBACK, 1, 9, cycles=2)]) is None
    by_ear.at(14.0, segments=[heard(Kind.RINGBACK, 1, 14, cycles=3)])
    by_time = Scene(Reader(Path()).scenario(text, "mine"))
    assert by_time.at(15.9, rang_at_s=1.0) is None
    by_time.at(16.0)
    assert by_ear.said == by_time.said == ["hang up"]


def test_a_person_who_speaks_up_at_any_step_is_told_who_calls() -> None:
    one = scene("- wait: 30 s\n- press: 1")
    one.at(5.0, verdict=sure(Cause.HUMAN))
    one.at(6.0)
    assert one.said == [f"say {WHO}", "hang up"], "a scenario that does not listen for people ends there"


def test_a_scenario_may_go_on_with_a_person_for_whom_it_listens_but_not_for_long() -> None:
    one = scene("- listen: {within: 9 s, then: {human: [say: question, wait: 50 s]}}")
    one.at(5.0, verdict=sure(Cause.HUMAN))
    one.at(9.0)
    one.at(5.0 + PERSON_LIMIT_S - 0.1)
    assert one.said == [f"say {WHO}", "say question"]
    one.at(5.0 + PERSON_LIMIT_S)
    assert one.said[2:] == ["hang up"]


def test_sounds_are_asked_for_only_where_they_are_needed() -> None:
    one = scene("- wait: 6 s\n- listen: {for: phrase 请按, within: 5 s}")
    assert one.engine.attentive, "as long as nobody knows who answered"
    one.at(7.0, verdict=sure(Cause.IVR))
    assert not one.engine.attentive
    one.at(8.0)
    assert one.engine.attentive


def test_who_is_recognised_late_hears_to_the_end_who_calls() -> None:
    """The limit of an answered call is for calls in which nothing is to be said."""
    one = scene("- listen: {for: human, within: 60 s}", answered_s=2.0)
    one.at(61.0, verdict=sure(Cause.HUMAN))
    assert one.at(68.6, acting=True) is None
    one.at(68.7, acting=False)
    assert one.said == [f"say {WHO}", "hang up"]


def test_nobody_is_kept_for_longer_than_20_s_by_a_long_disclosure_or_past_the_deadline() -> None:
    for person_s, end_s in ((30.0, 30.0 + PERSON_LIMIT_S), (61.0, 81.0), (61.9, 81.9)):
        one = scene("- listen: {for: human, within: 60 s}")
        one.at(person_s, verdict=sure(Cause.HUMAN))
        assert one.at(end_s - 0.1, acting=True) is None
        one.at(end_s)
        assert one.said == [f"say {WHO}", "hang up"]
    late = scene("- listen: {for: human, within: 60 s}", answered_s=None)
    late.at(29.0, answered_at_s=29.0)
    late.at(88.9, verdict=sure(Cause.HUMAN))
    assert late.at(99.9, acting=True) is None
    late.at(100.0)
    assert late.said == [f"say {WHO}", "hang up"]


def test_who_spoke_and_may_be_a_person_is_told_before_the_limit() -> None:
    one = scene("- listen: {for: verdict, within: 60 s}")
    spoke = [heard(Kind.SPEECH, 3.0, 7.2)]
    assert one.at(62.0 - TELL_S - 0.1, segments=spoke) is None
    action = one.at(62.0 - TELL_S, segments=spoke)
    assert action == Say(wav=WHO, unsure=True)
    one.at(61.0, acting=True)
    one.at(61.7, acting=False)
    assert one.said == [f"say {WHO}", "hang up"]


def test_nobody_is_interrupted_before_the_limit() -> None:
    one = scene("- listen: {for: verdict, within: 60 s}")
    assert one.at(56.0, segments=[heard(Kind.SPEECH, 53.0, 56.0)]) is None
    one.at(56.6, segments=[heard(Kind.SPEECH, 53.0, 56.0)])
    assert one.said == []
    one.at(56.8, segments=[heard(Kind.SPEECH, 53.0, 56.0)])
    assert one.said == [f"say {WHO}"]
    busy = scene("- listen: {for: verdict, within: 60 s}")
    busy.at(61.9, segments=[heard(Kind.SPEECH, 53.0, 61.9)])
    assert busy.said == []
    busy.at(62.0, segments=[heard(Kind.SPEECH, 53.0, 62.0)])
    assert busy.said == [f"say {WHO}"], "the last moment"


@pytest.mark.parametrize(
    "steps", ["- wait: 9 s", "- wait: 9 s\n- hang_up", "- listen: {for: ivr, within: 9 s, otherwise: [hang_up]}"]
)
def test_a_scenario_that_ends_does_not_leave_anybody_without_a_word(steps: str) -> None:
    one = scene(steps)
    one.at(11.0, segments=[heard(Kind.SPEECH, 3.0, 7.2)])
    one.at(18.0, acting=True)
    one.at(18.7, acting=False)
    assert one.said == [f"say {WHO}", "hang up"]


MACHINES = {
    "nobody spoke": [heard(Kind.NOISE, 2.0, 62.0)],
    "who talks on and on": [heard(Kind.SPEECH, 3.0, 14.0)],
    "a known recording": [msgspec.structs.replace(heard(Kind.SPEECH, 3.0, 7.0), known="ivr")],
    "the same again": [
        heard(Kind.SPEECH, 3.0, 7.0),
        msgspec.structs.replace(heard(Kind.SPEECH, 9.0, 13.0), repeat_of_s=3.0),
    ],
    "a beep after it": [heard(Kind.SPEECH, 3.0, 7.0), heard(Kind.BEEP, 8.0, 8.5)],
    "before the answer": [heard(Kind.SPEECH, 0.5, 2.1)],
}


@pytest.mark.parametrize("segments", MACHINES.values(), ids=MACHINES.keys())
def test_no_machine_is_told(segments: list[Segment]) -> None:
    one = scene("- listen: {for: verdict, within: 60 s}")
    one.at(60.0, segments=segments)
    one.at(62.0, segments=segments)
    assert one.said == ["hang up"]


def test_who_was_there_before_a_key_is_not_told_behind_it() -> None:
    one = scene("- listen: {for: ivr, within: 20 s}\n- press: 0\n- wait: 9 s")
    menu = heard(Kind.SPEECH, 3.0, 9.0)
    one.at(9.5, verdict=sure(Cause.IVR), segments=[menu])
    one.at(10.0, there=UNSURE)
    one.at(19.0)
    assert one.said == ["press 0 by rfc4733", "hang up"]
    other = scene("- listen: {for: ivr, within: 20 s}\n- press: 0\n- wait: 9 s")
    other.at(9.5, verdict=sure(Cause.IVR), segments=[menu])
    other.at(10.0, there=UNSURE)
    other.at(19.0, segments=[menu, heard(Kind.SPEECH, 12.0, 16.0)])
    assert other.said[1:] == [f"say {WHO}"]


# ---- any scenario, any call ----

KEYS = st.text("0123456789*#", min_size=1, max_size=3)
SOUNDS = st.sampled_from(
    [
        lang.Sound(what="verdict"),
        *(lang.Sound(what="class", name=name) for name in CLASSES),
        lang.Sound(what="sound", name="speech", seconds=1.0),
        lang.Sound(what="sound", name="silence", seconds=2.0),
        lang.Sound(what="phrase", name="请按"),
    ]
)
LEAVES = st.one_of(
    st.builds(lang.Press, keys=KEYS),
    st.builds(lang.Say, wav=st.just("hello")),
    st.builds(lang.Wait, seconds=st.floats(0.1, 30)),
    st.just(lang.HangUp()),
)


def _inner(steps: st.SearchStrategy[lang.AnyStep]) -> st.SearchStrategy[lang.AnyStep]:
    some = st.lists(steps, min_size=1, max_size=3).map(tuple)
    branch = st.builds(lang.Branch, sound=SOUNDS, steps=some)
    listen = st.builds(
        lambda within_s, then, otherwise: lang.Listen(
            within_s=within_s, sounds=tuple(b.sound for b in then), then=tuple(then), otherwise=otherwise
        ),
        st.floats(0.1, 30),
        st.lists(branch, min_size=1, max_size=3),
        st.one_of(st.just(()), some),
    )
    return st.one_of(listen, st.builds(lang.Repeat, times=st.integers(1, 4), steps=some))


STEPS = st.lists(st.recursive(LEAVES, _inner, max_leaves=8), max_size=5)
RINGS = st.one_of(
    st.builds(lang.Ring, seconds=st.floats(1, 60)),
    st.builds(lang.Ring, rings=st.integers(1, 4)),
    st.just(lang.Ring(first_ringback=True)),
)
SCENARIOS = st.builds(
    lambda ring, steps, answered_s, deadline_s: Scenario(
        name="any", use={}, say="who", steps=(ring, *steps), answered_limit_s=answered_s, deadline_s=deadline_s
    ),
    RINGS,
    STEPS,
    st.floats(1, 90),
    st.floats(5, 120),
)
VERDICTS = st.one_of(st.just(UNSURE), st.sampled_from([sure(Cause(name)) for name in CAUSES]))
SEGMENTS = st.lists(
    st.builds(lambda kind, a, b: heard(kind, min(a, b), max(a, b)), st.sampled_from(Kind), *[st.floats(0, 60)] * 2),
    max_size=3,
)


@settings(max_examples=150, deadline=None)
@given(SCENARIOS, st.data())
def test_whatever_happens(scenario: Scenario, data: st.DataObject) -> None:
    """Never an action after the hang-up or a word before the answer; it ends in time; people are told who calls."""
    one = Scene(scenario)
    answered_s = data.draw(st.one_of(st.none(), st.floats(0, 60)), "answered")
    changes = data.draw(st.lists(st.tuples(st.floats(0, 130), VERDICTS, VERDICTS, SEGMENTS), max_size=6), "changes")
    changes.sort(key=lambda change: change[0])
    acting_until = 0.0
    person_s: float | None = None
    for half in range(2 * 125):
        at_s = half / 2
        known: dict[str, object] = {"acting": at_s < acting_until}
        if answered_s is not None and at_s >= answered_s:
            known["answered_at_s"] = answered_s
        for change_s, verdict, there, segments in changes:
            if change_s <= at_s:
                known |= {"verdict": verdict, "there": there, "segments": segments}
        action = one.at(at_s, **known)
        if isinstance(action, Say | Press):
            acting_until = at_s + 3.0
        if isinstance(action, Say) and action.wav == WHO:
            person_s = at_s
    ends = [at_s for at_s, action in one.asked if isinstance(action, HangUp)]
    assert len(ends) == 1
    assert one.asked[-1][1] == HangUp()
    answered = answered_s is not None and answered_s <= ends[0]
    limit_s = answered_s + scenario.answered_limit_s if answered and answered_s is not None else scenario.ring_limit_s
    assert ends[0] <= min(limit_s if person_s is None else max(limit_s, person_s + 3.0), scenario.deadline_s) + 0.5
    assert all(answered and answered_s is not None and at_s >= answered_s for at_s, _ in one.asked[:-1])
    assert one.said.count(f"say {WHO}") <= 1, "once is enough"
    if person_s is not None:
        assert ends[0] <= person_s + PERSON_LIMIT_S + 0.5


@settings(max_examples=100, deadline=None)
@given(SCENARIOS, st.floats(0, 4), st.floats(0.5, 20))
def test_a_person_who_answers_is_told_first_of_all(scenario: Scenario, answered_s: float, after_s: float) -> None:
    one = Scene(scenario)
    person_s = answered_s + after_s
    limit_s = min(answered_s + scenario.answered_limit_s, scenario.deadline_s)
    for tenth in range(300):
        at_s = tenth / 10
        known: dict[str, object] = {}
        if at_s >= answered_s:
            known["answered_at_s"] = answered_s
        if at_s >= person_s:
            known |= {"verdict": sure(Cause.HUMAN), "there": sure(Cause.HUMAN)}
        one.at(at_s, **known)
    later = [action for at_s, action in one.asked if at_s >= person_s]
    ended_before = any(isinstance(action, HangUp) and at_s < person_s for at_s, action in one.asked)
    if not ended_before and person_s + 0.1 < limit_s:
        assert later[0] == Say(wav=WHO)
