"""Sixty callers in a menu at once: do all keys arrive, and how soon do they hang up? Measured at the far end.

    python -m tests.bench.menu [--calls N]

Each call hears the menu of a practice office, presses 0 when it is sure of the menu, then four more keys, waits and
hangs up. A decision is the moment at which the robot knows enough: for the first key the verdict, for the hang-up the
end of the waiting. What is measured is when the exchange, a process of its own, has the BYE.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import scenarios
from probe.dial import Switchboard, Trunk
from probe.dial.keys import length_s
from probe.exchange import running
from probe.model import Cause, Order, Record
from scenarios import Scenario
from scenarios.read import Reader
from tests.bench.lines import district

MENU: list[object] = [
    {"ring": 1},
    "answer",
    {"wait": 0.3},
    {"menu": "ivr-2-zf_xiaoyi", "repeats": 5, "patience": 3, "keys": {"0": [{"noise": "room"}, "until_hang_up"]}},
    "until_hang_up",
]
WAIT_S = 2.0
KEYS = ("0", "147#")
SCENARIO = f"""name: bench-menu
use: {{zh: 测量, en: bench}}
say: say_disclosure-1-zf_xiaoyi
limits: {{answered: 60 s, call: 90 s}}
steps:
  - ring: 45 s
  - listen: {{for: ivr, within: 40 s}}
  - press: "{KEYS[0]}"
  - wait: 1 s
  - press: "{KEYS[1]}"
  - wait: {WAIT_S:g} s
  - hang_up
"""


class Measured(NamedTuple):
    """What came of the calls. Times in seconds."""

    calls: int
    at_once: int  # answered at the same moment
    keys_sent: int
    keys_arrived: int
    to_key: list[float]  # from the verdict "menu" to the first key
    to_bye: list[float]  # from the end of the waiting to the BYE at the far end
    wrong: list[str]  # calls that did not go as they should


def scenario() -> Scenario:
    return Reader(Path()).scenario(SCENARIO, "bench-menu")


def measure(calls: int) -> Measured:
    with tempfile.TemporaryDirectory(prefix="tongbutong-menu-") as name:
        folder = Path(name)
        book, log = folder / "district.yaml", folder / "exchange.jsonl"
        book.write_text(district(calls, MENU), encoding="utf-8")
        one = scenario()
        scenarios.use(lambda: [one])
        with running(book, log) as address:
            records = asyncio.run(_dialled(calls, address, folder))
        ends = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    return held_against(records, {end["dialled"]: end for end in ends if end["event"] == "end"})


async def _dialled(calls: int, address: str, folder: Path) -> list[Record]:
    trunk = Trunk(name="bench", proxy=f"sip:{address}", lines=calls, calls_per_second=20)
    wanted = [
        Order(
            call_id=f"menu-{i}",
            number=f"+865718725{i:04d}",
            office=f"office {i}",
            why="bench",
            scenario="bench-menu",
            answered_limit_s=60.0,
            deadline_s=90.0,
        )
        for i in range(calls)
    ]
    allowed = [order.number for order in wanted]
    async with Switchboard(trunk, lines=calls, calls_per_second=20, data_folder=folder, allowed=allowed) as board:
        return [result async for result in board.run(wanted) if isinstance(result, Record)]


def held_against(records: list[Record], far: dict[str, dict[str, object]]) -> Measured:
    """The robot's records beside what the exchange saw of the same calls."""
    to_key, to_bye, wrong, arrived, sent = [], [], [], 0, 0
    for record in records:
        trace, end = record.trace, far[record.order.number]
        pressed = [(s.at_s, s.sent) for s in trace.signals if s.sent and s.sent.startswith("DTMF ")]
        presses = [at_s for at_s, _ in pressed]
        keys = "".join(KEYS)
        sent += sum(len(text.removeprefix("DTMF ")) for _, text in pressed)
        arrived += sum(a == b for a, b in zip(str(end["dtmf"]), keys, strict=False))
        if record.verdict.cause is not Cause.IVR or len(presses) != len(KEYS) or end["dtmf"] != keys:
            wrong.append(f"{record.order.number}: {record.verdict.cause}, {end['dtmf']!r}, {trace.robot_fault}")
            continue
        assert record.verdict.decided_at_s is not None
        to_key.append(presses[0] - record.verdict.decided_at_s)
        to_bye.append(float(str(end["ended_s"])) - (presses[1] + length_s(KEYS[1]) + WAIT_S))
    return Measured(len(records), _most_at_once(records), sent, arrived, to_key, to_bye, wrong)


def _most_at_once(records: list[Record]) -> int:
    moments = []
    for record in records:
        trace = record.trace
        if trace.answered_at_s is not None and trace.ended_at_s is not None:
            moments.append((trace.started_at + timedelta(seconds=trace.answered_at_s), 1))
            moments.append((trace.started_at + timedelta(seconds=trace.ended_at_s), -1))
    most = now = 0
    for _, change in sorted(moments):
        now += change
        most = max(most, now)
    return most


def told(found: Measured) -> str:
    """In two lines."""

    def spread(times: list[float]) -> str:
        ordered = sorted(1000 * t for t in times)
        return f"median {statistics.median(ordered):.0f} ms, p95 {ordered[int(0.95 * len(ordered))]:.0f} ms"

    return (
        f"{found.calls} menu calls, {found.at_once} answered at once: {found.keys_arrived} of {found.keys_sent} keys "
        f"at the far end (target 100 %), {len(found.wrong)} calls not as meant {found.wrong[:3] or ''}\n"
        f"  from the decision to the first key {spread(found.to_key)}, to the BYE at the far end "
        f"{spread(found.to_bye)} (target 100 ms, median)"
    )


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    ask.add_argument("--calls", type=int, default=60)
    print(told(measure(ask.parse_args().calls)))


if __name__ == "__main__":
    main()
