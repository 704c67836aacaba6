"""Every behaviour of the practice exchange, called for real: what the line saw of it. Verdicts are tested elsewhere."""

from __future__ import annotations

import asyncio
import wave
from pathlib import Path

import pytest

from probe.dial import Switchboard, Trunk
from probe.exchange import running
from probe.exchange.district import SHIPPED, load
from probe.model import Order, Origin, Record, Trace

pytestmark = pytest.mark.hears
RING_LIMIT_S = 9.0
ANSWERED_LIMIT_S = 9.0

# behaviour: final status or last request sent, answered, sound before the answer
SEEN = {
    "busy_486": (486, False, False),
    "busy_tone": ("CANCEL", False, True),
    "busy_announcement": ("CANCEL", False, True),
    "rings_out": ("CANCEL", False, False),
    "rings_out_with_tone": ("CANCEL", False, True),
    "congestion_503": (503, False, False),
    "mute": (408, False, False),
    "rejected": (603, False, False),
    "dropped": ("BYE from there", True, False),
    "clerk_after_music": ("BYE", True, True),
    "fax": ("BYE", True, False),
    "silent": ("BYE", True, False),
    "voicemail": ("BYE", True, False),
}


def call_everybody(folder: Path) -> dict[str, Trace]:
    """All numbers of the district called at once: the trace of each behaviour."""
    entries = load(SHIPPED).entries

    async def call_all(address: str) -> list[Record]:
        trunk = Trunk(name="practice", proxy=f"sip:{address}")
        orders = [
            Order(
                call_id=f"c{n}",
                number=entry.e164,
                office=entry.behaviour,
                why="test",
                ring_limit_s=RING_LIMIT_S,
                answered_limit_s=ANSWERED_LIMIT_S,
            )
            for n, entry in enumerate(entries)
        ]
        async with Switchboard(
            trunk,
            lines=len(orders),
            calls_per_second=20,
            data_folder=folder,
            allowed=[entry.e164 for entry in entries],
        ) as board:
            return [result async for result in board.run(orders) if isinstance(result, Record)]

    with running(SHIPPED) as address:
        records = asyncio.run(call_all(address))
    assert len(records) == len(entries)
    return {record.order.office: record.trace for record in records}


def test_every_behaviour(tmp_path: Path) -> None:
    traces = call_everybody(tmp_path)
    for behaviour, trace in traces.items():
        nothing_of_it_was_our_fault(behaviour, trace)
        what_was_heard_is_recorded_on_the_trace_clock(behaviour, trace, tmp_path)
    for behaviour in SEEN:
        what_the_line_saw(behaviour, traces[behaviour])


def nothing_of_it_was_our_fault(behaviour: str, trace: Trace) -> None:
    assert trace.robot_fault is None, behaviour
    assert (trace.signals[0].sent, trace.signals[0].at_s) == ("INVITE", 0.0)
    assert [s.at_s for s in trace.signals] == sorted(s.at_s for s in trace.signals)
    assert trace.ended_at_s is not None
    assert trace.trunk == "practice"
    assert trace.released_by in (("far", "robot") if behaviour != "mute" else (None,)), behaviour


def what_was_heard_is_recorded_on_the_trace_clock(behaviour: str, trace: Trace, folder: Path) -> None:
    assert (trace.recording is None) == (trace.media_started_at_s is None), behaviour
    if trace.recording is None or trace.media_started_at_s is None:
        return
    assert trace.ended_at_s is not None
    with wave.open(str(folder / trace.recording)) as file:
        recorded_s = file.getnframes() / file.getframerate()
    assert recorded_s == pytest.approx(trace.ended_at_s - trace.media_started_at_s, abs=0.5), behaviour
    assert trace.packets_received is not None
    assert trace.packets_received == pytest.approx(recorded_s * 50, abs=25), behaviour
    assert trace.packets_lost == 0, behaviour


def what_the_line_saw(behaviour: str, trace: Trace) -> None:
    end, answered, early = SEEN[behaviour]
    if isinstance(end, int):
        assert [s.status for s in trace.signals if s.received][-1] == end, behaviour
    elif end == "BYE from there":
        assert trace.signals[-1].received == "BYE", behaviour
    else:
        assert [s.sent for s in trace.signals if s.sent][-1] == end, behaviour
    assert (trace.answered_at_s is not None) == answered, behaviour
    heard_s = trace.media_started_at_s
    was_early = heard_s is not None and (trace.answered_at_s is None or heard_s < trace.answered_at_s - 0.2)
    assert was_early == early, behaviour
    expected = Origin.TIMER if behaviour == "mute" else Origin.WIRE
    assert {s.origin for s in trace.signals if s.received} == {expected}, behaviour
