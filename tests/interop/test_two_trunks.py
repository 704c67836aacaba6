"""Two trunks on loopback, one of which does not do its work: `probe dial` and `probe round` go over the other."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import program
from tests.interop.compose import answer, final, ring, scenario, until_bye
from tests.interop.sipp import sipp_peer

pytestmark = pytest.mark.hears
TOML = """
[robot]
area_code = "0571"
language = "en"
[data]
folder = "data"
[transcriber]
enabled = false
[trunk.reserve]
preference = 2
proxy = "sip:{good}"
caller_id = "057187250002"
lines = 2
calls_per_second = 20
[trunk.first]
proxy = "sip:{bad}"
caller_ids = ["057187250001"]
lines = 2
calls_per_second = 20
"""
ROWS = "单位,科室,号码\n" + "".join(f"单位{n},办公室,0571-8725000{n}\n" for n in range(1, 7))
REFUSALS = {"503": final("503 Service Unavailable"), "403": final("403 Forbidden")}


@contextlib.contextmanager
def silent() -> Iterator[str]:
    """A SIP server that never says a word."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{deaf.getsockname()[1]}"


@contextlib.contextmanager
def bad_trunk(kind: str, folder: Path) -> Iterator[str]:
    if kind == "silent":
        with silent() as address:
            yield address
        return
    file = folder / "bad.xml"
    file.write_text(scenario(kind, REFUSALS[kind]), encoding="utf-8")
    with sipp_peer(file) as address:
        yield address


def desk(folder: Path, bad: str, good: str) -> None:
    """A folder with six numbers and two trunks."""
    (folder / "probe.toml").write_text(TOML.format(bad=bad, good=good), encoding="utf-8")
    (folder / "numbers.csv").write_text(ROWS, encoding="utf-8")
    assert probe(folder, "numbers", "import", "numbers.csv").returncode == 0


def probe(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TONGBUTONG")}
    return program.run(arguments, folder, environment | {"LANG": "en_US.UTF-8"})


@pytest.mark.parametrize("kind", ["503", "403", "silent"])
def test_a_call_that_its_own_trunk_spoilt_goes_over_the_next(tmp_path: Path, kind: str) -> None:
    with bad_trunk(kind, tmp_path) as bad, sipp_peer("busy") as good:
        desk(tmp_path, bad, good)
        done = probe(tmp_path, "dial", "0571-87250001", "--json")
    first, second = [json.loads(line) for line in done.stdout.splitlines()]
    assert (first["trunk"], first["caller_id"], first["outcome"]) == ("first", "057187250001", "inconclusive")
    assert (second["trunk"], second["caller_id"], second["outcome"]) == ("reserve", "057187250002", "busy")
    assert second["call_id"] == f"{first['call_id']}-t2"
    assert "first" in second["why"]
    assert done.returncode == 0, "it was our own trunk, and the other did its work"
    assert "first" in done.stderr


def test_a_round_gives_a_trunk_up_that_spoils_one_call_after_the_other(tmp_path: Path) -> None:
    with bad_trunk("403", tmp_path) as bad, sipp_peer("busy") as good:
        desk(tmp_path, bad, good)
        done = probe(tmp_path, "round", "--json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    over = [line["trunk"] for line in lines]
    assert over.count("reserve") == 6, "every number is called over the other"
    assert 3 <= over.count("first") <= 4, "three failures in a row, and what was under way then"
    assert {line["outcome"] for line in lines if line["trunk"] == "reserve"} == {"busy"}
    assert done.returncode == 0


def test_what_an_office_says_is_not_asked_for_again(tmp_path: Path) -> None:
    with sipp_peer("busy") as bad, sipp_peer("busy") as good:
        desk(tmp_path, bad, good)
        done = probe(tmp_path, "dial", "0571-87250001", "0571-87250002", "--json")
    assert [json.loads(line)["trunk"] for line in done.stdout.splitlines()] == ["first", "first"]


def test_a_trunk_that_lets_no_sound_through_is_not_believed_but_nobody_is_rung_twice(tmp_path: Path) -> None:
    file = tmp_path / "deaf.xml"
    file.write_text(scenario("deaf", ring(), answer(), until_bye()), encoding="utf-8")
    with sipp_peer(file) as bad, sipp_peer("busy") as good:
        desk(tmp_path, bad, good)
        done = probe(tmp_path, "dial", "0571-87250001", "--json")
    (line,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert (line["trunk"], line["outcome"]) == ("first", "inconclusive")


def test_check_names_the_order(tmp_path: Path) -> None:
    with sipp_peer("busy") as bad, sipp_peer("busy") as good:
        desk(tmp_path, bad, good)
        done = probe(tmp_path, "check", "--no-call")
    assert "first (1), reserve (2)" in done.stdout
