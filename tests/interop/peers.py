"""Starting a foreign SIP program on a free port of loopback, and stopping it."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil

START_S = 20.0  # the machine may be busy with other tests


@contextlib.contextmanager
def started(command: Sequence[str], folder: Path) -> Iterator[str]:
    """Run a program in `folder` until the end of the block; yields where its first UDP socket on loopback listens.

    AssertionError with its own words when it ends before that, or takes over START_S.
    """
    log = folder / "peer.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
    try:
        give_up = time.monotonic() + START_S
        while (address := listens_on(process.pid)) is None:
            assert process.poll() is None, f"{command[0]} ended: {log.read_text(errors='replace')[-1000:]}"
            assert time.monotonic() < give_up, (
                f"{command[0]} does not listen: {log.read_text(errors='replace')[-1000:]}"
            )
            time.sleep(0.02)
        yield address
    finally:
        process.kill()
        process.wait()


def listens_on(pid: int) -> str | None:
    """ "127.0.0.1:PORT" of the process's oldest UDP socket on loopback: the SIP one comes before those for media."""
    with contextlib.suppress(psutil.Error):
        sockets = [c for c in psutil.Process(pid).net_connections("udp4") if c.laddr and c.laddr.ip == "127.0.0.1"]
        if sockets:
            oldest = min(sockets, key=lambda c: c.fd)
            return f"127.0.0.1:{oldest.laddr.port}"
    return None
