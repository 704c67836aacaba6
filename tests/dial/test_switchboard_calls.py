"""The switchboard with real lines and real far ends: kills, stops and Ctrl-C."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec
import psutil
import pytest

from probe.dial import Switchboard
from probe.dial.messages import State
from probe.model import Blame, Order, Outcome, Record
from tests.dial.one_line import order_for
from tests.dial.peer import FarEnd, peer

pytestmark = pytest.mark.hears


def talks(call: FarEnd) -> None:
    call.reply("200 OK", sdp=True)
    call.expect("ACK")
    call.talk(seconds=0.5)


def busy(call: FarEnd) -> None:
    call.reply("180 Ringing")
    call.wait(0.2)
    call.reply("486 Busy Here")
    call.expect("ACK")


def rings(call: FarEnd) -> None:
    call.reply("180 Ringing")
    cancel = call.expect("CANCEL")
    call.reply("200 OK", to=cancel)
    call.reply("487 Request Terminated")
    call.expect("ACK")


def order(far: FarEnd | int, **limits: float) -> Order:
    number = f"sip:1001@127.0.0.1:{far if isinstance(far, int) else far.port}"
    return msgspec.structs.replace(order_for(number, **limits), office=number)


def test_a_line_killed_in_a_call_costs_that_call_alone(tmp_path: Path) -> None:
    pids: set[int] = set()

    async def calls() -> list[Record]:
        def kill(line: int, order: Order, state: State) -> None:
            if state == "answered":
                victim = board.pids[line]
                pids.add(victim)
                asyncio.get_running_loop().call_later(0.4, os.kill, victim, signal.SIGKILL)

        async with Switchboard(
            None, lines=2, calls_per_second=50, data_folder=tmp_path, on_progress=kill, lang="en"
        ) as board:
            orders = [order(victim), order(first), order(second), order(third)]
            found = [result async for result in board.run(orders)]
            pids.update(board.pids)
            return [result for result in found if isinstance(result, Record)]

    with peer(talks) as victim, peer(busy) as first, peer(busy) as second, peer(busy) as third:
        records = {record.order.number: record for record in asyncio.run(calls())}
    assert len(records) == 4
    killed = records[f"sip:1001@127.0.0.1:{victim.port}"]
    assert killed.trace.robot_fault == "the line program ended during the call (SIGKILL)"
    assert [s.sent or s.status for s in killed.trace.signals] == ["INVITE", 200, "ACK"]
    assert killed.trace.answered_at_s is not None
    assert (killed.verdict.outcome, killed.verdict.blame) == (Outcome.INCONCLUSIVE, Blame.ROBOT)
    assert killed.trace.recording is not None
    assert (tmp_path / killed.trace.recording).is_file(), "what was heard until then is kept"
    for far in (first, second, third):
        trace = records[f"sip:1001@127.0.0.1:{far.port}"].trace
        assert (trace.robot_fault, trace.signals[-2].status) == (None, 486)
    assert not [pid for pid in pids if psutil.pid_exists(pid)]


def test_a_line_that_is_stopped_is_killed_at_the_deadline(tmp_path: Path) -> None:
    async def calls() -> list[Record]:
        def freeze(line: int, order: Order, state: State) -> None:
            if state == "answered":
                os.kill(board.pids[line], signal.SIGSTOP)

        async with Switchboard(
            None, lines=1, calls_per_second=50, data_folder=tmp_path, on_progress=freeze, lang="en", grace_s=0.3
        ) as board:
            orders = [order(victim, deadline_s=1.0), order(other)]
            return [result async for result in board.run(orders) if isinstance(result, Record)]

    with peer(talks) as victim, peer(busy) as other:
        frozen, well = asyncio.run(calls())
    assert "had no result after 1 s and was killed" in str(frozen.trace.robot_fault)
    assert frozen.verdict.blame is Blame.ROBOT
    assert well.trace.signals[-2].status == 486


ROUND = """
import asyncio, signal, sys
from pathlib import Path
from probe.dial import Switchboard
from probe.model import Order

