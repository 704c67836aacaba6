"""A stored call gets its words as late as a live one, and every time at the same moment."""

import numpy as np
import numpy.typing as npt

from probe.transcribe import Words
from probe.transcribe.delayed import DELAY_S, Delayed


class Counter:
    """Recognises the length of what it hears, and counts how often it was asked."""

    def __init__(self) -> None:
        self.heard = 0

    def hear(self, pcm: npt.NDArray[np.int16]) -> Words:
        self.heard += 1
        return Words(f"{len(pcm)}", 1.0)


SOUND = np.zeros(800, np.int16)


def test_an_answer_comes_the_delay_after_the_question_and_not_before() -> None:
    delayed = Delayed(Counter)
    delayed.ask(0, SOUND, 4.8)  # about sound that ended a while ago
    moments = [5.0 + n / 10 for n in range(10)]
    came = [(at_s, answers) for at_s in moments if (answers := delayed.ready(at_s))]
    assert came == [(next(m for m in moments if m >= 5.0 + DELAY_S), [(0, 4.8, Words("800", 1.0))])]


def test_answers_come_in_the_order_of_their_questions() -> None:
    delayed = Delayed(Counter)
    for n in range(3):
        delayed.ask(n, SOUND[: n + 1], float(n))
        assert delayed.ready(10.0 + n / 10) == []
    assert [(p, w.text) for p, _, w in delayed.ready(20.0)] == [(0, "1"), (1, "2"), (2, "3")]
    assert delayed.ready(30.0) == []


def test_the_rest_comes_at_the_end_asked_or_just_being_asked() -> None:
    delayed = Delayed(Counter)
    delayed.ask(0, SOUND, 1.0)
    delayed.ready(1.0)
    delayed.ask(0, SOUND, 2.0)
    assert [end_s for _, end_s, _ in delayed.rest()] == [1.0, 2.0]
    assert delayed.rest() == []


def test_a_call_in_which_nobody_speaks_loads_no_model() -> None:
    loaded: list[Counter] = []

    def load() -> Counter:
        loaded.append(Counter())
        return loaded[0]

    delayed = Delayed(load)
    assert delayed.ready(1.0) == []
    assert delayed.rest() == []
    assert not loaded


def test_one_recogniser_serves_many_calls() -> None:
    counter = Counter()
    for _ in range(3):
        delayed = Delayed(lambda: counter)
        delayed.ask(0, SOUND, 1.0)
        delayed.rest()
    assert counter.heard == 3
