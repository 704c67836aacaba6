"""The fuzzer's run: so many calls over some lines to the hostile far end, and what is wrong with what came of them."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from probe.dial import Switchboard
from probe.model import Blame, Cause, Order, Outcome, Record
from probe.words import words
from tests.fuzz.far import Far
from tests.fuzz.plans import Attempt, attempt, honest

RING_S, ANSWERED_S, DEADLINE_S, GRACE_S = 2.5, 4.0, 8.0, 4.0
LATEST_S = DEADLINE_S + GRACE_S + 3.0


@dataclass
class Tally:
    """What came of a run. `wrong` names each call of which something must not be as it is."""

    calls: int = 0
    records: int = 0
    spoilt: Counter[str] = field(default_factory=Counter)  # messages and packets that were sent
    verdicts: dict[str, list[str]] = field(default_factory=dict)  # → the calls that had it
    died: list[str] = field(
        default_factory=list
    )  # lines that a call has cost their life: survived, but each is a fault
    hung: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)  # of the fuzzer's own
    seconds: float = 0.0
    slowest_s: float = 0.0


def name_of(n: int) -> str:
    """Letters alone: digits might spell a number that is never dialled."""
    letters = ""
    while n or not letters:
        n, one = divmod(n, 26)
        letters = chr(97 + one) + letters
    return f"x{letters}"


async def fuzz(calls: int, seed: int, lines: int, folder: Path, *, only: int | None = None) -> Tally:
    """Make so many hostile calls, and an honest one for each line behind them. `only`: that one call alone."""
    wanted = range(calls) if only is None else range(only, only + 1)
    attempts: dict[str, tuple[Attempt, Random]] = {}
    for n in wanted:
        dice = Random(f"{seed}/{n}")
        attempts[name_of(n)] = (attempt(n, dice), dice)
    for n in range(lines):
        attempts[f"honest{chr(97 + n)}"] = (honest(n, Random(0)), Random(0))
    tally = Tally(calls=len(attempts))
    loop = asyncio.get_running_loop()
    _, far = await loop.create_datagram_endpoint(lambda: Far(attempts.__getitem__), local_addr=("127.0.0.1", 0))
    orders = [
        Order(
            call_id=f"fuzz-{name}",
            number=f"sip:{name}@127.0.0.1:{far.port}",
            office=name,
            why="fuzz",
            ring_limit_s=RING_S,
            answered_limit_s=ANSWERED_S,
            deadline_s=DEADLINE_S,
        )
        for name in attempts
    ]
    began: dict[str, float] = {}
    started = time.monotonic()

    def progress(place: int, order: Order, state: str) -> None:
        began.setdefault(order.office, time.monotonic())
        if state == "ended":
            took_s = time.monotonic() - began[order.office]
            tally.slowest_s = max(tally.slowest_s, took_s)

    async with Switchboard(
        None, lines=lines, calls_per_second=200, data_folder=folder, lang="en", grace_s=GRACE_S, on_progress=progress
    ) as board:
        async for result in board.run(orders):
            judge(tally, attempts, result)
    await far.close()
    tally.seconds = time.monotonic() - started
    tally.spoilt = far.counts
    tally.faults = far.faults
    return tally


def judge(tally: Tally, attempts: dict[str, tuple[Attempt, Random]], result: object) -> None:
    """Hold one result against its plan."""
    if not isinstance(result, Record):
        tally.wrong.append(f"no record: {result}")
        return
    tally.records += 1
    made, _ = attempts[result.order.office]
    verdict, fault = result.verdict, result.trace.robot_fault
    said = f"{verdict.outcome}/{verdict.cause}/{verdict.blame}"
    tally.verdicts.setdefault(said, []).append(f"{result.order.office} ({made.name})")
    title = f"{result.order.office} ({made.name}): {said}"
    if _is(fault, "dial.fault_line_died"):
        tally.died.append(f"{title}: {fault}")
    if _is(fault, "dial.fault_line_hung"):
        tally.hung.append(f"{title}: {fault}")
    if not verdict.because:
        tally.wrong.append(f"{title} without a reason")
    seen = [s.received or s.sent for s in result.trace.signals][:12]
    if verdict.outcome not in made.may:
        tally.wrong.append(f"{title}, and only {sorted(made.may)} is to be had: {seen}")
    if verdict.cause is Cause.DROPPED and not made.may_drop:
        tally.wrong.append(f"{title}, but the far end did not hang up: {seen}")
    if verdict.outcome is Outcome.INCONCLUSIVE and verdict.blame in (Blame.OFFICE, Blame.NUMBER):
        tally.wrong.append(f"{title} is held against somebody")


def _is(fault: str | None, key: str) -> bool:
    """Whether the fault is this one, whatever fills it in."""
    return fault is not None and fault[:20] == words(key, "en", how="", seconds=0.0)[:20]
