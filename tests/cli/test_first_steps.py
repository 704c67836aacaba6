"""The first five minutes: init, numbers, check; each mistake is one line that says what to do."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from probe import __version__
from probe.store.tables import VERSION_TABLE
from tests.cli.conftest import Probe, lines

pytestmark = pytest.mark.hears


def test_init_then_import_then_list(home: Path, probe: Probe) -> None:
    done = probe("init")
    assert done.returncode == 0
    assert {p.name for p in home.iterdir()} == {"probe.toml", "numbers.csv"}
    assert probe("numbers", "import", "numbers.csv").returncode == 0
    listed = lines(probe("numbers", "list", "--json"))
    assert [number["number"] for number in listed] == ["sip:1001@127.0.0.1", "sip:1002@127.0.0.1"]


def test_init_never_overwrites(home: Path, probe: Probe) -> None:
    (home / "probe.toml").write_text("mine")
    done = probe("init")
    assert done.returncode == 3
    assert "probe.toml" in done.stderr
    assert (home / "probe.toml").read_text() == "mine"


def test_bad_rows_are_all_named_and_good_ones_imported(home: Path, probe: Probe) -> None:
    (home / "probe.toml").write_text('[robot]\narea_code = "0571"\nlanguage = "en"\n')
    (home / "mixed.csv").write_text("单位,号码\n甲局,87250001\n乙局,110\n丙局,abc\n,87250002\n", encoding="utf-8")
    done = probe("numbers", "import", "mixed.csv")
    assert done.returncode == 4
    assert [n["number"] for n in lines(probe("numbers", "list", "--json"))] == ["+8657187250001"]
    problems = lines(probe("numbers", "check", "--json", "mixed.csv"))
    assert [(p["row"], p["value"]) for p in problems] == [(3, "110"), (4, "abc"), (5, "")]
    assert all(p["reason"] for p in problems)


def test_check_says_each_thing_and_the_first_failure_is_the_exit_code(desk: Path, probe: Probe) -> None:
    done = probe("check")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("✓") == 6
    assert "200 OK" in done.stdout
    assert "! trunk practice: nobody was called" in done.stdout


def test_check_calls_the_canary_unless_told_not_to(desk: Path, probe: Probe) -> None:
    settings = desk / "probe.toml"
    settings.write_text(settings.read_text() + '\n[manners]\ncanaries = ["0571-87250016"]\n')
    assert "+8657187250016" in probe("check").stdout
    assert "+8657187250016" not in probe("check", "--no-call").stdout


def test_check_of_a_closed_port_says_so(desk: Path, probe: Probe) -> None:
    settings = desk / "probe.toml"
    settings.write_text(settings.read_text().replace("practice]\nproxy", "practice]\nbind = '127.0.0.1'\nproxy"))
    text = settings.read_text()
    port = text.split("127.0.0.1:")[1].split('"')[0]
    settings.write_text(text.replace(f":{port}", ":9"))
    done = probe("check")
    assert done.returncode == 5
    assert "✗" in done.stdout
    assert "127.0.0.1:9" in done.stdout


def test_version(probe: Probe) -> None:
    assert __version__ in probe("--version").stdout


@pytest.mark.parametrize(
    ("break_it", "code", "says"),
    [
        ("no settings", 3, "probe init"),
        ("unknown key", 3, "probe.toml:3"),
        ("no folder", 4, "nowhere.csv"),
        ("newer database", 6, "newer"),
        ("not a database", 6, "database"),
        ("locked database", 6, "lock"),
    ],
)
def test_what_cannot_work_is_one_line_and_an_exit_code(
    home: Path, probe: Probe, break_it: str, code: int, says: str
) -> None:
    if break_it != "no settings":
        (home / "probe.toml").write_text('[robot]\nlanguage = "en"\n[data]\nfolder = "data"\n')
    command: tuple[str, ...] = ("numbers", "list")
    held: sqlite3.Connection | None = None
    match break_it:
        case "no settings":
            command = ("--lang", "en", "check")
        case "unknown key":
            (home / "probe.toml").write_text('[robot]\nlanguage = "en"\nlanguages = "zh"\n')
        case "no folder":
            command = ("numbers", "import", "nowhere.csv")
        case "newer database":
            assert probe("numbers", "list").returncode == 0
            with sqlite3.connect(home / "data" / "tongbutong.sqlite3") as connection:
                connection.execute(f"UPDATE {VERSION_TABLE} SET version_num = 'from_the_future'")
            connection.close()
        case "not a database":
            (home / "data").mkdir()
            (home / "data" / "tongbutong.sqlite3").write_bytes(b"this is not SQLite at all" * 200)
        case "locked database":
            assert probe("numbers", "list").returncode == 0
            held = sqlite3.connect(home / "data" / "tongbutong.sqlite3", isolation_level=None)
            held.execute("BEGIN EXCLUSIVE")
            (home / "n.csv").write_text("单位,号码\n甲局,0571-87250001\n", encoding="utf-8")
            command = ("numbers", "import", "n.csv")
    done = probe(*command)
    if held is not None:
        held.close()
    assert done.returncode == code, done.stderr
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert "Traceback" not in done.stderr
