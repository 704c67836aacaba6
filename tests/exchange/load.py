"""How evenly, and at what cost, one exchange speaks in many calls at once.

`python -m tests.exchange.load [CALLS [SECONDS]]` prints it.
"""

from __future__ import annotations

import socket
import struct
import sys
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path

import msgspec
import numpy as np
import psutil
from aiosipua import SipMessage, SipRequest, build_sdp, generate_branch, serialize_sdp

from probe.exchange import running
from tests.exchange.caller import district

SO_TIMESTAMPNS = 35  # Linux: the kernel's time of arrival, whatever keeps us from reading at once
TICK_S = 0.02
PACKET = struct.Struct("!BBHLL")


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """The result; gaps are between consecutive packets of one call, on their arrival."""

    calls: int
    packets: int
    lost: int
    gap_median_ms: float
    gap_p99_ms: float
    gap_max_ms: float
    drift_ms: float  # the farthest that a call's last packet is from where its first one puts it
    cpu_percent: float  # of one core, for all calls, audio in both directions
    memory_mb: float


def measure(calls: int = 200, seconds: float = 5.0) -> Load:
    """Hold so many calls in early media for so long, sending RTP in each as a robot does."""
    with tempfile.TemporaryDirectory() as folder:
        district(Path(folder), "[progress, {repeat: [music: 20, beep]}]")
        file = Path(folder) / "district.yaml"
        with running(file) as address:
            alive = (p for p in psutil.Process().children() if p.status() != psutil.STATUS_ZOMBIE)
            (process,) = (p for p in alive if str(file) in p.cmdline())  # other tests may have an exchange, too
            return hold(calls, seconds, address, process)


def hold(calls: int, seconds: float, address: str, process: psutil.Process) -> Load:
    host, _, port = address.partition(":")
    sip, rtp = udp(), udp()
    rtp.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    invites = [invite(number, host, int(port), sip, rtp) for number in range(calls)]
    ports: list[int] = []
    for one in invites:
        sip.sendto(bytes(one), (host, int(port)))
        ports += early_ports(sip, 0.002)
    while len(ports) < calls:
        ports += early_ports(sip, 5.0)

    arrivals: dict[int, list[tuple[int, float]]] = defaultdict(list)  # by SSRC: sequence number, time
    over = threading.Event()
    ear = threading.Thread(target=receive, args=(rtp, arrivals, over))
    talk(rtp, host, ports, 1.0)  # everything has settled after a second
    drain(rtp)
    ear.start()
    before = process.cpu_times()
    began = time.monotonic()
    talk(rtp, host, ports, seconds)
    after = process.cpu_times()
    spent = time.monotonic() - began
    memory = process.memory_full_info().pss / 1e6
    over.set()
    ear.join()
    for one in invites:
        cancel = SipRequest(method="CANCEL", uri=one.uri, headers=one.headers)
        cancel.set_header("CSeq", "1 CANCEL")
        sip.sendto(bytes(cancel), (host, int(port)))
    sip.close()
    rtp.close()

    gaps, lost, drift = [], 0, 0.0
    for packets in arrivals.values():
        numbers, times = np.array(packets).T
        steps = np.diff(numbers) % 65536
        lost += int(np.sum(steps - 1))
        gaps.append(np.diff(times)[steps == 1] * 1000)
        drift = max(drift, abs((times[-1] - times[0]) - np.sum(steps) * TICK_S) * 1000)
    every = np.concatenate(gaps)
    cpu = (after.user + after.system - before.user - before.system) / spent
    return Load(
        calls=len(arrivals),
        packets=sum(map(len, arrivals.values())),
        lost=lost,
        gap_median_ms=round(float(np.median(every)), 2),
        gap_p99_ms=round(float(np.percentile(every, 99)), 2),
        gap_max_ms=round(float(every.max()), 2),
        drift_ms=round(float(drift), 2),
        cpu_percent=round(100 * cpu, 1),
        memory_mb=round(memory, 1),
    )


def udp() -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    sock.bind(("127.0.0.1", 0))
    return sock


def invite(number: int, host: str, port: int, sip: socket.socket, rtp: socket.socket) -> SipRequest:
    us = f"127.0.0.1:{sip.getsockname()[1]}"
    request = SipRequest(method="INVITE", uri=f"sip:1001@{host}:{port}")
    request.set_header("Via", f"SIP/2.0/UDP {us};branch={generate_branch()}")
    request.set_header("From", f"<sip:robot@{us}>;tag={number}")
    request.set_header("To", f"<{request.uri}>")
    request.set_header("Call-ID", f"load-{number}")
    request.set_header("CSeq", "1 INVITE")
    request.set_header("Contact", f"<sip:robot@{us}>")
    request.set_header("Content-Type", "application/sdp")
    request.text = serialize_sdp(build_sdp("127.0.0.1", rtp.getsockname()[1], 8, "PCMA"))
    return request


def early_ports(sip: socket.socket, timeout: float) -> list[int]:
    """The RTP ports named by the 183s that have come."""
    ports = []
    sip.settimeout(timeout)
    try:
        while True:
            body = SipMessage.parse(sip.recv(65536)).text
            if "m=audio" in body:
                ports.append(int(body.split("m=audio ")[1].split()[0]))
                return ports
    except TimeoutError:
        return ports


def talk(rtp: socket.socket, host: str, ports: list[int], seconds: float) -> None:
    """Send a packet to each port every 20 ms."""
    silence = b"\xd5" * 160
    due = time.monotonic()
    for number in range(round(seconds / TICK_S)):
        packet = PACKET.pack(0x80, 8, number % 65536, number * 160, 1) + silence
        for port in ports:
            rtp.sendto(packet, (host, port))
        due += TICK_S
        time.sleep(max(0.0, due - time.monotonic()))


def drain(rtp: socket.socket) -> None:
    rtp.setblocking(False)
    try:
        while True:
            rtp.recv(2048)
    except BlockingIOError:
        rtp.settimeout(0.1)


def receive(rtp: socket.socket, arrivals: dict[int, list[tuple[int, float]]], over: threading.Event) -> None:
    while not over.is_set():
        try:
            data, extra, _, _ = rtp.recvmsg(2048, 64)
        except TimeoutError:
            continue
        _, _, sequence, _, ssrc = PACKET.unpack_from(data)
        whole, nano = struct.unpack("ll", extra[0][2])
        arrivals[ssrc].append((sequence, whole + nano * 1e-9))


if __name__ == "__main__":
    print(measure(*(int(word) for word in sys.argv[1:])))
