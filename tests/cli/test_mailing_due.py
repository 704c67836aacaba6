"""Reports that are mailed by themselves: once, late when they must be, whatever kills the program, beside the calls."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from probe.model import Cause
from probe.post.outbox import State, deliver
from probe.post.smtp import MailServer
from probe.store import Store
from tests.cli.inside import Inside
from tests.cli.test_mailing import server
from tests.post.servers import PASSWORD, Postbox, account, mail_server
from tests.records import call, number

DAILY = '[mailing.leaders]\nreport = "daily"\nto = ["chief@example.cn"]\nowners = true\nat = "00:00"\nday = 1\n'
PEOPLE = {"chief@example.cn", "a@example.cn", "b@example.cn"}


@pytest.fixture
def probe(capsys: pytest.CaptureFixture[str]) -> Inside:
    return Inside(capsys)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    monkeypatch.delenv("TONGBUTONG_SETTINGS", raising=False)
    (tmp_path / "data").mkdir()
    with open_store(tmp_path) as store:
        fill(store)
    return tmp_path


def open_store(folder: Path) -> Store:
    return Store.open(f"sqlite:///{folder / 'data' / 'tongbutong.sqlite3'}")


def fill(store: Store) -> None:
    """Calls of the day before yesterday to two units, each with an owner."""
    numbers = [
        number(n, unit=f"单位{unit}", department=f"科{n}", owner_email=f"{unit}@example.cn")
        for n, unit in enumerate(("a", "a", "b"))
    ]
    store.import_numbers(numbers, datetime.now(UTC) - timedelta(days=9))
    at = datetime.now(UTC) - timedelta(days=2)
    for n, of in enumerate(numbers * 3):
        made = call(Cause.HUMAN if n % 2 else Cause.BUSY_TONE, of=of, at=at).record
        order = replace(made.order, call_id=f"call {n}")
        assert store.claim(order, at, "test", 60)
        assert store.add(replace(made, order=order, trace=replace(made.trace, call_id=order.call_id)), at)


def begun_long_ago(folder: Path) -> None:
    with open_store(folder) as store:
        store.mailings.since("leaders", datetime.now(UTC) - timedelta(days=9))


def test_a_new_mailing_sends_nothing_of_the_past(desk: Path, probe: Inside) -> None:
    with server(desk, DAILY) as postbox:
        assert probe("report", "--mail", "--due").returncode == 0
    assert postbox.envelopes == []


def test_what_is_due_is_sent_once_and_late_ones_say_so(desk: Path, probe: Inside) -> None:
    begun_long_ago(desk)
    with server(desk, DAILY) as postbox:
        told = probe("--lang", "en", "report", "--mail", "--due", "--dry-run")
        assert told.returncode == 0
        assert "due: leaders (daily " in told.stderr
        assert postbox.envelopes == []
        first = probe("report", "--mail", "--due")
        assert first.returncode == 0, first.stderr
        assert probe("report", "--mail", "--due").returncode == 0
    assert Counter(envelope.rcpt_tos[0] for envelope in postbox.envelopes) == Counter(PEOPLE)
    for message in postbox.messages:
        body = message.get_body(("plain",))
        assert body is not None
        assert body.get_content().startswith("【延迟送达】本报告原定")  # since yesterday's midnight
    with open_store(desk) as store:
        kept = {mailed.period: mailed.told for mailed in store.mailings.every()}
    assert [told.letters for told in kept.values() if not told.nothing] == [3]
    assert any(told.nothing for told in kept.values()), "a day without a call is done, too"


def test_killed_at_any_step_nobody_gets_it_twice_and_nobody_is_forgotten(
    desk: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    begun_long_ago(desk)
    postbox, unsure = Postbox(), 0
    with mail_server(postbox) as port:
        text = f'[data]\nfolder = "data"\n[mail]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "plain"\n'
        (desk / "probe.toml").write_text(f'{text}sender = "robot@example.cn"\n{DAILY}', encoding="utf-8")
        command = [sys.executable, "-m", "tests.cli.mailer"]
        root = str(Path(__file__).parent.parent.parent)
        environment = {**os.environ, "PYTHONPATH": root}
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, env=environment
        ) as program:
            assert program.stdin is not None
            assert program.stdout is not None

            def run(step: int, folder: Path) -> str:
                program.stdin.write(f"{step} {folder}\n")  # type: ignore[union-attr]
                return program.stdout.readline().strip()  # type: ignore[union-attr]

            assert program.stdout.readline().strip() == "ready"
            whole = copied(desk, tmp_path_factory)
            assert run(0, whole) == "done"
            steps = int((whole / "steps").read_text().split()[0])
            assert len(postbox.envelopes) == 3
            dice = Random(7)
            for part in range(1, 7):
                postbox.envelopes.clear()
                folder = copied(desk, tmp_path_factory)
                step = int(steps * (part + dice.random()) / 7.5)
                assert run(step, folder) == "SIGKILL"
                assert run(0, folder) == "done"
                unsure += settled(folder, port, postbox, step)
            program.stdin.close()
    assert unsure <= 3  # most kills leave no doubt


def copied(desk: Path, factory: pytest.TempPathFactory) -> Path:
    folder = factory.mktemp("killed") / "desk"
    shutil.copytree(desk, folder)
    return folder


def settled(folder: Path, port: int, postbox: Postbox, step: int) -> int:
    """After the claims of the dead have run out: each has had it once, or it is known not to be known (how many)."""
    later = datetime.now(UTC) + timedelta(hours=1)
    with open_store(folder) as store:
        deliver(store.outbox, {"mail": MailServer(account(port))}, lambda: later, "heir", zone=UTC, dice=Random(1))
        arrived = Counter(envelope.rcpt_tos[0] for envelope in postbox.envelopes)
        doubtful = {
            one.recipient for one in store.outbox.troubles(later + timedelta(hours=1)) if one.state is State.UNSURE
        }
        assert store.outbox.waiting() == ()
        assert [mailed.told.nothing for mailed in store.mailings.every()].count(False) == 1
    assert set(arrived) | doubtful == PEOPLE, step
    assert all(n == 1 for n in arrived.values()), step
    return len(doubtful)
