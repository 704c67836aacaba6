"""The evidence pack of a call: complete, the same each time, and without what is nobody's business."""

from __future__ import annotations

import io
import json
import subprocess
import wave
import xml.etree.ElementTree as ET
import zipfile
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest

from probe.analyse.appendix import Dice
from probe.errors import ReportError
from probe.evidence import scrub
from probe.evidence.archive import SUMS, with_sums, write, zipped
from probe.evidence.facts import Facts
from probe.evidence.gather import gather
from probe.evidence.pack import compose
from probe.evidence.shape import LEAST_BIN_S, envelope, wrapped
from probe.model import Because, Blame, Cause, Outcome, Purpose
from probe.plan import Slot
from probe.store.pruning import Mark
from probe.store.rows import Former
from probe.store.slots import Kept, State
from tests.evidence.made import MORNING, call, facts, keep, pcm, replaced, stored, wire
from tests.records import HOSTILE, number

ZONE = ZoneInfo("Asia/Shanghai")
FILES = {
    "README.txt",
    "call.json",
    "order.txt",
    "recording.wav",
    "sip.svg",
    "sip.txt",
    "sounds.txt",
    "transcript.txt",
    "verdict.txt",
}


def pages(found: Facts, *, picture: bool = False, lang: str = "zh") -> dict[str, str]:
    """The pack's texts."""
    files = compose(found, lang=lang, zone=ZONE, picture=picture)
    return {name: data.decode() for name, data in files.items() if not name.endswith((".wav", ".png"))}


def planned() -> Facts:
    """A call of the programme whose verdict was changed once."""
    made = call()
    slot = Slot(
        call_id=made.record.order.call_id,
        day=date(2026, 3, 2),
        number=made.number.number,
        office=made.number.office,
        purpose=Purpose.BASE,
        stratum="mid_morning",
        due_at=MORNING,
        until=MORNING + timedelta(minutes=10),
        why=Because(key="plan.why_base_mid_morning", values={"index": 2, "calls": 3}),
    )
    live = call(cause=Cause.IVR, confidence=0.6, blame=Blame.OFFICE).record.verdict
    return facts(
        made,
        slot=Kept(slot=slot, state=State.DONE),
        dice=Dice(period="2026-03", commitment="c0ffee" * 8, seed=None),
        former=(Former(verdict=live, judged_at=MORNING, replaced_at=MORNING + timedelta(days=2), rules="0.0.9+abc"),),
    )


@pytest.mark.parametrize("answered_s", [4.0, None])
def test_verdicts_of_older_versions_quote_nobody_who_may_be_a_person(tmp_path: Path, answered_s: float | None) -> None:
    quote = Because(key="words", values={"at_s": 4.5, "phrase": "休息", "text": "今天休息，李建国明天来"})
    made = call(cause=Cause.OFF_HOURS, outcome=Outcome.VOICEMAIL, because=(quote,), answered_s=answered_s, said=())
    with stored(tmp_path) as store:
        keep(store, tmp_path, made)
        verdict = made.record.verdict
        later = msgspec.structs.replace(verdict, confidence=0.5)
        assert store.rejudge(made.record.order.call_id, verdict, later, made.record.sounds, MORNING)
        found = gather(store, tmp_path, made.record.order.call_id, ZONE)
    texts = pages(found)
    assert len(found.former) == 1
    assert all("休息" in texts[name] for name in ("verdict.txt", "call.json"))
    assert [("李建国" in texts[name]) for name in ("verdict.txt", "call.json")] == [answered_s is None] * 2


def test_it_holds_everything_and_explains_each_file() -> None:
    files = with_sums(compose(facts(), lang="zh", zone=ZONE, picture=False))
    assert set(files) == FILES | {SUMS}
    readme = files["README.txt"].decode()
    for name in set(files) - {"README.txt"}:
        assert readme.count(f"{name} ") >= 2, f"{name} is explained in both languages"


def test_the_same_facts_make_the_same_bytes() -> None:
    one, other = (zipped("c", with_sums(compose(planned(), lang="zh", zone=ZONE))) for _ in range(2))
    assert one == other
    times = {entry.date_time for entry in zipfile.ZipFile(io.BytesIO(one)).infolist()}
    assert times == {(1980, 1, 1, 0, 0, 0)}


def test_sha256sum_finds_every_change(tmp_path: Path) -> None:
    data = zipped("c", with_sums(compose(facts(), lang="zh", zone=ZONE, picture=False)))
    zipfile.ZipFile(io.BytesIO(data)).extractall(tmp_path)
    check = ["sha256sum", "--strict", "-c", SUMS]
    assert subprocess.run(check, cwd=tmp_path / "c", capture_output=True).returncode == 0
    (tmp_path / "c" / "verdict.txt").write_text("busy")
    assert subprocess.run(check, cwd=tmp_path / "c", capture_output=True).returncode == 1


def test_why_the_call_was_made_and_how_to_check_it() -> None:
    order = pages(planned())["order.txt"]
    assert "随机拨测 2/3，上午中段" in order
    assert "random call 2 of 3: mid-morning" in order
    assert "c0ffee" * 8 in order
    assert "种子在该期结束后公布" in order


