"""Which question comes next, and which are not worth an answer any more."""

from probe.transcribe.pending import STALE_S, Pending
from probe.transcribe.wire import Question


def question(passage: int, end_s: float = 1.0, call: int = 1) -> Question:
    return Question(call, passage, end_s, b"")


def taken(pending: Pending, now: float = 0.0) -> list[tuple[object, int, float, bool]]:
    found = []
    while (next_one := pending.take(now)) is not None:
        client, asked, in_time = next_one
        found.append((client, asked.passage, asked.end_s, in_time))
    return found


def test_the_newest_comes_first() -> None:
    pending = Pending()
    for n, client in enumerate("abc"):
        pending.add(client, question(0), float(n) / 10)
    assert [t[0] for t in taken(pending)] == ["c", "b", "a"]


def test_a_newer_question_about_a_passage_replaces_the_older() -> None:
    pending = Pending()
    pending.add("a", question(0, 1.0), 0.0)
    pending.add("a", question(1, 2.0), 0.0)
    pending.add("b", question(0, 1.0), 0.0)
    pending.add("a", question(0, 3.0), 0.0)
    assert taken(pending) == [("a", 0, 3.0, True), ("b", 0, 1.0, True), ("a", 1, 2.0, True)]
    assert pending.superseded == 1


def test_a_new_call_makes_the_last_ones_questions_void() -> None:
    pending = Pending()
    pending.add("a", question(0, call=1), 0.0)
    pending.add("a", question(1, call=1), 0.0)
    pending.add("b", question(0, call=1), 0.0)
    pending.add("a", question(5, call=2), 0.0)
    assert [t[:2] for t in taken(pending)] == [("a", 5), ("b", 0)]
    assert pending.superseded == 2


def test_what_has_waited_too_long_is_counted_and_not_recognised() -> None:
    pending = Pending()
    pending.add("a", question(0), 0.0)
    pending.add("b", question(0), 2.0)
    assert [t[3] for t in taken(pending, STALE_S + 1.0)] == [True, False]
    assert pending.late == 1


def test_a_client_that_is_gone_wants_nothing() -> None:
    pending = Pending()
    pending.add("a", question(0), 0.0)
    pending.add("b", question(0), 0.0)
    pending.forget("a")
    assert len(pending) == 1
    assert taken(pending) == [("b", 0, 1.0, True)]
