"""The exchange as a program of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from probe.errors import ExchangeError
from probe.exchange import running
from probe.exchange.program import main
from tests.exchange.test_sipp import sipp

pytestmark = pytest.mark.hears
COMMAND = [sys.executable, "-m", "probe.exchange"]


def test_it_runs_takes_a_call_logs_it_and_stops(tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"
    before = set(psutil.Process().children())  # of tests that ran in this process before
    with running(log=log) as address:
        children = set(psutil.Process().children()) - before
        sipp(address, "87250020", "busy")
    assert children
    assert not [child for child in children if child.is_running()]
    invite, end = (json.loads(line) for line in log.read_text().splitlines())
    assert (invite["event"], invite["number"], invite["end"]) == ("invite", "87250020", None)
    assert (end["event"], end["call_id"], end["end"], end["status"]) == ("end", invite["call_id"], "refused", 486)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_stop_it_cleanly(number: signal.Signals) -> None:
    with subprocess.Popen(COMMAND, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = json.loads(process.stdout.readline())["address"]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.sendto(
                b"INVITE sip:x SIP/2.0\r\nContent-Length: 9\r\n\r\nx", ("127.0.0.1", int(address.partition(":")[2]))
            )
        os.kill(process.pid, number)
        out, err = process.communicate(timeout=10)
        assert (process.returncode, out, err) == (0, "", "")


def test_it_dies_with_its_parent() -> None:
    code = "import time, probe.exchange as e\nwith e.running() as a:\n  print(a, flush=True)\n  time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        (exchange,) = psutil.Process(parent.pid).children()
        parent.kill()
        assert exchange.wait(10) in (0, None)


def test_what_cannot_start_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "missing.yaml"
    assert main(["--district", str(missing)]) == 11
    assert "No such file" in json.loads(capsys.readouterr().out)["error"]
    with pytest.raises(ExchangeError, match=r"did not start.*missing\.yaml"), running(missing):
        pass
    with pytest.raises(ExchangeError, match="cannot write the log"), running(log=tmp_path / "no" / "log"):
        pass


def test_a_taken_port_is_an_error_of_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with running() as address:
        port = address.partition(":")[2]
        assert main(["--port", port]) == 11
        said = json.loads(capsys.readouterr().out)["error"]
        assert f"127.0.0.1:{port}" in said
        assert "\n" not in said
