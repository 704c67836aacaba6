"""`probe explore` as a user runs it: over the trunk with all manners, and on the practice exchange."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from probe.exchange import running
from probe.exchange.district import SHIPPED
from probe.model import Purpose
from probe.store import Store
from probe.store.audit import Entry
from tests.cli.conftest import Probe, lines
from tests.practice import settings

pytestmark = pytest.mark.hears
MENUS = SHIPPED.with_name("menus.yaml")
PERSON, NESTED = "0571-87250104", "0571-87250101"


@pytest.fixture(scope="module")
def menus() -> Iterator[str]:
    with running(MENUS) as address:
        yield address


@pytest.fixture
def office(home: Path, menus: str, probe: Probe) -> Path:
    """A directory whose numbers live where it is about noon, and may be called at any time of the day."""
    zone = f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"
    (home / "probe.toml").write_text(settings(menus), encoding="utf-8")
    rows = "".join(f"区民政局,{n},{n},{zone},是\n" for n in (PERSON, NESTED))
    (home / "numbers.csv").write_text(f"单位,科室,号码,时区,同意非工作时间拨测\n{rows}", encoding="utf-8")
    done = probe("numbers", "import", "numbers.csv")
    assert done.returncode == 0, done.stderr
    return home


def audit(home: Path) -> tuple[Entry, ...]:
    with Store.open(f"sqlite:///{home}/data/tongbutong.sqlite3") as store:
        return store.audit.entries(datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


def test_a_person_at_once_and_every_guard(office: Path, probe: Probe) -> None:
    done = probe("explore", PERSON, "--json")
    assert done.returncode == 0, done.stderr
    (found,) = lines(done)
    assert (found["finding"], found["halt"], len(found["calls"])) == ("person", "finished", 1)
    assert found["headline"].startswith("No menu: a person answers")
    assert [(n["path"], n["what"], n["words"]) for n in found["nodes"]] == [("", "human", "")]
    entries = audit(office)
    assert [(e.event, e.purpose) for e in entries] == [("attempt", "explore")]
    page = next((office / "data" / "explorations").rglob("*.html"))
    assert "data:audio" not in page.read_text(encoding="utf-8"), "of a person nothing is to be heard"

    shown = probe("explore", PERSON, "--show")
    assert shown.returncode == 0
    assert "No menu: a person answers" in shown.stdout
    assert len(audit(office)) == 1, "nobody was called"

    with Store.open(f"sqlite:///{office}/data/tongbutong.sqlite3") as store:
        for minutes in (10, 20):  # two more that were answered today, by whatever program
            store.audit.note(msgspec.structs.replace(entries[0], at=entries[0].at - timedelta(minutes=minutes)))
    again = probe("explore", PERSON)
    assert again.returncode == 0
    assert "goes on from the beginning" in again.stderr
    assert len(audit(office)) == 3, "no fourth call"


def test_the_kill_switch_and_strangers(office: Path, probe: Probe) -> None:
    assert probe("stop", "--all").returncode == 0
    done = probe("explore", PERSON)
    assert done.returncode == 8
    assert not [e for e in audit(office) if e.event == "attempt"]
    for number, code in (("0571-87259999", 8), ("110", 8)):
        refused = probe("explore", number)
        assert refused.returncode == code
        assert refused.stderr.startswith("error: ")
    assert probe("explore", PERSON, "--keys", "12x").returncode == 16
    assert probe("explore", PERSON, "--show").returncode == 16


def test_ctrl_c_keeps_what_was_found_and_the_next_run_goes_on(office: Path, probe: Probe) -> None:
    command = [sys.executable, "-m", "probe", "explore", NESTED]
    with subprocess.Popen(command, cwd=office, stderr=subprocess.PIPE, text=True, env=dict(os.environ)) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "at the answer: menu" in line:
                process.send_signal(signal.SIGINT)
                break
        rest = process.stderr.read()
        assert process.wait(30) == 130, rest
    assert "stopped; what was found is kept" in rest
    shown = probe("explore", NESTED, "--show", "--json")
    (found,) = lines(shown)
    assert (found["finding"], found["halt"]) == ("unfinished", "stopped")
    assert [n["what"] for n in found["nodes"]] == ["menu"]
    assert found["next"] == "1"
    assert len([e for e in audit(office) if e.event == "attempt"]) == 1


def test_on_the_practice_exchange_nothing_is_stored_of_calls(home: Path, probe: Probe) -> None:
    done = probe("--lang", "zh", "explore", "87250103", "--practice")
    assert done.returncode == 0, done.stderr
    assert "无法转人工" in done.stdout
    assert "语音留言" in done.stdout
    assert "现在是下班时间" in done.stdout
    assert not list(home.rglob("*.sqlite3"))
    page = next(home.rglob("*.html")).read_text(encoding="utf-8")
    assert "data:audio/flac;base64," in page
    wrong = probe("explore", "5", "--practice")
    assert wrong.returncode == 16
    assert "0571-87250103" in wrong.stderr


def test_help(home: Path, probe: Probe) -> None:
    done = probe("explore", "--help")
    assert done.returncode == 0
    assert "走查语音菜单" in done.stdout
    assert json.dumps(Purpose.EXPLORE.value) == '"explore"'
