"""The line against two stacks that we did not write: SIPp as the called side, baresip as a phone that answers."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from probe.dial import Switchboard
from probe.model import Order, Record
from probe.plan import SAY
from tests.interop.baresip import answering_phone
from tests.interop.sipp import sipp_peer


def dialled(number: str, folder: Path, **limits: object) -> Record:
    """One call to a `sip:` address on this machine, over a switchboard with one line and no trunk."""

    async def run() -> Record:
        order = Order(call_id="interop", number=number, office="a desk", why="test", **limits)  # type: ignore[arg-type]
        async with Switchboard(None, lines=1, calls_per_second=10, data_folder=folder, lang="en") as board:
            results = [result async for result in board.run([order])]
        assert len(results) == 1
        assert isinstance(results[0], Record), results[0]
        return results[0]

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("scenario", "outcome", "cause", "blame"),
    [
        ("busy", "busy", "busy_signal", "office"),
        ("no_answer", "unanswered", "rang_out", "office"),
        ("early_media_then_busy", "busy", "busy_tone", "office"),
        ("dropped", "answered", "dropped", "office"),
        ("not_found", "unreachable", "vacant_number", "number"),
        ("congestion", "inconclusive", "network_congestion", "network"),
        ("no_reply", "inconclusive", "trunk", "trunk"),
    ],
)
def test_sipp_is_judged_by_what_it_did(tmp_path: Path, scenario: str, outcome: str, cause: str, blame: str) -> None:
    with sipp_peer(scenario) as address:
        record = dialled(f"sip:1001@{address}", tmp_path)
    verdict = record.verdict
    assert (verdict.outcome, verdict.cause, verdict.blame) == (outcome, cause, blame), record.trace.signals
    assert verdict.because
    assert record.trace.robot_fault is None


def test_a_redirection_is_not_followed_and_not_held_against_the_office(tmp_path: Path) -> None:
    with sipp_peer("moved") as address:
        record = dialled(f"sip:1001@{address}", tmp_path)
    assert [s.status for s in record.trace.signals if s.status and s.status >= 300][:1] == [302]
    assert sum(s.sent == "INVITE" for s in record.trace.signals) == 1
    assert record.verdict.blame != "office"


def test_baresip_answers_hears_who_calls_and_is_called_human(tmp_path: Path) -> None:
    with answering_phone() as uri:
        record = dialled(uri, tmp_path, say=str(SAY / "say_disclosure-1-zf_xiaoyi.wav"))
    trace = record.trace
    assert (record.verdict.outcome, record.verdict.cause) == ("answered", "human")
    assert trace.answered_at_s is not None
    assert trace.ended_at_s is not None
    assert [s.sent for s in trace.signals if s.sent and s.sent.startswith("SAY")] == ["SAY say_disclosure-1-zf_xiaoyi"]
    assert trace.released_by == "robot"
    assert trace.ended_at_s - trace.answered_at_s <= 20.5, "an answered call ends within 20 s (telephony.md §6)"
    assert (trace.packets_received or 0) > 100
    assert (trace.packets_lost or 0) == 0
    assert trace.recording is not None
    assert (tmp_path / trace.recording).stat().st_size > 16_000
