"""Words in a real call: the line asks the service of the host while the call goes on."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from probe.dial import Switchboard, Trunk
from probe.exchange import running
from probe.exchange.district import SHIPPED, load
from probe.model import Cause, Order, Record
from tests.transcribe.test_keeper import kept, up

pytestmark = pytest.mark.hears


def call(behaviour: str, words: Path | None, folder: Path) -> Record:
    """The record of a call to the office that behaves so."""
    entry = next(e for e in load(SHIPPED).entries if e.behaviour == behaviour)
    order = Order(call_id="c1", number=entry.e164, office="office", why="test")

    async def dial(address: str) -> Record:
        trunk = Trunk(name="practice", proxy=f"sip:{address}")
        async with Switchboard(
            trunk, lines=1, calls_per_second=10, data_folder=folder, allowed=[entry.e164], words=words
        ) as board:
            (result,) = [result async for result in board.run([order])]
        assert isinstance(result, Record)
        return result

    with running(SHIPPED) as address:
        return asyncio.run(dial(address))


def test_a_long_greeting_is_a_person_by_its_words(model: Path, short: Path, tmp_path: Path) -> None:
    with kept(model, short) as keeper:
        up(keeper.socket)
        record = call("agent_with_greeting", keeper.socket, tmp_path)
    assert any("服务" in said.text or "服務" in said.text for said in record.sounds.transcript)
    assert record.verdict.cause is Cause.HUMAN
    assert "greeted" in {b.key for b in record.verdict.because}


def test_without_a_service_a_call_has_no_words_and_no_fault(short: Path, tmp_path: Path) -> None:
    record = call("agent_with_greeting", short / "nobody.sock", tmp_path)
    assert record.sounds.transcript == ()
    assert record.trace.robot_fault is None
    assert record.verdict.cause is Cause.HUMAN
