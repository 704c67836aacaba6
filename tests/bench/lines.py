"""What a line costs, and how many this machine holds: real processes, SIP and RTP on loopback (docs/performance.md)."""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import yaml

from probe.dial import Switchboard, Trunk
from probe.exchange import running
from probe.model import Order, Record, Trace


@dataclass(frozen=True)
class Held:
    """So many answered calls held at once."""

    lines: int
    cpu_percent: float  # of one core, per line, median over the lines
    pss_mb: float  # proportional memory per line, median
    exchange_cpu_percent: float  # of one core, for all calls together
    lost: int  # RTP packets
    received: int
    late: int  # lines that heard less than 98 % of the packets that were sent to them
    faults: int  # calls that did not end as they should
    understood: int  # calls with words


def district(numbers: int, acts: list[object]) -> str:
    offices = [
        {
            "unit": f"单位{i}",
            "department": "值班室",
            "service": "咨询",
            "number": f"8725{i:04d}",
            "behaviour": "bench",
            "story": {"zh": "测量", "en": "bench"},
            "acts": acts,
            "expect": {"outcome": "answered", "cause": "ivr"},
        }
        for i in range(numbers)
    ]
    return yaml.safe_dump({"offices": offices}, allow_unicode=True, sort_keys=False)


def orders(numbers: int, *, held_s: float) -> list[Order]:
    return [
        Order(
            call_id=f"bench-{i}",
            number=f"+865718725{i:04d}",
            office=f"office {i}",
            why="bench",
            ring_limit_s=held_s + 30,
            answered_limit_s=held_s,
            deadline_s=held_s + 60,
        )
        for i in range(numbers)
    ]


RINGBACK: list[object] = ["ring_with_tone"]
TALK: list[object] = ["progress", {"repeat": [{"play": "human-7-zf_xiaoyi"}, {"silence": 1.0}]}]


def hold(lines: int, *, measured_s: float = 10.0, acts: list[object] = RINGBACK, words: Path | None = None) -> Held:
    """Hold `lines` calls in a sound that never makes the robot sure, and measure while all of them listen.

    `words`: the socket of a recognising service; what is said in TALK is then understood.
    """
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder, "district.yaml")
        book.write_text(district(lines, acts), encoding="utf-8")
        with running(book) as address:
            exchange = next(p for p in psutil.Process().children() if "probe.exchange" in p.cmdline())
            return asyncio.run(_hold(lines, address, exchange, Path(folder), measured_s, words))


async def _hold(
    lines: int, address: str, exchange: psutil.Process, folder: Path, measured_s: float, words: Path | None
) -> Held:
    trunk = Trunk(name="bench", proxy=f"sip:{address}", lines=lines, calls_per_second=20)
    wanted = orders(lines, held_s=120)
    listening: set[int] = set()
    all_listen = asyncio.Event()

    def progress(place: int, order: Order, state: str) -> None:
        if state == "early_media":
            listening.add(place)
        if len(listening) == lines:
            all_listen.set()

    records: list[Record] = []
    allowed = [order.number for order in wanted]
    async with Switchboard(
        trunk,
        lines=lines,
        calls_per_second=20,
        data_folder=folder,
        allowed=allowed,
        on_progress=progress,
        words=words,
    ) as board:
        calls = asyncio.create_task(_collect(board, wanted, records))
        await asyncio.wait_for(all_listen.wait(), 100)
        await asyncio.sleep(2)  # start-up costs are not a call's
        before, began = _cpu(board.pids, exchange), time.monotonic()
        await asyncio.sleep(measured_s)
        took = time.monotonic() - began
        after = _cpu(board.pids, exchange)
        memory = [psutil.Process(pid).memory_full_info().pss / 1e6 for pid in board.pids]
        board.stop()
        await calls
    used = [100 * (after[pid] - before[pid]) / took for pid in before if pid != exchange.pid]
    return Held(
        lines=lines,
        cpu_percent=statistics.median(used),
        pss_mb=statistics.median(memory),
        exchange_cpu_percent=100 * (after[exchange.pid] - before[exchange.pid]) / took,
        lost=sum(r.trace.packets_lost or 0 for r in records),
        received=sum(r.trace.packets_received or 0 for r in records),
        late=sum(_heard_share(r.trace) < 0.98 for r in records),
        faults=lines - len(records),
        understood=sum(bool(r.sounds.transcript) for r in records),
    )


async def _collect(board: Switchboard, wanted: list[Order], records: list[Record]) -> None:
    async for record in board.run(wanted):
        assert isinstance(record, Record)
        records.append(record)


def _cpu(pids: tuple[int, ...], exchange: psutil.Process) -> dict[int, float]:
    used: dict[int, float] = {}
    for pid in (*pids, exchange.pid):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = psutil.Process(pid).cpu_times()
            used[pid] = times.user + times.system
    return used


def _heard_share(trace: Trace) -> float:
    """Received packets over those that 20 ms of sound each should have made since the media began."""
    if trace.media_started_at_s is None or trace.ended_at_s is None:
        return 0.0
    return (trace.packets_received or 0) / (50 * (trace.ended_at_s - trace.media_started_at_s))
