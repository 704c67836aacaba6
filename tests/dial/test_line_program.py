"""The line as a program: what it refuses, how it is stopped, and what does it no harm; over real sockets."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from probe.dial.messages import Dial, Refused
from probe.dial.trunk import Trunk
from probe.model import Blame, Outcome, Record
from tests.dial.forked import Nursery
from tests.dial.one_line import one_line, order_for
from tests.dial.peer import FarEnd, peer

pytestmark = pytest.mark.hears


def test_hostile_bytes_do_no_harm(tmp_path: Path) -> None:
    def hostile(call: FarEnd) -> None:
        call.reply("180 {raw}", 'Reason: Q.850;cause=17;text="{raw}"', raw=b"\xff\xfe\x1b[31m\xe2\x80\xae")
        call.reply("183 占线", "Reason: " + "B" * 3000)
        call.reply("486 " + "A" * 2000)
        call.expect("ACK")

    with peer(hostile) as far, one_line(tmp_path, alone=True) as line:
        trace = line.call(f"sip:1001@127.0.0.1:{far.port}")
        assert isinstance(line.result_of(f"sip:110@127.0.0.1:{far.port}"), Refused), "the line is well"
    told = str(trace)
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert "SIP/2.0 183 占线" in told
    assert [s.status for s in trace.signals if s.received][-1] == 486
    assert max(len(str(s)) for s in trace.signals) < 2000


def test_a_full_disk_ends_the_call_at_once(tmp_path: Path) -> None:
    def clerk(call: FarEnd) -> None:
        call.reply("200 OK", sdp=True)
        call.expect("ACK")
        call.reply("200 OK", to=call.expect("BYE", within_s=3.0))

    with peer(clerk) as far, one_line(tmp_path, alone=True) as line:
        order = order_for(f"sip:1001@127.0.0.1:{far.port}")
        for day in ("today", "tomorrow"):  # the test may run over midnight
            name = subprocess.run(["date", "-u", "-d", day, "+%F"], capture_output=True, text=True, check=True).stdout
            folder = tmp_path / "recordings" / name.strip()
            folder.mkdir(parents=True)
            (folder / f"{order.call_id}.wav").symlink_to("/dev/full")
        line.ask(Dial(order=order, address="127.0.0.1"))
        record = line.result()
    assert isinstance(record, Record)
    assert "No space left on device" in str(record.trace.robot_fault)
    assert record.trace.ended_at_s is not None
    assert record.trace.ended_at_s < 1.0
    assert (record.verdict.outcome, record.verdict.blame) == (Outcome.INCONCLUSIVE, Blame.ROBOT)


@pytest.mark.parametrize("number", ["+86110", "0571110", "１１０", "057112110", "9110", "sip:110@127.0.0.1:{port}"])
def test_the_line_itself_refuses_emergency_numbers(tmp_path: Path, number: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as trunk_socket:
        trunk_socket.bind(("127.0.0.1", 0))
        trunk_socket.setblocking(False)
        port = trunk_socket.getsockname()[1]
        number = number.format(port=port)
        trunk = Trunk(name="t", proxy=f"sip:127.0.0.1:{port}")
        with one_line(tmp_path, trunk=trunk, allowed=(number,), alone=True) as line:
            refused = line.result_of(number)
        assert isinstance(refused, Refused)
        assert refused.key == "never_dial.emergency"
        with pytest.raises(BlockingIOError):
            trunk_socket.recv(1)


def test_the_line_itself_refuses_who_is_not_listed(tmp_path: Path) -> None:
    trunk = Trunk(name="t", proxy="sip:127.0.0.1:9")
    with one_line(tmp_path, trunk=trunk, allowed=("+8657187250002",), alone=True) as line:
        refused = line.result_of("+8657187250001")
        assert isinstance(refused, Refused)
        assert (refused.key, refused.values) == ("dial.not_allowed", {"number": "+8657187250001"})


def rings_until_cancelled(call: FarEnd) -> None:
    call.reply("180 Ringing")
    cancel = call.expect("CANCEL")
    call.reply("200 OK", to=cancel)
    call.reply("487 Request Terminated")
    call.expect("ACK")


def test_the_operator_hangs_up(tmp_path: Path) -> None:
    with peer(rings_until_cancelled) as far, one_line(tmp_path, alone=True) as line:
        line.start(f"sip:1001@127.0.0.1:{far.port}")
        line.until("ringing")
        began = time.monotonic()
        line.hang_up()
        record = line.result()
        assert time.monotonic() - began < 0.5
    assert isinstance(record, Record)
    assert record.trace.robot_fault == "the operator stopped the call"
    assert record.trace.released_by == "robot"


@pytest.mark.parametrize("how", ["SIGTERM", "SIGHUP", "end of stdin"])
def test_a_line_that_must_leave_hangs_up_first(tmp_path: Path, how: str) -> None:
    with peer(rings_until_cancelled) as far, one_line(tmp_path, alone=True) as line:
        line.start(f"sip:1001@127.0.0.1:{far.port}")
        line.until("ringing")
        began = time.monotonic()
        if how == "end of stdin":
            assert line.process.stdin is not None
            line.process.stdin.close()
        else:
            line.process.send_signal(signal.Signals[how])
        record = line.result()
        assert line.process.wait(2.0) == 0
        assert time.monotonic() - began < 2.0
    assert isinstance(record, Record)
    assert record.trace.robot_fault == "the operator stopped the call"


def test_ctrl_c_is_the_switchboards_business(tmp_path: Path) -> None:
    with peer(rings_until_cancelled) as far, one_line(tmp_path, alone=True) as line:
        line.start(f"sip:1001@127.0.0.1:{far.port}", ring_limit_s=0.8)
        line.until("ringing")
        line.process.send_signal(signal.SIGINT)
        record = line.result()
    assert isinstance(record, Record)
    assert record.trace.robot_fault is None


def own_memory(pid: int) -> int:
    """Bytes that belong to this process alone, whoever else has loaded the same libraries."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(text.split("Anonymous:")[1].split()[0]) * 1024


def test_many_calls_leave_no_trace_in_the_process(tmp_path: Path) -> None:
    def busy_again_and_again(call: FarEnd) -> None:
        for number in range(45):
            if number:
                call.expect("INVITE")
            call.reply("183 Session Progress", sdp=True)
            call.talk(seconds=0.04)
            call.reply("486 Busy Here")
            call.expect("ACK")

    with peer(busy_again_and_again) as far, one_line(tmp_path, alone=True) as line:
        process = psutil.Process(line.process.pid)
        sizes = []
        for _ in range(3):
            for _ in range(15):
                assert line.call(f"sip:1001@127.0.0.1:{far.port}").signals[-2].status == 486
            sizes.append((process.num_fds(), process.num_threads(), own_memory(process.pid)))
    (_, _, _), (fds, threads, memory), (fds_later, threads_later, memory_later) = sizes
    assert (fds_later, threads_later) == (fds, threads)
    # An INVITE transaction over UDP is remembered for 32 s (RFC 3261, timer D) in a pool of 37 kB: 15 of them, no more.
    assert memory_later - memory < 15 * 60_000


def test_the_nursery_tells_of_each_death_at_once_although_nobody_asks_it_for_anything() -> None:
    nursery = Nursery()
    try:
        with nursery.line() as one, nursery.line() as other, nursery.line() as third:
            for line in (one, other):
                line.stdin.close()
                assert line.wait(5.0) == 0
            third.kill()
            assert third.wait(5.0) == -signal.SIGKILL
    finally:
        nursery.close()
