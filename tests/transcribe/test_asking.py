"""When a piece of a call is asked about, told by the sounds that grow."""

from __future__ import annotations

from itertools import pairwise

from probe.model import Kind, Segment, Sounds
from probe.transcribe.asking import MOST_S, TAIL_S, Asking, Question

STEP_S = 0.1


def speech(start_s: float, end_s: float, *, known: str | None = None) -> Segment:
    return Segment(kind=Kind.SPEECH, start_s=start_s, end_s=end_s, known=known)


def listen(*segments: Segment, until_s: float, answered_s: float | None = None, over: bool = True) -> list[Question]:
    """All questions of a call in which these segments are heard as time goes on."""
    asking, asked = Asking(), list[Question]()
    for step in range(1, round(until_s / STEP_S) + 1):
        now_s = step * STEP_S
        if answered_s is not None and now_s - STEP_S < answered_s <= now_s:
            asking.answered(answered_s)
        heard = tuple(
            Segment(kind=s.kind, start_s=s.start_s, end_s=min(s.end_s, now_s), known=s.known)
            for s in segments
            if s.start_s < now_s
        )
        asked += asking.due(Sounds(segments=heard, until_s=now_s))
    if over:
        asked += asking.due(Sounds(segments=segments, until_s=until_s), over=True)
    return asked


def ends(questions: list[Question]) -> list[float]:
    return [round(q.end_s, 1) for q in questions]


def test_a_word_and_a_pause_are_one_question() -> None:
    (question,) = listen(speech(2.0, 2.6), until_s=6.0)
    assert (question.start_s, question.end_s) == (1.8, 2.6 + TAIL_S)


def test_what_was_asked_about_stays_in_the_question_though_it_is_no_speech_any_more() -> None:
    asking = Asking()
    (goes_on,) = asking.due(Sounds(segments=(speech(1.0, 2.2),), until_s=2.2))
    (paused,) = asking.due(Sounds(segments=(speech(1.0, 1.7),), until_s=2.3))
    assert (goes_on.end_s, paused.end_s) == (2.2, 2.2)


def test_the_soft_end_of_a_sentence_does_not_reach_into_the_next_sound() -> None:
    beep = Segment(kind=Kind.BEEP, start_s=2.0, end_s=2.4)
    assert ends(listen(speech(1.0, 1.9), beep, until_s=5.0))[-1] == 2.0


def test_long_speech_is_asked_about_while_it_goes_on_and_at_its_end() -> None:
    asked = listen(speech(1.0, 4.5), until_s=6.0)
    assert ends(asked) == [1.7, 2.4, 3.2, 3.9, 4.8]  # the last one with what is too soft to count as speech
    assert {q.start_s for q in asked} == {0.8}
    assert {q.passage for q in asked} == {0}


def test_at_a_pause_the_whole_passage_is_asked_about_again() -> None:
    asked = listen(speech(1.0, 1.6), speech(2.1, 2.7), until_s=5.0)
    assert ends(asked) == [1.9, 3.0]
    assert {q.passage for q in asked} == {0}


def test_after_a_longer_pause_a_new_passage_begins() -> None:
    asked = listen(speech(1.0, 1.6), speech(3.0, 3.6), until_s=5.0)
    assert [(q.passage, round(q.start_s, 1)) for q in asked] == [(0, 0.8), (1, 2.8)]


def test_a_tone_ends_a_passage() -> None:
    beep = Segment(kind=Kind.BEEP, start_s=2.0, end_s=2.4)
    asked = listen(speech(1.0, 1.9), beep, speech(2.5, 3.2), until_s=5.0)
    assert [q.passage for q in asked] == [0, 0, 1, 1]
    assert ends(asked) == [1.7, 2.0, 3.2, 3.5]


def test_what_is_known_already_is_not_asked_about() -> None:
    assert listen(speech(1.0, 4.5, known="vacant_number"), until_s=6.0) == []


def test_noise_and_music_are_not_asked_about() -> None:
    music = Segment(kind=Kind.MUSIC, start_s=0.5, end_s=8.0)
    assert listen(music, until_s=9.0) == []


def test_a_speech_without_a_pause_is_asked_about_in_pieces_that_overlap() -> None:
    asked = listen(speech(1.0, 20.0), until_s=22.0)
    assert max(q.end_s - q.start_s for q in asked) <= MOST_S + 1.0
    passages = {q.passage: (q.start_s, q.end_s) for q in asked}
    assert len(passages) == 3
    spans = list(passages.values())
    assert all(after[0] < before[1] for before, after in pairwise(spans))
    assert spans[-1][1] == 20.0 + TAIL_S


def test_whoever_speaks_after_the_answer_is_somebody_else() -> None:
    asked = listen(speech(1.0, 5.0), until_s=7.0, answered_s=3.2)
    after = [q for q in asked if q.passage > 0]
    assert after
    assert all(q.start_s >= 3.2 for q in after)


def test_what_was_not_asked_about_yet_is_asked_at_the_end() -> None:
    assert ends(listen(speech(1.0, 1.5), until_s=1.5)) == [1.5]
    assert listen(speech(1.0, 1.5), until_s=1.5, over=False) == []


def test_a_click_is_no_question() -> None:
    assert listen(speech(1.0, 1.15), until_s=4.0) == []
