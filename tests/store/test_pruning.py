"""What both databases forget of old calls, and what they keep."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from probe import incidents
from probe.model import Because, Call, Check
from probe.store import Store
from probe.store.pruning import Aged, Mark, wordless
from probe.store.tables import calls, former_verdicts
from tests.evidence.made import CLERK, RINGS, call
from tests.records import MORNING

DAY = timedelta(days=1)
NOW = MORNING + 100 * DAY


@pytest.fixture
def store(url: str) -> object:
    with Store.open(url) as opened:
        yield opened


def put(store: Store, name: str, days: int, **more: object) -> Call:
    """A call of so many days after the first."""
    made = call(call_id=name, at=MORNING + days * DAY, **more)  # type: ignore[arg-type]
    store.import_numbers([made.number], MORNING)
    store.claim(made.record.order, made.record.trace.started_at, "test:1:1", 150.0)
    store.add(made.record, made.record.trace.started_at)
    return made


def test_each_call_is_offered_once_in_order_of_time(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("probe.store.pruning.CHUNK", 2)
    for name, days in (("c", 2), ("a", 0), ("b", 0), ("young", 50)):
        put(store, name, days)
    put(store, "mute", 1, recording=None)
    found = []
    for batch in store.pruning.recordings(MORNING + 10 * DAY):
        found += batch
        store.pruning.recordings_gone([aged.call_id for aged in batch], NOW)
    assert [aged.call_id for aged in found] == ["a", "b", "mute", "c"]
    assert found[2] == Aged(call_id="mute", recording=None)
    assert found[0].recording == "recordings/2026-03-02/a.wav"
    assert list(store.pruning.recordings(MORNING + 10 * DAY)) == []


def test_a_mark_says_when_it_was_first_made(store: Store) -> None:
    put(store, "a", 0)
    assert store.pruning.of("a") == Mark()
    store.pruning.recordings_gone(["a"], NOW)
    store.pruning.recordings_gone(["a"], NOW + DAY)
    store.pruning.recordings_gone([], NOW)
    assert store.pruning.of("a") == Mark(recording_at=NOW)


def test_words_go_and_sounds_stay(store: Store) -> None:
    put(store, "a", 0)
    put(store, "young", 50)
    assert store.pruning.forget_words(MORNING + 10 * DAY, NOW, pretend=True) == 1
    assert store.pruning.forget_words(MORNING + 10 * DAY, NOW) == 1
    assert store.pruning.forget_words(MORNING + 10 * DAY, NOW + DAY) == 0
    after, young = store.record("a"), store.record("young")
    assert after is not None
    assert young is not None
    assert after.record.sounds == wordless(call().record.sounds)
    assert after.record.sounds.segments == (RINGS, CLERK)
    assert len(young.record.sounds.transcript) == 1
    assert store.pruning.of("a").words_at == NOW


HEARD = {"at_s": 4.5, "phrase": "今天……休息"}
QUOTE = Because(key="words", values=HEARD | {"text": "今天我们休息，李建国明天来"})
COLOUR_RING = Because(key="advert", values={"at_s": 1.0, "text": "我是李建国，请稍候"})
LIBRARY = Because(key="known_recording", values={"at_s": 5.0, "text": "您拨打的用户已停机"})


def everything(store: Store) -> str:
    """What the tables of calls hold, as text."""
    with store._engine.connect() as connection:
        rows = [connection.execute(table.select()).all() for table in (calls, former_verdicts)]
    return repr(rows)


def test_quotes_in_verdicts_go_and_reasons_stay(store: Store) -> None:
    checks = (
        Check(name="prompt is 欢迎", passed=False, seen="李建国明天来"),
        Check(name="rings", passed=True, seen="x"),
    )
    made = put(store, "a", 0, because=(QUOTE, COLOUR_RING, LIBRARY))
    now = replace(made.record.verdict, confidence=0.5)
    assert store.rejudge("a", made.record.verdict, now, made.record.sounds, NOW, checks)
    assert "李建国" in everything(store)
    assert store.pruning.forget_words(NOW, NOW, pretend=True) == 1
    assert store.pruning.forget_words(NOW, NOW) == 1
    assert "李建国" not in everything(store)
    after = store.record("a")
    assert after is not None
    for verdict in (after.record.verdict, *(one.verdict for one in store.former("a"))):
        first, second, third = verdict.because
        assert first == Because(key="phrase", values=HEARD)
        assert second == Because(key="colour_ring", values={"at_s": 1.0})
        assert third == LIBRARY
    assert [(check.passed, check.seen) for check in after.record.checks] == [(False, "…"), (True, "x")]


@pytest.mark.parametrize("where", ["verdict", "former", "check"])
def test_quotes_that_older_versions_left_go_too(store: Store, where: str) -> None:
    made = put(store, "a", 0)
    store.pruning.forget_words(NOW, NOW)
    store.pruning.recordings_gone(["a"], NOW)
    plain, quoting = made.record.verdict, replace(made.record.verdict, because=(QUOTE,))
    said = Check(name="prompt is 欢迎", passed=False, seen="李建国明天来")
    sounds = wordless(made.record.sounds)
    if where == "check":
        assert store.rejudge("a", plain, plain, sounds, NOW, (said,))
    else:
        assert store.rejudge("a", plain, quoting, sounds, NOW)
    if where == "former":
        assert store.rejudge("a", quoting, plain, sounds, NOW)
    assert "李建国" in everything(store)
    assert store.pruning.forget_words(NOW, NOW + DAY) == 1
    assert "李建国" not in everything(store)
    assert store.pruning.forget_words(NOW, NOW + DAY) == 0


def test_notes_go_and_what_was_told_stays(store: Store) -> None:
    old = {"number": "1", "happened_at": MORNING, "told_at": MORNING, "heard": "busy", "by": "市民"}
    first = store.incidents.tell(incidents.Testimony(note='他说 "note": 王', **old))  # type: ignore[arg-type]
    store.incidents.tell(incidents.Testimony(**old))  # type: ignore[arg-type]
    assert store.pruning.forget_notes(NOW, pretend=True) == 1
    assert store.pruning.forget_notes(NOW) == 1
    assert store.pruning.forget_notes(NOW) == 0
    assert store.incidents.testimonies([first])[first] == incidents.Testimony(**old)  # type: ignore[arg-type]


def test_calls_that_are_young_or_under_way_keep_their_recordings(store: Store) -> None:
    put(store, "old", 0)
    put(store, "young", 50)
    going = call(call_id="going", at=NOW)
    store.claim(going.record.order, NOW, "test:1:1", 150.0)
    assert store.pruning.kept(["old", "young", "going", "nobody"], MORNING + 10 * DAY) == {"young", "going"}
    assert store.pruning.kept([], NOW) == frozenset()


def test_a_call_tells_which_rules_judged_it(store: Store) -> None:
    put(store, "a", 0)
    assert store.pruning.rules("a").startswith("0.")
    assert store.pruning.rules("nobody") == ""
