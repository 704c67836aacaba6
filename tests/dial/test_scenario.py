"""The line acts out a scenario: what the engine asks for is done, told in the trace, and held against expectations."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import yaml
from aiortp import get_codec

import scenarios
from probe.dial import Switchboard
from probe.dial.keys import length_s
from probe.dial.messages import Dial, Refused, decode_to_line, encode
from probe.exchange import running
from probe.exchange.district import SHIPPED
from probe.exchange.sounds import spoken
from probe.live import LiveCall
from probe.model import Cause, Outcome, Record, Verdict
from probe.transcribe import Words
from scenarios import Scenario
from scenarios.read import Reader
from tests.dial.one_line import one_line, order_for
from tests.dial.peer import FarEnd, peer
from tests.dial.test_course import Scene
from tests.dial.test_course_said import say_wav
from tests.script.scene import UNSURE, sure

pytestmark = pytest.mark.hears
HEAD = "name: mine\nuse: {zh: 试用, en: a trial}\nsay: who\n"


def scenario(body: str) -> Scenario:
    return Reader(Path()).scenario(HEAD + body, "mine")


MENU = scenario("""
limits: {answered: 60 s, call: 90 s}
steps:
  - ring: 30 s
  - listen: {within: 20 s, then: {ivr: [press: 10]}, otherwise: [hang_up]}
  - listen: {for: human, within: 30 s}
expect:
  - answered within 15 s
""")


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> dict[str, Verdict]:
    """What the verdict of the call is, and who is there behind the key."""
    now = {"verdict": UNSURE, "there": UNSURE}
    monkeypatch.setattr(LiveCall, "verdict", lambda self: now["verdict"])
    monkeypatch.setattr("probe.dial.course.there", lambda trace, sounds, since_s: now["there"])
    return now


def scene(folder: Path, script: Scenario, **order: object) -> Scene:
    one = Scene(folder, scenario=script, answered_limit_s=60.0, **order)
    one.get(0.5, "SIP/2.0 180 Ringing")
    one.get(2.5, "SIP/2.0 200 OK", sdp=True)
    return one


def test_keys_are_pressed_and_stand_in_the_trace(tmp_path: Path, known: dict[str, Verdict]) -> None:
    one = scene(tmp_path, MENU, say=say_wav(tmp_path))
    one.tick(3.0)
    known["verdict"] = sure(Cause.IVR)
    one.tick(8.0)
    assert one.phone.asked == ["press 10 by rfc4733"]
    one.tick(8.0 + length_s("10") - 0.05)
    known["there"] = sure(Cause.HUMAN)
    one.tick(9.0)
    assert one.phone.asked == ["press 10 by rfc4733"], "who is there is asked when the keys are through"
    one.hear(9.0, 9.2)
    one.tick(9.2)
    assert one.phone.asked[1:] == ["say say_disclosure-1.wav"]
    one.tick(13.6)
    assert one.phone.asked[2:] == ["hang up"]
    one.get(13.7, "SIP/2.0 200 OK", "BYE")
    record = one.record()
    sent = [(s.at_s, s.sent) for s in record.trace.signals if s.sent]
    assert sent == [(0.0, "INVITE"), (8.0, "DTMF 10"), (9.2, "SAY say_disclosure-1")]
    assert [(c.name, c.passed, c.seen) for c in record.checks] == [
        ("answered within 15 s", True, "answered after ringing for 2.0 s")
    ]


def test_keys_that_cannot_be_pressed_are_our_fault(tmp_path: Path, known: dict[str, Verdict]) -> None:
    one = scene(tmp_path, MENU)
    one.phone.mute = True
    known["verdict"] = sure(Cause.IVR)
    one.tick(8.0)
    assert one.phone.asked == ["hang up"]
    one.get(8.1, "SIP/2.0 200 OK", "BYE")
    assert "no keys" in str(one.record().trace.robot_fault)


def test_whose_voice_it_is_stands_in_the_trace(tmp_path: Path, known: dict[str, Verdict]) -> None:
    question = say_wav(tmp_path)
    own = f"steps:\n  - ring: 9 s\n  - say: {{wav: {question}, voice: synthetic}}\n"
    one = scene(tmp_path, scenario(own))
    one.tick(3.0)
    assert [s.sent for s in one.course._live.trace.signals if s.sent][1:] == ["SAY say_disclosure-1 (synthetic voice)"]


# ---- over real SIP and RTP ----


@pytest.mark.parametrize("by", ["rfc4733", "info"])
def test_the_far_end_gets_every_key(tmp_path: Path, by: str) -> None:
    pressing = scenario(f"steps:\n  - ring: 9 s\n  - press: {{keys: '0123456789*#', by: {by}}}\n  - wait: 0.5 s\n")
    digits = _digits(tmp_path, pressing)
    assert digits == "0123456789*#"


def test_tones_are_heard_by_the_far_end(tmp_path: Path) -> None:
    """ITU-T Q.23: key 1 is 697 + 1209 Hz, key 9 is 852 + 1477 Hz."""
    payloads: list[bytes] = []

    def office(call: FarEnd) -> None:
        call.reply("200 OK", sdp=True)
        call.expect("ACK")
        call.wait(1.5)
        payloads.extend(call.rtp_payloads())
        call.reply("200 OK", to=call.expect("BYE"))

    pressing = scenario("steps:\n  - ring: 9 s\n  - press: {keys: '19', by: in-band}\n  - wait: 1.5 s\n")
    with peer(office) as far, one_line(tmp_path) as line:
        line.ask_dial(order_for(f"sip:1001@127.0.0.1:{far.port}"), scenario=pressing)
        assert isinstance(line.result(), Record)
    pcm = np.frombuffer(get_codec(8).decode(b"".join(payloads)), "<i2").astype(float)
    pieces = [pcm[at : at + 800] for at in range(0, len(pcm) - 800, 400)]
    pairs = [_two_loudest_hz(piece) for piece in pieces if np.abs(piece).mean() > 1000]
    assert (700, 1210) in pairs
    assert (850, 1480) in pairs


def _two_loudest_hz(pcm: npt.NDArray[np.float64]) -> tuple[int, int]:
    """To 10 Hz, of a tenth of a second."""
    spectrum = np.abs(np.fft.rfft(pcm * np.hanning(len(pcm))))
    first = int(spectrum.argmax())
    spectrum[max(0, first - 3) : first + 4] = 0
    low, high = sorted((first, int(spectrum.argmax())))
    return low * 10, high * 10


def test_behind_the_menu_somebody_is_told_who_calls(tmp_path: Path) -> None:
    acts = [
        "answer",
        {"menu": "ivr-2-zf_xiaoyi", "keys": {"0": [{"play": "human-1-zm_yunxi"}, "until_hang_up"]}},
        "until_hang_up",
    ]
    with _office(tmp_path, acts) as (number, log), one_line(tmp_path) as line:
        order = order_for(number, say=say_wav(tmp_path, 0.5), answered_limit_s=60.0)
        line.ask_dial(order, scenario=scenarios.load("ivr-to-agent"))
        record = line.result()
    assert isinstance(record, Record)
    assert (record.verdict.outcome, record.verdict.cause) == (Outcome.ANSWERED, Cause.IVR), "of what answered"
    sent = [s.sent for s in record.trace.signals if s.sent]
    assert [one for one in sent if one != "ACK"] == ["INVITE", "DTMF 0", "SAY say_disclosure-1", "BYE"]
    assert [(check.name, check.passed) for check in record.checks] == [
        ("answered within 15 s", True),
        ("human within 60 s", True),
        ("menu depth ≤ 2", True),
        ("key 0 reaches a human", True),
    ]
    assert _logged(log)["dtmf"] == "0"


def _digits(folder: Path, script: Scenario) -> str:
    """The keys that an office got which answers at once and waits."""
    with _office(folder, ["answer", "until_hang_up"]) as (number, log), one_line(folder) as line:
        line.ask_dial(order_for(number), scenario=script)
        record = line.result()
        assert isinstance(record, Record)
        assert record.trace.robot_fault is None
        assert record.trace.released_by == "robot"
    return str(_logged(log)["dtmf"])


@contextmanager
def _office(folder: Path, acts: list[object]) -> Iterator[tuple[str, Path]]:
    """An exchange with one office that does this: its address, and the exchange's log."""
    district = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    office = district["offices"][0]
    office["acts"] = acts
    district["offices"] = [office]
    text = yaml.safe_dump(district, allow_unicode=True, sort_keys=False)
    (folder / "district.yaml").write_text(text, encoding="utf-8")
    log = folder / "calls.jsonl"
    with running(folder / "district.yaml", log) as address:
        yield f"sip:{office['number']}@{address}", log


