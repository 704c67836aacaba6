"""The files of a data folder that say who may call: one programme at a time, and nobody while there is a STOP."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from probe.errors import ProbeError

STOP_FILE = "STOP"  # in the data folder: while it is there, nobody is called
LOCK_FILE = "programme.lock"


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock. ProbeError, with the process that has it, when another programme runs.

    The kernel lets go of it however the process ends, so nothing has to be cleaned up after a crash.
    """
    with (folder / LOCK_FILE).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            raise ProbeError("schedule.not_alone", folder=folder, pid=file.read(20).strip() or "?") from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
