"""Where lines come from: a program that loads once what every line needs, and forks a line whenever it is asked to.

    python -m probe.dial.nursery MODULE

MODULE has `preload()` and `main()`; each line is a fork that runs `main` with a socket of its own as stdin and stdout.
So a line starts in a few milliseconds, and all lines share the memory of what was loaded (copy-on-write pages of NumPy,
of the voice detector, of the known recordings): a third of what separate programs take.

The control socket is stdin, one packet per message. In: "line" (with a file descriptor), "kill PID". Out: "ready",
"born PID", "died PID CODE" (CODE as subprocess has it: negative for a signal). The nursery leaves at the end of its
stdin, after its lines, and when its parent dies; lines leave at the end of their own stdin.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import os
import select
import signal
import socket
import sys
import traceback
from collections.abc import Callable

PACKET_BYTES = 64
_PR_SET_PDEATHSIG = 1  # prctl(2)


def main() -> None:
    """Entry point of the program."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)  # leave when the parent dies, in whatever way
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the switchboard
    module = importlib.import_module(sys.argv[1])
    module.preload()
    gc.collect()
    gc.freeze()  # the collector does not write into what is to be shared
    with (
        socket.socket(fileno=os.dup(0)) as control,
        contextlib.suppress(ConnectionError),
    ):  # when the switchboard is gone
        control.send(b"ready")
        serve(control, module.main)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


def serve(control: socket.socket, line_main: Callable[[], None]) -> None:
    """Bear, kill and bury lines until nobody asks any more."""
    woken, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    living: set[int] = set()
    while True:
        readable, _, _ = select.select([control.fileno(), woken], [], [])
        with contextlib.suppress(BlockingIOError):
            os.read(woken, 4096)
        _bury(control, living)
        if control.fileno() not in readable:  # not by MSG_DONTWAIT: Python 3.11's recv_fds forgets its flags
            continue
        data, fds, _, _ = socket.recv_fds(control, PACKET_BYTES, 1)
        if not data:
            return
        if data == b"line":
            pid = os.fork()
            if pid == 0:
                os.close(woken)
                os.close(wake)
                _be_a_line(fds[0], control, line_main)
            living.add(pid)
            os.close(fds[0])
            control.send(b"born %d" % pid)
        elif int(data.split()[1]) in living:
            os.kill(int(data.split()[1]), signal.SIGKILL)


def _bury(control: socket.socket, living: set[int]) -> None:
    """Tell of the lines that have ended."""
    while living:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        living.discard(pid)
        control.send(b"died %d %d" % (pid, os.waitstatus_to_exitcode(status)))


def _be_a_line(fd: int, control: socket.socket, line_main: Callable[[], None]) -> None:
    """In the fork: nothing is left of the nursery but what it has loaded. Does not return."""
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        control.close()
        os.dup2(fd, 0)
        os.dup2(fd, 1)
        os.close(fd)
        line_main()
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(1)


if __name__ == "__main__":
    main()
