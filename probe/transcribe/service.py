"""The recogniser of this machine: a program that loads the model once and serves every line of every `probe`.

    python -m probe.transcribe.service SOCKET MODEL_FOLDER WORKERS

One per socket: a second one finds the lock taken and leaves. It leaves, too, when nobody has been connected for a
while; who wants it to stay holds a connection (keeper.py). A client that talks nonsense or never listens loses its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt

from probe.transcribe import Words
from probe.transcribe.engine import Engine
from probe.transcribe.pending import Pending
from probe.transcribe.wire import LENGTH, Answer, Garbage, Question, decode, encode, length_of

LONELY_S = 10.0  # without any client, after which the service leaves
NICE = 5  # lines go first: sound that is not fetched in time is lost, words only come later
MOST_UNREAD_BYTES = 65536  # of answers that a client does not fetch

Hear = Callable[[npt.NDArray[np.int16]], Words]
log = logging.getLogger("probe.transcribe")


class Service:
    """Answers questions, `workers` at a time. Lives on one event loop."""

    def __init__(self, hear: Hear, workers: int = 1, lonely_s: float = LONELY_S) -> None:
        self._hear = hear
        self._workers = workers
        self._lonely_s = lonely_s
        self._pending = Pending()
        self._clients: set[asyncio.StreamWriter] = set()
        self._asked = asyncio.Semaphore(0)
        self._changed = asyncio.Event()  # somebody has come or gone
        self.answered = 0

    async def run(self, listening: socket.socket) -> None:
        """Serve until nobody has been connected for `lonely_s`."""
        server = await asyncio.start_unix_server(self._serve, sock=listening)
        with ThreadPoolExecutor(self._workers, "words") as pool:
            work = [asyncio.create_task(self._work(pool)) for _ in range(self._workers)]
            await self._until_lonely(work)
            server.close()
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)

    async def _until_lonely(self, work: list[asyncio.Task[None]]) -> None:
        while True:
            self._changed.clear()
            wait = asyncio.ensure_future(self._changed.wait())
            await asyncio.wait(
                [wait, *work], timeout=None if self._clients else self._lonely_s, return_when="FIRST_COMPLETED"
            )
            came_or_went = wait.done()
            wait.cancel()
            for task in work:
                if task.done():
                    task.result()  # the model is broken: leave with its error
            if not came_or_went and not self._clients:
                return

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients.add(writer)
        self._changed.set()
        try:
            while True:
                body = await reader.readexactly(length_of(await reader.readexactly(LENGTH.size)))
                self._pending.add(writer, decode(body, Question), time.monotonic())
                self._asked.release()
        except Garbage as error:
            log.warning("a client said what is no question: %s", error)
        except (asyncio.IncompleteReadError, OSError):
            pass  # it is gone
        finally:
            self._pending.forget(writer)
            self._clients.discard(writer)
            self._changed.set()
            writer.transport.abort()

    async def _work(self, pool: ThreadPoolExecutor) -> None:
        while True:
            await self._asked.acquire()  # released more often than there are questions: some were superseded
            taken = self._pending.take(time.monotonic())
            if taken is None:
                continue
            writer, question, in_time = taken
            assert isinstance(writer, asyncio.StreamWriter)
            answer = Answer(question.call, question.passage, question.end_s, None)
            if in_time:
                pcm = np.frombuffer(question.pcm[: len(question.pcm) // 2 * 2], np.int16)
                words = await asyncio.get_running_loop().run_in_executor(pool, self._hear, pcm)
                answer = Answer(question.call, question.passage, question.end_s, words.text, words.confidence)
                self.answered += 1
            self._tell(writer, answer)

    def _tell(self, writer: asyncio.StreamWriter, answer: Answer) -> None:
        if writer.transport.get_write_buffer_size() > MOST_UNREAD_BYTES:
            writer.transport.abort()  # `_serve` sees the end
        elif not writer.is_closing():
            writer.write(encode(answer))

    def summary(self) -> str:
        """What became of the questions, for the log."""
        return f"{self.answered} answered, {self._pending.superseded} superseded, {self._pending.late} too late"


def listen(path: Path) -> socket.socket:
    """A socket at this path, in the place of any that is there; nobody else can connect to it."""
    path.unlink(missing_ok=True)  # of a service that was killed
    listening = socket.socket(socket.AF_UNIX)
    before = os.umask(0o177)
    try:
        listening.bind(str(path))
    finally:
        os.umask(before)
    listening.listen(128)
    return listening


def main() -> None:
    """Entry point of the program. It returns at once, and serves in a process of its own (daemon(7))."""
    path, folder, workers = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    with path.with_suffix(".lock").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # another one serves here
        if os.fork() == 0:  # the lock is this process's from now on
            os.setsid()
            with path.with_suffix(".log").open("wb", buffering=0) as errors:
                os.dup2(errors.fileno(), 2)
            logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
            os.nice(NICE)
            service = Service(Engine(folder, workers).hear, workers)
            try:
                asyncio.run(_until_told(service, listen(path)))
            finally:
                path.unlink(missing_ok=True)
            log.info(service.summary())


async def _until_told(service: Service, listening: socket.socket) -> None:
    run = asyncio.ensure_future(service.run(listening))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, run.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await run


if __name__ == "__main__":
    main()