async def main():
    orders = [Order(call_id=f"c{n}", number=number, office=number, why="") for n, number in enumerate(sys.argv[2:])]
    async with Switchboard(
        None, lines=len(orders), calls_per_second=50, data_folder=Path(sys.argv[1]), lang="en",
        on_progress=lambda line, order, state: print(state, flush=True),
    ) as board:
        print(*board.pids, flush=True)
        async for record in board.run(orders):
            print("record:", record.trace.signals[-1].status, record.trace.robot_fault, flush=True)

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts what runs behind with Ctrl-C ignored
asyncio.run(main())
"""


@contextmanager
def a_round(folder: Path, count: int) -> Iterator[tuple[subprocess.Popen[str], list[psutil.Process]]]:
    """A program that has a number of calls ringing, and its processes: the nursery and the lines."""
    with ExitStack() as stack:
        far_ends = [stack.enter_context(peer(rings)) for _ in range(count)]
        numbers = [f"sip:1001@127.0.0.1:{far.port}" for far in far_ends]
        process = stack.enter_context(
            subprocess.Popen(
                [sys.executable, "-c", ROUND, str(folder), *numbers],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
        )
        assert process.stdout is not None
        ringing = 0
        while ringing < count:
            ringing += process.stdout.readline() == "ringing\n"
        children = psutil.Process(process.pid).children(recursive=True)
        assert len(children) == count + 1
        yield process, children


def test_ctrl_c_hangs_up_every_call_and_delivers_every_record(tmp_path: Path) -> None:
    with a_round(tmp_path, 3) as (process, children):
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the switchboard and to all lines
        output, errors = process.communicate(timeout=10)
    assert output.count("record: 487 the operator stopped the call") == 3
    assert process.returncode == -signal.SIGINT
    assert errors.rstrip().endswith("KeyboardInterrupt")
    assert not [child for child in children if child.is_running()]


def test_lines_hang_up_and_leave_when_the_switchboard_is_killed(tmp_path: Path) -> None:
    with a_round(tmp_path, 2) as (process, children):  # the far ends insist on a CANCEL
        process.kill()
        process.wait()
        _, alive = psutil.wait_procs(children, timeout=2.0)
    assert not [child for child in alive if child.status() != psutil.STATUS_ZOMBIE]


def test_calls_outlive_the_nursery_and_a_new_one_takes_its_place(tmp_path: Path) -> None:
    async def calls() -> list[Record]:
        def kill(line: int, order: Order, state: State) -> None:
            if state == "answered" and not killed:
                killed.extend(set(psutil.Process().children()) - others)
                for nursery in killed:
                    nursery.kill()

        killed: list[psutil.Process] = []
        others = set(psutil.Process().children())  # of tests that ran in this process before
        async with Switchboard(
            None, lines=1, calls_per_second=50, data_folder=tmp_path, on_progress=kill, lang="en", grace_s=0.3
        ) as board:
            found = []
            async for result in board.run([order(survivor, answered_limit_s=1.0), order(victim, deadline_s=1.0)]):
                found.append(result)
                if len(found) == 1:
                    os.kill(board.pids[0], signal.SIGSTOP)  # for the next call: can it still be killed and replaced?
            found += [result async for result in board.run([order(last)])]
            return [result for result in found if isinstance(result, Record)]

    def hung_up(call: FarEnd) -> None:
        call.reply("200 OK", sdp=True)
        call.expect("ACK")
        call.reply("200 OK", to=call.expect("BYE"))

    with peer(hung_up) as survivor, peer(busy) as last, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        victim: int = deaf.getsockname()[1]
        first, second, third = asyncio.run(calls())
    assert (first.trace.robot_fault, first.trace.released_by) == (None, "robot")
    assert "was killed" in str(second.trace.robot_fault)
    assert third.trace.signals[-2].status == 486
