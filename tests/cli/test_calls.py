"""`dial`, `round`, `report`: real calls to the practice exchange from the command line."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from probe.exchange import running
from tests.cli.conftest import Probe, lines
from tests.practice import settings

pytestmark = pytest.mark.hears
BUSY = "0571-87250020"  # 486 at once
CLERK = "0571-87250016"
PROMISED = {
    "number", "outcome", "cause", "blame", "confidence", "because", "decided_at_s", "post_dial_delay_s", "ring_s",
    "answered_at_s", "duration_s", "recording",
}  # fmt: skip


def test_dial_prints_one_json_object_a_call_and_nothing_else(desk: Path, probe: Probe) -> None:
    done = probe("dial", "--json", BUSY, CLERK)
    assert done.returncode == 0, done.stderr
    busy, clerk = sorted(lines(done), key=lambda line: str(line["outcome"]), reverse=True)
    assert set(busy) >= PROMISED
    assert (busy["number"], busy["outcome"], busy["cause"]) == ("+8657187250020", "busy", "busy_signal")
    assert (clerk["outcome"], clerk["cause"], clerk["blame"]) == ("answered", "human", "nobody")
    assert all(isinstance(sentence, str) and sentence for sentence in clerk["because"])
    assert clerk["answered_at_s"] < clerk["decided_at_s"]
    assert (desk / "data" / clerk["recording"]).stat().st_size > 16_000
    assert busy["recording"] is None


def test_a_person_reads_the_verdict_and_why(desk: Path, probe: Probe) -> None:
    done = probe("--lang", "zh", "dial", BUSY)
    assert done.returncode == 0
    assert "占线" in done.stdout
    assert "486" in done.stdout


def test_a_sip_address_on_this_machine_needs_no_settings(home: Path, exchange: str, probe: Probe) -> None:
    done = probe("dial", "--json", f"sip:87250020@{exchange}")
    assert done.returncode == 0, done.stderr
    assert [line["outcome"] for line in lines(done)] == ["busy"]


@pytest.mark.parametrize("number", ["110", "０５７１－１１０", "+86 120", "sip:119@127.0.0.1", "(0571) 122"])
def test_an_emergency_number_is_refused_in_any_spelling(desk: Path, probe: Probe, number: str) -> None:
    done = probe("dial", number)
    assert done.returncode == 8
    assert done.stdout == ""


def test_a_number_that_is_not_in_the_directory_is_refused(desk: Path, probe: Probe) -> None:
    done = probe("dial", "0571-87259999")
    assert done.returncode == 8
    assert "numbers import" in done.stderr


def test_without_a_trunk_nothing_is_dialled(home: Path, probe: Probe) -> None:
    (home / "probe.toml").write_text('[robot]\nlanguage = "en"\narea_code = "0571"\n')
    (home / "n.csv").write_text(f"单位,号码\n甲局,{BUSY}\n", encoding="utf-8")
    assert probe("numbers", "import", "n.csv").returncode == 0
    done = probe("dial", BUSY)
    assert done.returncode == 3
    assert "[trunk.NAME]" in done.stderr


def test_a_wrong_password_is_our_fault_and_shows_nowhere(home: Path, probe: Probe) -> None:
    book = home / "district.yaml"
    book.write_text(
        "users: {robot: right}\noffices:\n- {unit: 甲局, department: 一科, service: 咨询, number: '87250020', "
        "behaviour: x, "
        "story: {zh: 一, en: one}, acts: [{reply: 486 Busy Here}], expect: {outcome: busy, cause: busy_signal}}\n",
        encoding="utf-8",
    )
    with running(book) as address:
        text = settings(address) + 'username = "robot"\npassword_env = "SECRET_FOR_TEST"\n'
        (home / "probe.toml").write_text(text, encoding="utf-8")
        (home / "n.csv").write_text(f"单位,号码\n甲局,{BUSY}\n", encoding="utf-8")
        assert probe("numbers", "import", "n.csv").returncode == 0
        wrong = probe("dial", "--json", BUSY, SECRET_FOR_TEST="wr0ng-pa55")
        right = probe("dial", "--json", BUSY, SECRET_FOR_TEST="right")
    assert wrong.returncode == 10, wrong.stderr
    assert [(line["outcome"], line["blame"]) for line in lines(wrong)] == [("inconclusive", "trunk")]
    assert "wr0ng-pa55" not in wrong.stdout + wrong.stderr
    assert not [p for p in home.rglob("*") if p.is_file() and b"wr0ng-pa55" in p.read_bytes()]
    assert [line["outcome"] for line in lines(right)] == ["busy"], right.stdout + right.stderr


def test_a_silent_host_and_a_closed_port_blame_the_trunk(home: Path, probe: Probe) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        silent = probe("dial", "--json", f"sip:1001@127.0.0.1:{deaf.getsockname()[1]}")
        port = deaf.getsockname()[1]
    closed = probe("dial", "--json", f"sip:1001@127.0.0.1:{port}")
    for done in (silent, closed):
        assert done.returncode == 10, done.stderr
        assert [(line["outcome"], line["blame"]) for line in lines(done)] == [("inconclusive", "trunk")]
        assert len([line for line in done.stderr.splitlines() if line]) <= 2


def test_a_full_disk_under_the_recordings_blames_the_robot(desk: Path, probe: Probe) -> None:
    day = time.strftime("%Y-%m-%d", time.gmtime())
    folder = desk / "data" / "recordings" / day
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.symlink_to("/dev/full")
    done = probe("dial", "--json", CLERK)
    assert done.returncode in (5, 10), done.stderr
    assert all((line["outcome"], line["blame"]) == ("inconclusive", "robot") for line in lines(done))


def test_a_round_calls_each_number_once_and_the_report_follows(desk: Path, probe: Probe) -> None:
    done = probe("round", "--json")
    assert done.returncode == 0, done.stderr
    assert {line["number"] for line in lines(done)} == {"+8657187250020", "+8657187250016"}
    assert probe("round", "--resume").returncode == 1, "nothing is left to resume"
    report = probe("report", "--out", "r.html")
    assert report.returncode == 0, report.stderr
    page = (desk / "r.html").read_text(encoding="utf-8")
    assert "区人社局" in page
    assert "50%" in page
    (link,) = re.findall(r'href="(data/recordings/[^"]+\.wav)"', page)
    assert (desk / link).is_file(), "a recording is linked from where the report lies"
    assert probe("report", "--out", "elsewhere/r.html").returncode == 0
    assert ".wav" not in (desk / "elsewhere" / "r.html").read_text(encoding="utf-8")


def test_a_report_of_an_empty_period_says_so(desk: Path, probe: Probe) -> None:
    done = probe("report", "--from", "2001-01-01")
    assert done.returncode == 12
    assert "2001-01-01" in done.stderr
    assert probe("report", "--from", "yesterday").returncode == 12


def test_a_round_of_a_unit_that_does_not_exist_says_so(desk: Path, probe: Probe) -> None:
    done = probe("round", "--unit", "火星局")
    assert done.returncode == 1
    assert "火星局" in done.stderr


def test_ctrl_c_hangs_up_every_call(home: Path, probe: Probe) -> None:
    log = home / "exchange.jsonl"
    with running(log=log) as address:
        program = subprocess.Popen(
            [sys.executable, "-m", "probe", "dial", "--json", f"sip:87250001@{address}", f"sip:87250002@{address}"],
            cwd=home,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        until = time.monotonic() + 30
        while log.read_text().count('"invite"') < 2 and time.monotonic() < until:
            time.sleep(0.1)
        time.sleep(1.5)
        os.killpg(program.pid, signal.SIGINT)
        out, err = program.communicate(timeout=20)
    assert program.returncode == 130, err
    ends = [json.loads(line) for line in log.read_text().splitlines() if '"event":"end"' in line]
    assert [end["status"] for end in ends] == [487, 487]
    records = [json.loads(line) for line in out.splitlines()]
    assert [(r["outcome"], r["blame"]) for r in records] == [("inconclusive", "robot")] * 2
    assert "Traceback" not in err
