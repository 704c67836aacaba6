"""The line against two stacks that we did not write: SIPp as the called side, baresip as a phone that answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from probe.plan import SAY
from tests.interop.baresip import answering_phone
from tests.interop.robot import dialled, judged, side_by_side
from tests.interop.sipp import sipp_peer

pytestmark = pytest.mark.hears
SCENARIOS = {
    "busy": "busy/busy_signal/office",
    "no_answer": "unanswered/rang_out/office",
    "early_media_then_busy": "busy/busy_tone/office",
    "dropped": "answered/dropped/office",
    "not_found": "unreachable/vacant_number/number",
    "congestion": "inconclusive/network_congestion/network",
    "no_reply": "inconclusive/trunk/trunk",
    "moved": "inconclusive/unsure/unknown",
}


def test_sipp_is_judged_by_what_it_did(tmp_path: Path) -> None:
    """Side by side, each to a SIPp of its own."""
    with side_by_side({name: sipp_peer(name) for name in SCENARIOS}) as addresses:
        records = dialled({name: f"sip:1001@{address}" for name, address in addresses.items()}, tmp_path)
    assert {name: judged(record) for name, record in records.items()} == SCENARIOS
    moved = records["moved"].trace.signals
    assert [s.status for s in moved if s.status and s.status >= 300][:1] == [302]
    assert sum(s.sent == "INVITE" for s in moved) == 1, "a redirection is not followed"


def test_baresip_answers_hears_who_calls_and_is_called_human(tmp_path: Path) -> None:
    with answering_phone("human-10-zf_xiaoyi") as uri:
        say = str(SAY / "say_disclosure-1-zf_xiaoyi.wav")
        record = dialled({"phone": uri}, tmp_path, say=say)["phone"]
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