def _logged(log: Path) -> dict[str, object]:
    """The last call in it."""
    return dict(json.loads(log.read_text(encoding="utf-8").splitlines()[-1]))


def test_a_scenario_travels_to_the_line() -> None:
    dial = Dial(order=order_for("sip:1@127.0.0.1"), address="127.0.0.1", scenario=scenarios.load("ivr-to-agent"))
    assert decode_to_line(encode(dial)) == dial


def test_a_call_whose_scenario_is_gone_is_refused(tmp_path: Path) -> None:
    order = order_for("sip:1001@127.0.0.1:9", scenario="long-gone")

    async def results() -> list[object]:
        async with Switchboard(None, lines=1, calls_per_second=10, data_folder=tmp_path) as board:
            return [result async for result in board.run([order])]

    assert [r.key for r in asyncio.run(results()) if isinstance(r, Refused)] == ["scenario.no_such"]


class Recogniser:
    """Hears the same words in whatever it is asked about, at once."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, float]] = []

    def ask(self, passage: int, pcm: npt.NDArray[np.int16], end_s: float) -> None:
        self.asked.append((passage, end_s))

    def ready(self, now_s: float) -> list[tuple[int, float, Words]]:
        found, self.asked = [(passage, end_s, Words("人工服务", 0.9)) for passage, end_s in self.asked], []
        return found

    def rest(self) -> list[tuple[int, float, Words]]:
        return self.ready(0.0)


def test_words_are_understood_behind_the_key_too_but_not_what_a_person_says_to_us(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    call = LiveCall(number="1", started_at=datetime(2026, 3, 2, tzinfo=UTC), transcriber=Recogniser())
    call.media(0.0)
    call.answered(0.0)
    monkeypatch.setattr(LiveCall, "_sure", property(lambda self: True))
    rng = np.random.default_rng(0)
    prompt = (spoken("human-8-zm_yunxia") * 32767).astype(np.int16)
    for piece in np.array_split(prompt, len(prompt) // 800):
        call.audio(piece)
    assert call.sounds().transcript == (), "the verdict is sure, and the call about to end"
    call.words_on(True)
    for piece in np.array_split(np.concatenate((prompt, rng.integers(-3, 3, 16000).astype(np.int16))), 60):
        call.audio(piece)
        call.sounds()
    understood = call.sounds().transcript
    assert [said.text for said in understood][:1] == ["人工服务"]
    call.words_on(False)
    for piece in np.array_split(prompt, 60):
        call.audio(piece)
        call.sounds()
    assert call.sounds().transcript == understood
