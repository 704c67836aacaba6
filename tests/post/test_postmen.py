"""Programs for real: killed at any step, and two at once. Nobody gets a letter twice, and none is forgotten."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from probe.post.outbox import LEASE_S, State
from probe.store import Store
from tests.post.conftest import outbox
from tests.post.news import mail
from tests.post.servers import Postbox, mail_server


@contextmanager
def postmen(url: str, port: int, lease_s: float) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.post.postmen", url, str(port), str(lease_s)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as program:
        try:
            assert said(program) == "ready"
            yield program
        finally:
            assert program.stdin is not None
            program.stdin.close()


def send_out(program: subprocess.Popen[str], last_step: int = 0) -> None:
    assert program.stdin is not None
    program.stdin.write(f"{last_step}\n")


def said(program: subprocess.Popen[str]) -> str:
    assert program.stdout is not None
    return program.stdout.readline().strip()


def test_killed_at_any_step_nobody_gets_it_twice_and_none_is_forgotten(sqlite_url: str) -> None:
    postbox = Postbox()
    ends, unsure = [], []
    with Store.open(sqlite_url) as store, mail_server(postbox) as port, postmen(sqlite_url, port, 0.0) as program:
        box = outbox(store)
        for last_step in range(1, 80, 5):
            letter = mail(f"killed at step {last_step}")
            box.add(letter, datetime.now(UTC))
            send_out(program, last_step)
            ends.append(said(program))
            send_out(program)  # the next robot, whole
            assert said(program) == "done"
            arrived = [m for m in postbox.messages if str(m["Message-ID"]).startswith(f"<{letter.letter_id}@")]
            doubtful = [p for p in box.troubles(datetime.now(UTC) + timedelta(hours=1)) if p.state is State.UNSURE]
            unsure += [p for p in doubtful if p.letter_id == letter.letter_id]
            assert len(arrived) <= 1, last_step
            assert arrived or letter.letter_id in {p.letter_id for p in doubtful}, last_step
            assert box.waiting() == ()
    assert ends[0] == "SIGKILL"
    assert ends[-1] == "done"
    assert 0 < len(unsure) < ends.count("SIGKILL") / 2  # most kills leave no doubt


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_two_at_once_share_the_letters(request: pytest.FixtureRequest, kind: str) -> None:
    url = str(request.getfixturevalue(f"{kind}_url"))
    postbox = Postbox()
    with Store.open(url) as store, mail_server(postbox) as port:
        box = outbox(store)
        box.add(mail("news", *(f"u{n}@example.cn" for n in range(40))), datetime.now(UTC))
        with postmen(url, port, LEASE_S) as one, postmen(url, port, LEASE_S) as two:
            for program in (one, two):
                send_out(program)
            assert (said(one), said(two)) == ("done", "done")
        assert box.waiting() == box.troubles(datetime.now(UTC) + timedelta(hours=1)) == ()
    got = [envelope.rcpt_tos[0] for envelope in postbox.envelopes]
    assert sorted(got) == sorted({f"u{n}@example.cn" for n in range(40)})
    assert len(postbox.sessions) >= 2  # both had some
