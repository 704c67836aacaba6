"""What the service manager is told (sd_notify(3)): that we are ready, that we live, that we leave."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping


def notify(*lines: str, env: Mapping[str, str] = os.environ) -> bool:
    """Send state lines ("READY=1", "WATCHDOG=1", "STATUS=…"); False when no service manager listens.

    One datagram to $NOTIFY_SOCKET; a leading "@" stands for the abstract namespace. What cannot be sent is not worth
    failing for: the watchdog will speak.
    """
    address = env.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        channel.setblocking(False)  # a service manager that does not read must not stop the programme
        try:
            channel.sendto("\n".join(lines).encode(), address.replace("@", "\0", 1))
        except OSError:
            return False
    return True


def watchdog_s(env: Mapping[str, str] = os.environ) -> float | None:
    """How often the service manager wants to hear of us: half of WATCHDOG_USEC; None when it does not."""
    wanted = env.get("WATCHDOG_USEC", "")
    meant_for_us = env.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    return int(wanted) / 2e6 if wanted.isdigit() and int(wanted) > 0 and meant_for_us else None
