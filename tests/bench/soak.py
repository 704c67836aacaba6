"""`make bench-soak`: 2,000 calls through 8 lines. Does anything grow: memory, file descriptors, ports?

    python -m tests.bench.soak [--calls N] [--lines N]

The calls take turns between what may leave something behind: refused, ringing and cancelled, early media, answered with
sound and a recording, a menu. After each hundred calls, between two calls of theirs, all processes are looked at: the
lines, their nursery, this program (the switchboard). Growth is measured from the first hundred calls on.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import psutil
import yaml

from probe.dial import Switchboard, Trunk
from probe.exchange import running
from probe.model import Order, Outcome, Record

EVERY = 100  # calls between two looks
GROWTH = 1.05  # what the last looks may be of the first
ACTS: dict[str, list[object]] = {
    "busy": [{"reply": "486 Busy Here", "reason": "Q.850;cause=17"}],
    "early": ["progress", {"tone": {"busy": 2.5}}, {"reply": "486 Busy Here"}],
    "clerk": [{"ring": 0.3}, "answer", {"wait": 0.3}, {"play": "human-10-zf_xiaoyi"}, "until_hang_up"],
    "rings": ["ring"],
    "menu": [{"ring": 0.3}, "answer", {"play": "ivr-2-zf_xiaoyi"}, "until_hang_up"],
}
EXPECT = {"busy": "busy", "early": "busy", "clerk": "answered", "rings": "inconclusive", "menu": "answered"}


@dataclass
class Look:
    """The processes at one moment. Memory: anonymous pages in MB, shared with the nursery or not; what could leak."""

    calls: int
    lines: dict[int, float]  # PID → MB
    share: dict[int, float]  # PID → MB, each shared page divided by its sharers (PSS): what a line costs the machine
    nursery: float
    switchboard: float
    fds: dict[str, int]  # of the fullest line, the nursery, the switchboard
    sockets: int  # UDP, of all lines together


@dataclass
class Soaked:
    looks: list[Look] = field(default_factory=list)
    calls: int = 0
    unsure: int = 0  # calls that a machine as busy as this one did not hear well enough
    wrong: list[str] = field(default_factory=list)
    pids: set[int] = field(default_factory=set)
    seconds: float = 0.0


def soak(calls: int, lines: int, *, every: int = EVERY) -> Soaked:
    with tempfile.TemporaryDirectory(prefix="tongbutong-soak-") as name:
        folder = Path(name)
        kinds = tuple(ACTS)
        offices = [
            {
                "unit": f"单位{i}",
                "department": "值班室",
                "service": "咨询",
                "number": f"8725{i:04d}",
                "behaviour": "bench",
                "story": {"zh": "测量", "en": "bench"},
                "acts": ACTS[kinds[i % len(kinds)]],
                "expect": {"outcome": "answered", "cause": "ivr"},
            }
            for i in range(5 * lines)
        ]
        book = folder / "district.yaml"
        book.write_text(yaml.safe_dump({"offices": offices}, allow_unicode=True, sort_keys=False), encoding="utf-8")
        with running(book) as address:
            return asyncio.run(_soak(calls, lines, every, address, folder, kinds, len(offices)))


async def _soak(
    calls: int, lines: int, every: int, address: str, folder: Path, kinds: tuple[str, ...], offices: int
) -> Soaked:
    found, began = Soaked(), time.monotonic()
    numbers = [f"+865718725{i:04d}" for i in range(offices)]
    trunk = Trunk(name="soak", proxy=f"sip:{address}", lines=lines, calls_per_second=50)
    turns = cycle(range(offices))
    async with Switchboard(trunk, lines=lines, calls_per_second=50, data_folder=folder, allowed=numbers) as board:
        while found.calls < calls:
            places = [next(turns) for _ in range(min(every, calls - found.calls))]
            wanted = [_order(found.calls + n, numbers[place]) for n, place in enumerate(places)]
            kind_of = {order.call_id: kinds[place % len(kinds)] for order, place in zip(wanted, places, strict=True)}
            async for result in board.run(wanted):
                found.calls += 1
                if not isinstance(result, Record):
                    found.wrong.append(str(result))
                elif result.verdict.outcome is Outcome.INCONCLUSIVE:
                    found.unsure += kind_of[result.order.call_id] != "rings"
                elif result.verdict.outcome != (expected := EXPECT[kind_of[result.order.call_id]]):
                    found.wrong.append(
                        f"{expected}: {result.verdict.outcome}/{result.verdict.cause} {result.trace.robot_fault or ''}"
                    )
                if isinstance(result, Record) and result.trace.recording:
                    (folder / result.trace.recording).unlink(missing_ok=True)
            found.pids |= set(board.pids)
            found.looks.append(look(board, found.calls))
            print(told(found.looks[-1]), file=sys.stderr, flush=True)
    found.seconds = time.monotonic() - began
    return found


def _order(n: int, number: str) -> Order:
    return Order(
        call_id=f"soak-{n}",
        number=number,
        office=f"office {n}",
        why="soak",
        ring_limit_s=3.0,
        answered_limit_s=12.0,
        deadline_s=30.0,
    )


def look(board: Switchboard, calls: int) -> Look:
    """Everything that could grow."""
    us = psutil.Process()
    lines = {pid: psutil.Process(pid) for pid in board.pids}
    nursery = next(parent for line in lines.values() if (parent := line.parent()) is not None)
    sockets = 0
    for line in lines.values():
        with contextlib.suppress(psutil.Error):
            sockets += len(line.net_connections("udp4"))
    return Look(
        calls=calls,
        lines={pid: _anonymous_mb(line) for pid, line in lines.items()},
        share={pid: line.memory_full_info().pss / 1e6 for pid, line in lines.items()},
        nursery=_anonymous_mb(nursery),
        switchboard=_anonymous_mb(us),
        fds={
            "line": max(line.num_fds() for line in lines.values()),
            "nursery": nursery.num_fds(),
            "switchboard": us.num_fds(),
        },
        sockets=sockets,
    )


def _anonymous_mb(process: psutil.Process) -> float:
    """Heap and stacks (proc(5), smaps_rollup). PSS and USS would change with whoever else maps the same page."""
    rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
    return int(rollup.partition("Anonymous:")[2].split()[0]) * 1024 / 1e6


def told(one: Look) -> str:
    share, whole = one.share.values(), one.lines.values()
    return (
        f"{one.calls:5d} calls: lines {statistics.median(whole):.2f} MB (most {max(whole):.2f}), PSS "
        f"{statistics.median(share):.2f}; nursery {one.nursery:.2f} MB, "
        f"switchboard {one.switchboard:.2f} MB; file descriptors {one.fds}, UDP sockets of all lines {one.sockets}"
    )


def growth(found: Soaked) -> dict[str, float]:
    """How many times what it was at the first look each thing is at the last three; 1.0 is no growth.

    What a line has gained is held against its PSS at the first look, not against the many pages that it shares.
    """
    first, last = found.looks[0], found.looks[-3:]
    grown = {
        f"line {pid}": 1
        + (statistics.median(one.lines[pid] for one in last if pid in one.lines) - mb) / first.share[pid]
        for pid, mb in first.lines.items()
        if any(pid in one.lines for one in last)
    }
    grown["nursery"] = statistics.median(one.nursery for one in last) / first.nursery
    grown["switchboard"] = statistics.median(one.switchboard for one in last) / first.switchboard
    for name, fds in first.fds.items():
        grown[f"file descriptors, {name}"] = statistics.median(one.fds[name] for one in last) / fds
    grown["UDP sockets"] = statistics.median(one.sockets for one in last) / first.sockets
    return grown


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    ask.add_argument("--calls", type=int, default=2000)
    ask.add_argument("--lines", type=int, default=8)
    wanted = ask.parse_args()
    found = soak(wanted.calls, wanted.lines)
    print(f"{found.calls} calls through {wanted.lines} lines ({len(found.pids)} processes) in {found.seconds:.0f} s")
    print(f"otherwise than they should be: {len(found.wrong)} {found.wrong[:5] or ''}, not sure: {found.unsure}")
    print(told(found.looks[0]))
    print(told(found.looks[-1]))
    grown = growth(found)
    for name, times in grown.items():
        print(f"  {name}: {times:.3f} times what it was after {EVERY} calls (target {GROWTH})")
    sys.exit(1 if found.wrong or max(grown.values()) > GROWTH else 0)


if __name__ == "__main__":
    main()
