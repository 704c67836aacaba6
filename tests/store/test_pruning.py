"""What both databases forget of old calls, and what they keep."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from probe import incidents
from probe.model import Because, Call, Check, Said
from probe.post.letter import Letter
from probe.store import Store
from probe.store.pruning import Aged, Mark, wordless
from probe.store.tables import calls, former_verdicts, letters
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


def letter(store: Store, key: str, at: datetime) -> None:
    assert store.outbox.add(Letter(key=key, channel="mail", subject="s", text="我姓王", recipients=("a@b.cn",)), at)


def contents(store: Store) -> dict[str, tuple[str, bool]]:
    """How each letter stands, and whether it has its content."""
    columns = (letters.c.key, letters.c.state, letters.c.payload)
    with store._engine.connect() as connection:
        rows = connection.execute(select(*columns)).all()
    return {row.key.split()[-1]: (row.state, row.payload != b"") for row in rows}


def test_letters_that_did_not_go_out_lose_their_content_and_stay(store: Store) -> None:
    box, soon = store.outbox, MORNING + timedelta(minutes=1)
    for key in ("bounced", "failed", "unsure"):
        letter(store, key, MORNING)
        claimed = box.claim(soon, "me", 60.0, ("mail",))
        assert claimed
        if key == "unsure":
            assert box.handing_over(claimed.letter_id, "me", soon, 60.0)
        else:
            box.failed(claimed.letter_id, "me", soon, "no", None, bounced=key == "bounced")
    letter(store, "dead", MORNING)
    assert box.claim(soon, "gone", 60.0, ("mail",))  # its program died, and none has run since
    letter(store, "waiting", MORNING)
    letter(store, "going", MORNING)
    letter(store, "young", NOW - DAY)
    assert box.claim(NOW, "me", 60.0, ("mail",))
    before = contents(store)
    (under_way,) = [key for key, (state, _) in before.items() if state == "claimed" and key != "dead"]
    assert box.forget(NOW - 90 * DAY, NOW, pretend=True) == 5
    assert contents(store) == before
    assert box.forget(NOW - 90 * DAY, NOW) == 5
    after = contents(store)
    kept = {under_way, "young"}
    assert {key: has for key, (_, has) in after.items()} == {key: key in kept for key in after}
    assert {key: after[key][0] for key in ("bounced", "failed", "unsure")} == {
        key: key for key in ("bounced", "failed", "unsure")
    }
    assert {state for key, (state, _) in after.items() if key in {"dead", "waiting", "going"} - kept} == {"failed"}
    assert box.forget(NOW - 90 * DAY, NOW) == 0
    for one in box.troubles(NOW):
        assert not box.again(one.letter_id, NOW), "there is nothing to send"


def test_a_letter_that_may_still_go_out_waits_however_short_the_limit(store: Store) -> None:
    letter(store, "waiting", NOW - 2 * DAY)
    assert store.outbox.forget(NOW - DAY, NOW) == 0
    assert contents(store) == {"waiting": ("waiting", True)}


def test_nothing_of_it_stays_in_the_databases_files_while_they_are_open(sqlite_url: str, tmp_path: Path) -> None:
    def found() -> bool:
        return any(b"ZQTOKEN" in file.read_bytes() for file in tmp_path.glob("calls.db*"))

    with Store.open(sqlite_url) as store:
        said = (Said(start_s=4.5, end_s=5.5, text="ZQTOKEN" * 200, confidence=0.8),)
        for n in range(20):
            put(store, f"c-{n}", 0, said=said)
        assert found()
        store.pruning.forget_words(NOW, NOW)
        assert found(), "or this test could not fail"
        assert store.pruning.wipe() is None
        assert not found()


def test_a_log_that_others_read_is_named(sqlite_url: str, tmp_path: Path) -> None:
    with Store.open(sqlite_url) as store, closing(sqlite3.connect(tmp_path / "calls.db")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM calls").fetchone()
        put(store, "a", 0)
        assert store.pruning.wipe() == f"{tmp_path / 'calls.db'}-wal"
        put(store, "b", 0)  # claims go on
        reader.rollback()
        assert store.pruning.wipe() is None


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
