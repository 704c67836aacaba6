"""The whole shipped district is called at once, in real time: each office does what its story says.

Each line of SCORES is what its caller may see and hear: the status codes in order, the Reason, how the call ends, and
the sounds in order. What is left out was not there.
"""

from __future__ import annotations

import asyncio
import re
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from probe.exchange.district import Entry, load
from probe.exchange.serve import Exchange
from probe.exchange.sounds import RATE_HZ
from tests.exchange.caller import Caller, Dialled
from tests.exchange.ears import found_s, level_dbfs, loudest_hz, on_off_s

pytestmark = pytest.mark.hears


class Score(msgspec.Struct, frozen=True):
    """What is to be seen and heard in one call."""

    statuses: tuple[int, ...]
    sounds: tuple[str, ...] = ()
    reason: str | None = None  # the Q.850 cause of the final response or of the BYE
    bye: bool = False  # the office hangs up
    stay_s: float = 30.0  # the caller hangs up then
    rings_s: float | None = None  # from the first 18x to the final response


def prompt(*names: str) -> tuple[str, ...]:
    return tuple(f"prompt/{name}" for name in names)


SCORES = {
    "rings_out": Score((100, 180, 487), stay_s=5, rings_s=4.2),
    "rings_out_with_tone": Score((100, 183, 487), ("tone/ringback", "tone/ringback"), stay_s=8, rings_s=7.3),
    "mute": Score((), stay_s=3),
    "busy_that_lies": Score((100, 180, 183, 486), prompt("busy_announcement-1-zf_xiaoyi"), "19", rings_s=17),
    "no_answer_announcement": Score(
        (100, 183, 480),
        ("tone/ringback", "tone/ringback", *prompt("no_answer_announcement-1-zm_yunxi")),
        "19",
        rings_s=14.5,
    ),
    "queue": Score(
        (100, 180, 200), (*prompt("queue-2-zf_xiaoyi"), "music", *prompt("queue-3-zf_xiaoyi"), "music"), stay_s=19
    ),
    "silent": Score((100, 180, 200), stay_s=12),
    "clerk": Score((100, 180, 200), prompt("human-1-zf_xiaoyi", "human-10-zf_xiaoyi"), stay_s=14, rings_s=4),
    "clerk_after_music": Score(
        (100, 183, 200), ("music", *prompt("human-3-zm_yunxi", "human-10-zm_yunxia")), stay_s=16
    ),
    "agent_with_greeting": Score((100, 180, 200), prompt("human-8-zm_yunxi", "human-10-zm_yunxia"), stay_s=14),
    "ivr": Score((100, 180, 200), prompt("ivr-2-zf_xiaoyi", "ivr-2-zf_xiaoyi"), stay_s=20),
    "voicemail": Score((100, 180, 200), (*prompt("greeting-1-zf_xiaoyi"), "beep"), stay_s=17),
    "carrier_assistant": Score((100, 183, 200), ("tone/ringback", *prompt("carrier_assistant-1-zf_xiaoni")), stay_s=15),
    "off_hours": Score((100, 180, 200), (*prompt("off_hours-1-zm_yunxi"), "beep"), stay_s=9),
    "fax": Score((100, 180, 200), ("fax", "fax"), bye=True),
    "clerk_at_once": Score((100, 180, 200), prompt("human-9-zm_yunxi", "human-4-zm_yunxi"), stay_s=11, rings_s=2),
    "busy_announcement_after_answer": Score(
        (100, 200), prompt("busy_announcement-2-zm_yunxi", "busy_announcement-2-zm_yunxi"), "17", bye=True
    ),
    "busy_announcement": Score(
        (100, 183, 486), prompt("busy_announcement-1-zm_yunxi", "busy_announcement-1-zm_yunxi"), "17"
    ),
    "busy_tone": Score((100, 183, 486), ("tone/busy",), "17"),
    "busy_486": Score((100, 486), (), "17"),
    "dropped": Score((100, 180, 200), (), "16", bye=True, rings_s=5),
    "rejected": Score((100, 180, 603), (), "21", rings_s=5),
    "vacant_tone": Score((100, 183, 404), ("tone/vacant",), "1"),
    "vacant_announcement": Score((100, 183, 404), prompt("vacant_number-1-zf_xiaoyi"), "1"),
    "suspended": Score((100, 183, 480), prompt("suspended-1-zm_yunxi", "suspended-1-zm_yunxi"), "31"),
    "powered_off": Score((100, 183, 480), prompt("powered_off-1-zf_xiaoyi", "powered_off-1-zf_xiaoyi"), "20"),
    "number_changed": Score((100, 183, 410), prompt("number_changed-1-zf_xiaoyi", "number_changed-1-zf_xiaoyi"), "22"),
    "congestion_503": Score((100, 503), (), "34"),
    "congestion_tone": Score((100, 183, 503), ("tone/congestion",), "34"),
    "rejected_486": Score((100, 180, 486), (), "21", rings_s=6),
}
CADENCES = {  # on, off in turn, for one cycle; GB/T 3380
    "tone/ringback": [1.0],
    "tone/busy": [0.35, 0.35] * 3,
    "tone/congestion": [0.7, 0.7] * 2,
    "tone/vacant": [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.4, 0.4],
}


