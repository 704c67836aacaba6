"""A program beside the programme, for work that takes long: calls start on time whatever it does."""

from __future__ import annotations

import asyncio
import logging
import shutil
import sys
import time
from collections.abc import Callable, Sequence

NICER = 10  # so much less urgent than calls
AGAIN_S = 600.0  # after one that failed
GRACE_S = 10.0  # to end by itself when it is told to

_log = logging.getLogger(__name__)


class Aside:
    """Runs `probe …` in a process of its own while there is something for it to do, one at a time.

    `wanted` is asked for in a thread, each time `look` is called. The work itself must stand being killed at any moment
    and begun again.
    """

    def __init__(self, wanted: Callable[[], bool], arguments: Sequence[str]) -> None:
        self._wanted = wanted
        nice = shutil.which("nice")
        self._command = [*([nice, "-n", str(NICER)] if nice else []), sys.executable, "-m", "probe", *arguments]
        self._running: asyncio.Task[None] | None = None
        self._not_before = float("-inf")
        self._process: asyncio.subprocess.Process | None = None

    async def look(self) -> None:
        """Begin the work when there is some; returns at once."""
        if self._running is not None and not self._running.done():
            return
        if time.monotonic() < self._not_before or not await asyncio.to_thread(self._wanted):
            return
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
            )
        except OSError as error:
            _log.error("%s: %s", self._command[0], error)
            self._not_before = time.monotonic() + AGAIN_S
            return
        self._process = process
        self._running = asyncio.create_task(self._follow(process))

    async def stop(self) -> None:
        """End it; what it had not done yet is done by the next program."""
        process = self._process
        if process is not None and process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), GRACE_S)
            except TimeoutError:
                process.kill()
        if self._running is not None:
            await self._running

    async def _follow(self, process: asyncio.subprocess.Process) -> None:
        """Log what it says, until it ends."""
        assert process.stderr is not None
        try:
            async for line in process.stderr:
                _log.info("%s", line.decode("utf-8", "replace").rstrip())
        except ValueError:  # a line without end; it is not waited for
            _log.warning("a line that is too long")
            process.kill()
        if await process.wait():
            self._not_before = time.monotonic() + AGAIN_S
