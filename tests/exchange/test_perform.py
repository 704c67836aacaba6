"""Steps that react to the caller or to each other, in real time over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path

import pytest

from probe.exchange.serve import Exchange
from tests.exchange.caller import PCMA, Caller, Dialled, decoder, district
from tests.exchange.ears import found_s, level_dbfs

pytestmark = pytest.mark.hears
HELLO = "human-10-zf_xiaoyi"  # 1.1 s, the shortest
MENU = """[answer, {menu: human-8-zm_yunxi, repeats: 2, patience: 0.3, wrong: human-9-zm_yunxi,
  keys: {"0": [wait: 0.1, hang_up], "1": [beep]}}, hang_up: Q.850;cause=31]"""


def in_call(folder: Path, acts: str, then: Callable[[Dialled, Exchange], Awaitable[None]]) -> None:
    """Dial an office that does this, wait until it is heard, go on with `then`."""

    async def run() -> None:
        async with Exchange(district(folder, acts)) as exchange, Caller(exchange.address) as caller:
            call = await caller.dial("1001")
            await call.until(lambda: len(call.packets) > 3)
            await then(call, exchange)
            await call.hang_up()

    asyncio.run(run())


def test_a_key_cuts_the_prompt_short_and_leads_on(tmp_path: Path) -> None:
    async def then(call: Dialled, exchange: Exchange) -> None:
        call.press("0")
        await call.until(call.byes, 2)
        assert exchange.calls[0].dtmf == "0"
        assert call.byes()[0].get_header("Reason") is None
        assert call.now() < 1.5  # the prompt alone takes 3 s

    in_call(tmp_path, MENU, then)


def test_a_key_comes_back_to_the_menu_and_a_wrong_one_says_so(tmp_path: Path) -> None:
    async def then(call: Dialled, exchange: Exchange) -> None:
        call.press("1", timestamp=1)
        await call.until(lambda: found_s(call.pcm()[-4000:], "beep"), 3)
        call.press("5", timestamp=2)
        await call.until(lambda: len(call.packets) % 20 == 0 and found_s(call.pcm(), "prompt/human-9-zm_yunxi", 1.0), 5)
        call.send("INFO", headers={"Content-Type": "application/dtmf-relay"}, body="Signal=0\r\nDuration=160\r\n")
        await call.until(call.byes, 5)
        assert exchange.calls[0].dtmf == "150"
        assert found_s(call.pcm(), "beep") < found_s(call.pcm(), "prompt/human-9-zm_yunxi", 1.0)

    in_call(tmp_path, MENU, then)


def test_a_menu_gives_up_after_its_repeats(tmp_path: Path) -> None:
    async def then(call: Dialled, exchange: Exchange) -> None:
        await call.until(call.byes, 10)
        assert call.byes()[0].get_header("Reason") == "Q.850;cause=31"
        assert len(found_s(call.pcm(), "prompt/human-8-zm_yunxi")) == 2

    in_call(tmp_path, MENU, then)


def test_a_clerk_does_not_ask_again_while_the_caller_speaks(tmp_path: Path) -> None:
    loud = bytes([max(range(256), key=lambda byte: int(decoder(PCMA)[byte]))]) * 160
    quiet = b"\xd5" * 160

    async def then(call: Dialled, exchange: Exchange) -> None:
        for packet in [loud] * 25 + [quiet] * 10:
            call.talk(packet)
            await asyncio.sleep(0.02)
        spoke_until = call.now() - 0.2
        await call.until(lambda: len(call.packets) % 10 == 0 and found_s(call.pcm(), f"prompt/{HELLO}", 1.0), 4)
        asked = call.packets[0][0] + found_s(call.pcm(), f"prompt/{HELLO}", 1.0)[0]
        assert 0.4 < asked - spoke_until < 0.8
        assert exchange.calls[0].packets_received == 35

    in_call(tmp_path, f"[answer, listen: 0.5, play: {HELLO}, until_hang_up]", then)


def test_repeats_and_silence_and_noise(tmp_path: Path) -> None:
    async def then(call: Dialled, exchange: Exchange) -> None:
        final = await call.final()
        assert final.status_code == 480
        pcm = call.pcm()
        assert len(found_s(pcm, "beep")) == 2
        assert abs(int(pcm[:2000].min())) > 40  # room noise
        assert set(pcm[-2000:-200]) <= {-8, 8}  # digital silence

    acts = (
        "[progress, noise: room, wait: 0.3, {repeat: [beep, wait: 0.2], times: 2}, silence: 0.4, reply: 480 Gone Out]"
    )
    in_call(tmp_path, acts, then)


def test_sdp_in_a_180(tmp_path: Path) -> None:
    async def then(call: Dialled, exchange: Exchange) -> None:
        assert call.statuses == [100, 180]
        assert "m=audio" in call.response(180).text
        await call.until(lambda: len(call.packets) > 60)
        assert level_dbfs(call.pcm()[4000:8000]) > -20

    in_call(tmp_path, "['progress': '180 Ringing', tone: {ringback: 5}, ring]", then)


def test_the_marker_starts_the_stream_and_the_clock_of_the_packets_is_even(tmp_path: Path) -> None:
    async def then(call: Dialled, exchange: Exchange) -> None:
        await call.until(lambda: len(call.packets) > 100)
        packets = [p for _, p in call.packets]
        assert [p.marker for p in packets[:3]] == [1, 0, 0]
        assert {(b.timestamp - a.timestamp) % 2**32 for a, b in pairwise(packets)} == {160}
        assert {len(p.payload) for p in packets} == {160}
        gaps = [b - a for (a, _), (b, _) in pairwise(call.packets)]
        assert 0.018 < sorted(gaps)[len(gaps) // 2] < 0.022

    in_call(tmp_path, "[progress, tone: {busy: 0.5, congestion: 1, dial: 0.3}, music: 1, until_hang_up]", then)