def test_there_is_a_score_for_every_office() -> None:
    behaviours = [entry.behaviour for entry in load().entries]
    assert sorted(behaviours) == sorted(SCORES)


def test_every_office_does_what_its_story_says() -> None:
    district = load()

    async def run() -> list[Dialled]:
        async with Exchange(district) as exchange, Caller(exchange.address) as caller:
            calls = await asyncio.gather(*(made(caller, entry) for entry in district.entries))
            assert {seen.number for seen in exchange.calls} == {entry.number for entry in district.entries}
        return calls

    calls = asyncio.run(run())  # looked at when all are over: it takes long enough to hold up the others
    assert [wrong for call, entry in zip(calls, district.entries, strict=True) for wrong in mistakes(call, entry)] == []


async def made(caller: Caller, entry: Entry) -> Dialled:
    """A call to this office, to its end."""
    call = await caller.dial(entry.e164)
    try:
        await call.until(lambda: call.byes() or max(call.statuses, default=0) >= 300, SCORES[entry.behaviour].stay_s)
    except TimeoutError:
        await call.hang_up()
    return call


def mistakes(call: Dialled, entry: Entry) -> list[str]:
    """What is wrong with this office, in words."""
    score = SCORES[entry.behaviour]
    wrong: list[str] = []

    def hold(what: str, seen: Any, wanted: Any) -> None:
        if seen != wanted:
            wrong.append(f"{entry.behaviour}: {what} is {seen}, not {wanted}")

    hold("statuses", tuple(call.statuses), score.statuses)
    hold("BYE", bool(call.byes()), score.bye)
    hold("SDP", {r.status_code for r in call.to("INVITE") if r.body}, set(score.statuses) & {183, 200})
    last = call.byes()[0] if score.bye else call.to("INVITE")[-1] if call.statuses else None
    cause = re.search(r"^Q\.850;cause=(\d+)", (last and last.get_header("Reason")) or "")
    hold("Reason", cause and cause[1], score.reason)
    if score.rings_s is not None:
        alerted = min(t for t, r in call.responses if 180 <= r.status_code < 190)
        ended = max(t for t, r in call.responses if r.cseq and r.cseq.method == "INVITE")
        hold("ringing", abs(ended - alerted - score.rings_s) < 0.6, True)
    wrong += [f"{entry.behaviour}: {problem}" for problem in heard(call, score)]
    return wrong


STALL_S = 0.6  # a busy machine holds packets back and sends them in a burst; test_load.py looks at the pacing itself


def heard(call: Dialled, score: Score) -> list[str]:
    """What is wrong with the audio."""
    if not set(call.statuses) & {183, 200}:
        return ["there is audio, but nothing announced it"] if call.packets else []
    pcm = call.pcm()
    sounds = [(place, name) for name in {*score.sounds, "prompt/human-1-zm_yunxi"} for place in found_s(pcm, name)]
    order = [name for _, name in sorted(sounds) if not name.startswith("tone/") or name == "tone/ringback"]
    wrong = []
    if order != [name for name in score.sounds if not name.startswith("tone/") or name == "tone/ringback"]:
        wrong.append(f"heard {sorted(sounds)}")
    if not score.sounds and level_dbfs(pcm) > -50:
        wrong.append(f"it is not quiet: {level_dbfs(pcm):.0f} dBFS")
    for name in {n for n in score.sounds if n in CADENCES}:
        wrong += tone_mistakes(name, pcm)
    span = call.packets[-1][0] - call.packets[0][0]
    if abs(span * 50 - len(call.packets)) > STALL_S * 50:
        wrong.append(f"{len(call.packets)} packets in {span:.1f} s")
    numbers = [p.sequence_number for _, p in call.packets]
    if any((b - a) % 65536 != 1 for a, b in pairwise(numbers)):
        wrong.append("packets out of order")
    return wrong


def tone_mistakes(name: str, pcm: Any) -> list[str]:
    pattern = on_off_s(pcm)
    wanted = CADENCES[name]
    wrong = []
    if len(pattern) < len(wanted) or any(abs(a - b) > 0.02 for a, b in zip(pattern, wanted, strict=False)):
        wrong.append(f"{name} is {pattern[: len(wanted)]}")
    start = next(i for i in range(0, len(pcm), 80) if level_dbfs(pcm[i : i + 80]) > -35)
    tone = pcm[start : start + round(0.9 * wanted[0] * RATE_HZ)]
    if abs(loudest_hz(tone) - 450) > 2:
        wrong.append(f"{name} is at {loudest_hz(tone):.0f} Hz")
    if level_dbfs(tone) != pytest.approx(-10 - 3.14 - 3.01, abs=0.3):  # -10 dBm0
        wrong.append(f"{name} is at {level_dbfs(tone):.1f} dBFS")
    return wrong
