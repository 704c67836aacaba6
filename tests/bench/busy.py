"""How many busy calls per second some lines get through, from the first INVITE to the last record."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from probe.dial import Switchboard, Trunk
from probe.exchange import running
from probe.model import Outcome, Record
from tests.bench.lines import district, orders

BUSY: list[object] = [{"reply": "486 Busy Here", "reason": "Q.850;cause=17"}]


def busy_calls_per_second(*, lines: int, calls: int) -> float:
    """Numbers that are busy at once (486), `calls` of them over `lines`, no pacing; the lines are already up."""
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder, "district.yaml")
        book.write_text(district(calls + lines, BUSY), encoding="utf-8")
        with running(book) as address:
            return asyncio.run(_busy_calls_per_second(lines, calls, address, Path(folder)))


async def _busy_calls_per_second(lines: int, calls: int, address: str, folder: Path) -> float:
    wanted = orders(calls + lines, held_s=10)
    trunk = Trunk(name="bench", proxy=f"sip:{address}", lines=lines, calls_per_second=1000)
    allowed = [order.number for order in wanted]
    async with Switchboard(trunk, lines=lines, calls_per_second=1000, data_folder=folder, allowed=allowed) as board:
        assert len([record async for record in board.run(wanted[:lines])]) == lines
        began = time.perf_counter()
        records = [record async for record in board.run(wanted[lines:])]
        took = time.perf_counter() - began
    assert all(isinstance(record, Record) and record.verdict.outcome is Outcome.BUSY for record in records)
    return len(records) / took
