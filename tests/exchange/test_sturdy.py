"""Whatever arrives or breaks off, the exchange goes on, and it leaves nothing behind; over real sockets."""

from __future__ import annotations

import asyncio
import os
import random
from pathlib import Path

import psutil
import pytest

from probe.exchange.call import End
from probe.exchange.serve import Exchange
from tests.exchange.caller import CLERK, Caller, district, talking

pytestmark = pytest.mark.hears


def open_files() -> int:
    return psutil.Process().num_fds()


def test_rubbish_is_dropped_and_calls_go_on(tmp_path: Path) -> None:
    async def run() -> None:
        async with talking(tmp_path, CLERK) as (_, caller):
            first = await caller.dial("1001")
            assert (await first.final()).status_code == 200
            whole = bytes(first.invite)
            rubbish = [b"", b"\r\n\r\n", b"\x00" * 50, b"INVITE", b"SIP/2.0 abc\r\n\r\n", b"SIP/2.0 200 OK\r\n\r\n"]
            rubbish += [whole[:40], whole.replace(b"1 INVITE", b"one INVITE"), whole.replace(b";branch=", b";brunch=")]
            rubbish += [whole.replace(name, b"X-Gone:") for name in (b"Via:", b"From:", b"To:", b"Call-ID:", b"CSeq:")]
            for number, one in enumerate(rubbish):
                caller.transmit(one.replace(b"branch=", b"branch=z9hG4bK%d" % number))
            call = await caller.dial("1001")
            assert (await call.final()).status_code == 200
            call.rtp.sendto(b"\x80", ("127.0.0.1", call.far_port()))
            call.rtp.sendto(os.urandom(300), ("127.0.0.1", call.far_port()))
            call.talk(b"\xff", payload_type=101)
            await call.hang_up()
            assert first.statuses == [100, 180, 200]
            assert caller.stray == []

    asyncio.run(run())


def test_mutated_requests_break_nothing(tmp_path: Path) -> None:
    dice = random.Random(486)

    def mutated(whole: bytes) -> bytes:
        data = bytearray(whole.replace(b"branch=", b"branch=z9hG4bK%d" % dice.randrange(10**9)))
        for _ in range(dice.randint(1, 8)):
            at = dice.randrange(len(data) - 40)
            match dice.randrange(3):
                case 0:
                    data[at] = dice.randrange(256)
                case 1:
                    del data[at : at + dice.randint(1, 20)]
                case 2:
                    data[at:at] = bytes(dice.choices(b'<>;:@",=\r\n %0123-[]', k=dice.randint(1, 5)))
        return bytes(data)

    async def run() -> None:
        async with talking(tmp_path, CLERK) as (_, caller):
            call = await caller.dial("1001")
            await call.final()
            for method in ("INVITE", "ACK", "BYE", "CANCEL", "UPDATE", "OPTIONS", "INFO"):
                whole = bytes(call.invite).replace(b"INVITE", method.encode())
                for _ in range(300):
                    caller.transmit(mutated(whole))
                await asyncio.sleep(0.02)  # the exchange's turn
            again = await caller.dial("1001")
            assert (await again.final()).status_code == 200

    asyncio.run(run())


def test_stopping_parts_from_everybody_and_leaves_nothing_behind(tmp_path: Path) -> None:
    async def run() -> None:
        open_before = open_files()
        acts = "[menu: ivr-1-zm_yunxi, until_hang_up]"
        async with Caller("127.0.0.1:9") as caller:
            async with (
                Exchange(district(tmp_path, f"[progress, answer, {acts[1:]}")) as answering,
                Exchange(district(tmp_path, "[progress, until_hang_up]")) as early,
            ):
                caller.to = ("127.0.0.1", int(answering.address.split(":")[1]))
                one = await caller.dial("1001")
                await one.final()
                caller.to = ("127.0.0.1", int(early.address.split(":")[1]))
                two = await caller.dial("1001")
                await two.until(lambda: len(two.packets) > 3)
            await one.until(one.byes, 2)
            assert (await two.final(2)).status_code == 503
            assert [e.calls[0].end for e in (answering, early)] == [End.STOPPED, End.STOPPED]
            assert asyncio.all_tasks() == {asyncio.current_task()}
        await asyncio.sleep(0.05)
        assert open_files() == open_before

    asyncio.run(run())


def test_a_caller_that_is_killed_does_not_stay_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("probe.exchange.media.VANISHED_TICKS", 20)

    async def run() -> None:
        async with talking(tmp_path, "[answer, until_hang_up]") as (exchange, caller):
            call = await caller.dial("1001")
            await call.final()
            call.talk(b"\xd5" * 160)
            await call.until(call.byes, 3)
            assert exchange.calls[0].end is End.VANISHED
            assert exchange.calls[0].packets_received == 1

    asyncio.run(run())
