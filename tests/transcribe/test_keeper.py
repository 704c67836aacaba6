"""The real program: loaded once for everybody, there again when it was killed, gone when nobody wants it."""

import contextlib
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from probe.transcribe import keeper
from probe.transcribe.client import Client
from probe.transcribe.keeper import Keeper
from tests.audio import prompt

pytestmark = pytest.mark.hears
LIMIT_S = 90.0  # a busy machine loads the model slowly


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + LIMIT_S
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def pid_of(path: Path) -> int | None:
    """The process that serves there."""
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(str(path))
        except OSError:
            return None
        return int(struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0])


def up(path: Path) -> int:
    until(lambda: pid_of(path))
    pid = pid_of(path)
    assert pid is not None
    return pid


@contextlib.contextmanager
def kept(model: Path, runtime: Path) -> Iterator[Keeper]:
    """A keeper; at the end its service is told to leave, so that the test need not wait for it."""
    with Keeper(model, runtime=runtime) as it:
        try:
            yield it
        finally:
            pid = pid_of(it.socket)
    if pid is not None:
        os.kill(pid, signal.SIGTERM)
        until(lambda: not psutil.pid_exists(pid))
        assert not it.socket.exists()


def heard(path: Path) -> str:
    with contextlib.closing(Client(path).new_call()) as client:
        client.ask(0, prompt("busy_announcement-1-zm_yunxi"), 1.0)
        return "".join(words.text for _, _, words in client.rest())


def test_two_programs_share_one_service_and_a_killed_one_comes_again(
    model: Path, short: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "FIRST_PAUSE_S", 0.05)
    with kept(model, short) as one, Keeper(model, runtime=short) as two:
        assert one.socket == two.socket
        pid = up(one.socket)
        until(lambda: heard(one.socket))  # on a busy machine an answer may be too late
        assert len({up(two.socket), pid}) == 1
        os.kill(pid, signal.SIGKILL)
        until(lambda: pid_of(one.socket) not in (None, pid))
        until(lambda: heard(one.socket))


def test_of_two_that_are_started_at_once_one_stays(model: Path, short: Path) -> None:
    command = [sys.executable, "-P", "-m", "probe.transcribe.service", str(short / "words.sock"), str(model), "1"]
    started = [subprocess.Popen(command) for _ in range(2)]
    assert [process.wait(LIMIT_S) for process in started] == [0, 0]
    pid = up(short / "words.sock")
    mine = [p.pid for p in psutil.process_iter(["cmdline"]) if str(short) in " ".join(p.info["cmdline"] or [])]
    assert mine == [pid]
    os.kill(pid, signal.SIGTERM)
    until(lambda: not psutil.pid_exists(pid))


def test_a_model_that_cannot_be_loaded_is_logged_and_holds_up_nothing(
    short: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(keeper, "COMES_UP_S", 2.0)
    began = time.monotonic()
    with Keeper(short / "no-model", runtime=short) as it:
        assert time.monotonic() - began < 0.5
        until(lambda: caplog.records)
    assert "does not start" in caplog.text
    assert "no-model" in it.socket.with_suffix(".log").read_text()
