"""`probe run` as a service: real lines, the practice exchange, systemd's socket, a heartbeat, SIGTERM."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from probe.model import Because, Purpose
from probe.plan import Slot, slot_id
from probe.settings import read
from probe.store import Store
from probe.store.slots import State

pytestmark = pytest.mark.hears
PATIENCE_S = 200.0  # on a busy machine; the slots of these tests last 5 minutes


@contextmanager
def monitor() -> Iterator[tuple[str, list[str]]]:
    """Somebody who watches the heartbeat: the URL, and the paths that were asked for."""
    heard: list[str] = []

    class Ping(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Ping)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/secret-path", heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def wait_for(done: object, what: str) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while not done():  # type: ignore[operator]
        assert time.monotonic() < give_up, what
        time.sleep(0.05)


@contextmanager
def started(desk: Path, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """`probe run`; at the end of the block it is no more, whatever has failed there."""
    command = [sys.executable, "-m", "probe", "run"]
    with subprocess.Popen(command, cwd=desk, env=environment, stderr=subprocess.PIPE, text=True) as service:
        try:
            yield service
        finally:
            service.kill()


def test_a_service_calls_what_is_due_tells_systemd_and_leaves_in_good_order(desk: Path, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    zone = f"Etc/GMT{now.hour - 12:+d}"  # wherever it is now, it is noon there
    with monitor() as (url, beats), ExitStack() as stack:
        text = (desk / "probe.toml").read_text().replace("[robot]", f'[robot]\ntimezone = "{zone}"')
        text += f'[plan]\nhours = "每天 8:00-21:00"\n[run]\nheartbeat = "{url}"\nheartbeat_every_s = 10\n'
        (desk / "probe.toml").write_text(text, encoding="utf-8")
        settings = read(desk / "probe.toml")
        with Store.open(settings.data.store) as store:
            day = now.astimezone(ZoneInfo(zone)).date()
            slots = [
                Slot(
                    call_id=slot_id(day, number.number, Purpose.RECHECK, "test"),
                    day=day,
                    number=number.number,
                    office=number.office,
                    purpose=Purpose.RECHECK,
                    stratum="",
                    due_at=now,
                    until=now + timedelta(minutes=5),
                    why=Because(key="plan.why_recheck", values={"index": 1}),
                )
                for number in store.numbers()
            ]
            store.slots.add(slots)
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
                systemd.bind(str(tmp_path / "notify"))
                systemd.settimeout(PATIENCE_S)
                environment = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "1000000"}
                service = stack.enter_context(started(desk, environment))
                assert systemd.recv(100) == b"READY=1"
                assert systemd.recv(100) == b"WATCHDOG=1"
                done = {State.DONE}
                wait_for(
                    lambda: {one.state for slot in slots if (one := store.slots.slot(slot.call_id))} == done,
                    "both numbers are called",
                )
                wait_for(lambda: beats, "the heartbeat is sent")
                second = subprocess.run(
                    [sys.executable, "-m", "probe", "run"], cwd=desk, capture_output=True, text=True, check=False
                )
                assert second.returncode == 1
                assert str(service.pid) in second.stderr
                service.send_signal(signal.SIGTERM)
                _, log = service.communicate(timeout=PATIENCE_S)
            assert service.returncode == 0
            lines = [json.loads(line) for line in log.splitlines()]
            assert [line["message"] for line in lines].count("called") == 2
            assert "secret-path" not in log
            attempts = store.audit.entries(now - timedelta(days=1), now + timedelta(days=1))
            assert {e.call_id for e in attempts if e.event == "attempt"} == {slot.call_id for slot in slots}
            assert store.slots.days(), "the day is planned"