def test_what_it_was_judged_to_be_before() -> None:
    verdict = pages(planned())["verdict.txt"]
    assert "已接听 · 人工接听" in verdict
    assert (
        "2026-03-02 09:00:00 判为“已接听 · 语音导航”（把握 60%，规则 0.0.9+abc），2026-03-04 09:00:00 被取代" in verdict
    )
    assert "judged answered ·" in verdict


def test_nothing_of_a_person_is_in_it() -> None:
    """The clerk's words, the owner's address, notes on the number, paths of this machine, telephones of citizens."""
    found = facts(
        replaced(
            call(because=(Because(key="known_recording", values={"at_s": 1.0, "text": "已改为 13800138000"}),)),
            signals=(wire(0.6, "SIP/2.0 302 Moved", headers={"Contact": ("<sip:13800138000:hunter2@192.0.2.1>",)}),),
            robot_fault="password=hunter2 13800138000",
        )
    )
    text = "".join(pages(found).values())
    for secret in ("张三", "zhang.san", "内部备注", "/secret", "13800138000", "hunter2"):
        assert secret not in text, secret
    assert "另有 1 段接通后的话未列入" in pages(found)["transcript.txt"]


def test_the_recording_is_as_long_as_it_was_and_silent_where_the_clerk_speaks() -> None:
    files = compose(facts(), lang="zh", zone=ZONE, picture=False)
    with wave.open(io.BytesIO(files["recording.wav"])) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        heard = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    assert len(heard) == len(pcm())
    assert np.all(heard[: 3 * 8000] == pcm()[: 3 * 8000])
    assert not np.any(heard[4 * 8000 :])
    assert json.loads(files["call.json"])["silenced_s"] == [[4.0, 9.0]]


@pytest.mark.parametrize(
    ("sound", "said"),
    [
        (Because(key="evidence.recording_missing"), "its file is not in the data folder"),
        (Because(key="evidence.recording_pruned", values={"at": "2026-06-01"}), "deleted on 2026-06-01"),
        (
            Because(key="case.wav_truncated", values={"case": "c", "file": "c.wav", "promised": 9, "there": 1}),
            "it cannot be read (case c: c.wav is cut short",
        ),
    ],
)
def test_without_a_recording_it_says_why(sound: Because, said: str) -> None:
    found = facts(sound=sound, pcm=None)
    files = compose(found, lang="en", zone=ZONE)
    assert "recording.wav" not in files
    assert said in files["README.txt"].decode()
    assert "silenced here" not in files["sounds.txt"].decode()
    assert json.loads(files["call.json"])["recording"] in {"missing", "pruned", "unreadable"}
    assert files["picture.png"].startswith(b"\x89PNG")


def test_pruned_words_are_said_to_be_pruned() -> None:
    found = facts(call(said=()), mark=Mark(words_at=MORNING))
    assert "2026-03-02 已按保存期限删除" in pages(found)["transcript.txt"]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_texts_are_inert(hostile: str) -> None:
    made = call(of=number(1, unit=hostile, department=hostile, written=hostile), answered_s=None, said=())
    text = pages(facts(replaced(made, trunk=hostile, robot_fault=hostile)))
    for name in ("README.txt", "verdict.txt", "order.txt", "sip.txt", "sounds.txt", "transcript.txt"):
        assert all(line.isprintable() for line in text[name].splitlines()), name
    json.loads(text["call.json"])


def test_a_hostile_name_is_text_in_the_picture() -> None:
    hostile = number(1, unit="<script>alert(1)</script>\u202e\x1b[31m" + "长" * 3000, department="")
    found = facts(call(of=hostile, said=()), pcm=None)
    drawn = ET.fromstring(pages(found, picture=True)["picture.svg"])
    assert not [one for one in drawn.iter() if one.tag.rpartition("}")[2] in {"script", "a", "image", "foreignObject"}]
    assert "<script>alert(1)" in "".join(drawn.itertext())


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "..", ".hidden", "a/b", "C:\\x", "\x00", "ｌ"])
def test_no_name_leads_out_of_the_zip(name: str) -> None:
    plain = scrub.file_name(name)
    assert plain
    assert not plain.startswith(".")
    assert not set(plain) & set("/\\\0:")


def test_the_envelope_is_too_coarse_to_tell_what_was_said() -> None:
    bins = envelope(pcm(), 0.5)
    assert bins[1]["at"] - bins[0]["at"] >= LEAST_BIN_S
    assert len(envelope(np.zeros(600 * 8000, np.int16), 0.0)) <= 1200


def test_reasons_are_wrapped_at_the_width_of_the_picture() -> None:
    assert wrapped("一二三四五", 6) == ["一二三", "    四", "    五"]
    assert wrapped("one two three", 8) == ["one two", "    three"]
    assert wrapped("", 8) == [""]


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "new" / "pack.zip"
    write(target, b"one")
    write(target, b"two")
    assert target.read_bytes() == b"two"
    assert target.stat().st_mode & 0o077 == 0
    (tmp_path / "file").write_text("")
    with pytest.raises(ReportError, match="cannot be written"):
        write(tmp_path / "file" / "pack.zip", b"x")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "new", "pack.zip"]


def test_a_voided_call_says_so() -> None:
    import msgspec

    reason = Because(key="plan.closed", values={"number": "1", "day": "2026-03-02"})
    voided = msgspec.structs.replace(call(cause=Cause.TRUNK, outcome=Outcome.INCONCLUSIVE), voided=reason)
    assert "此呼叫已作废" in pages(facts(voided))["verdict.txt"]
