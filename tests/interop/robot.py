"""The robot's own side: calls to many foreign peers at once, over one switchboard."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from probe.dial import Switchboard
from probe.model import Order, Record

LINES = 30  # one for each flow: no late packet of an earlier call is taken for the next one's


@contextlib.contextmanager
def side_by_side(peers: Mapping[str, AbstractContextManager[str]]) -> Iterator[dict[str, str]]:
    """Peers, started at the same time: name → what each yields."""
    with contextlib.ExitStack() as stack, ThreadPoolExecutor(4) as pool:
        yield dict(zip(peers, pool.map(stack.enter_context, peers.values()), strict=True))


def dialled(
    uris: Mapping[str, str], folder: Path, each: Mapping[str, dict[str, Any]] | None = None, **limits: Any
) -> dict[str, Record]:
    """A call to each of these `sip:` addresses on this machine: name → record. `each`: limits of single ones."""
    orders = {
        name: Order(
            call_id=f"call-{place}",
            number=uri,
            office=name,
            why="test",
            **{**limits, **(each or {}).get(name, {})},
        )
        for place, (name, uri) in enumerate(uris.items())
    }

    async def run() -> dict[str, Record]:
        found: dict[str, Record] = {}
        lines = min(LINES, len(orders))
        async with Switchboard(None, lines=lines, calls_per_second=15, data_folder=folder, lang="en") as board:
            async for result in board.run(orders.values()):
                assert isinstance(result, Record), result
                found[result.order.office] = result
        return {name: found[name] for name in orders}

    return asyncio.run(run())


def judged(record: Record) -> str:
    """outcome/cause/blame, of a call in which nothing of ours went wrong."""
    verdict = record.verdict
    assert verdict.because
    assert record.trace.robot_fault is None
    return f"{verdict.outcome}/{verdict.cause}/{verdict.blame}"
