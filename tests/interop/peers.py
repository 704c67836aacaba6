"""Starting a foreign SIP program on a free port of loopback, and stopping it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence, Set
from pathlib import Path

import psutil

START_S = 60.0  # the machine may be busy with other tests


@contextlib.contextmanager
def started(command: Sequence[str], folder: Path, *, tcp: Set[int] = frozenset()) -> Iterator[str]:
    """Run a program in `folder` until the end of the block; yields where its first UDP socket on loopback listens.

    It is awaited until it listens on the `tcp` ports too: programs open them after the UDP one.

    AssertionError with its own words when it ends before that, or takes over START_S.
    """
    log = folder / "peer.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # all its processes can be ended at once
        )
    try:
        give_up = time.monotonic() + START_S
        while (address := listens_on(process.pid)) is None or not tcp <= _tcp_ports(process.pid):
            assert process.poll() is None, f"{command[0]} ended: {log.read_text(errors='replace')[-1000:]}"
            assert time.monotonic() < give_up, (
                f"{command[0]} does not listen: {log.read_text(errors='replace')[-1000:]}"
            )
            time.sleep(0.02)
        yield address
    finally:
        _kill_all(process.pid)
        process.wait()


def free_port() -> int:
    """A port of loopback that is free for UDP and TCP, for programs that cannot choose one themselves."""
    while True:
        with (
            socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
        ):
            tcp.bind(("127.0.0.1", 0))
            port = int(tcp.getsockname()[1])
            with contextlib.suppress(OSError):
                udp.bind(("127.0.0.1", port))
                return port


def _kill_all(pid: int) -> None:
    """The program and the processes that it has started, even this moment: they would outlive it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def listens_on(pid: int) -> str | None:
    """ "127.0.0.1:PORT" of the process's oldest UDP socket on loopback: the SIP one comes before those for media."""
    with contextlib.suppress(psutil.Error):
        sockets = [c for c in psutil.Process(pid).net_connections("udp4") if c.laddr and c.laddr.ip == "127.0.0.1"]
        if sockets:
            oldest = min(sockets, key=lambda c: c.fd)
            return f"127.0.0.1:{oldest.laddr.port}"
    return None


def _tcp_ports(pid: int) -> set[int]:
    """The ports of the process's listening TCP sockets."""
    with contextlib.suppress(psutil.Error):
        sockets = psutil.Process(pid).net_connections("tcp4")
        return {c.laddr.port for c in sockets if c.laddr and c.status == psutil.CONN_LISTEN}
    return set()
