"""Who holds a claim: a process of this host or of another, named so that it can be asked after."""

from __future__ import annotations

import os
import socket

import psutil

SAME_START_S = 1.0  # psutil reads a start time to 10 ms; the clock behind it may have been trimmed since


def this_owner() -> str:
    """This process as "host:pid:start", start being its creation time in seconds since the epoch."""
    return f"{socket.gethostname()}:{os.getpid()}:{psutil.Process().create_time():.2f}"


def is_alive(owner: str) -> bool:
    """Whether that process still runs. One of another host is taken to be alive: there, only the lease can tell."""
    host, pid, start = owner.rsplit(":", 2)
    if host != socket.gethostname():
        return True
    try:
        process = psutil.Process(int(pid))
        same = abs(process.create_time() - float(start)) <= SAME_START_S
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
