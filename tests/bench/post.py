"""How long a thousand letters take, from the outbox to a real mail server with STARTTLS and a login: `python -m
tests.bench.post`.

The server (aiosmtpd) is a process of its own; CPU is ours alone. `--recipients` of one report, then as many letters of
which each is another."""

from __future__ import annotations

import argparse
import logging
import os
import resource
import ssl
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import trustme

from probe.post.letter import Letter
from probe.post.outbox import Tally, deliver
from probe.post.smtp import MailServer
from probe.store import Store
from reports.mail import letter
from tests.post.servers import Postbox, mail_server, with_login
from tests.reports import month

AIM = "60 s for 1,000"


def serve(folder: Path) -> None:
    """Take letters until stdin is closed; then say how many arrived and for how many people."""
    logging.disable()
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    postbox = Postbox()
    with mail_server(postbox, starttls=context) as port:
        print(port, flush=True)
        sys.stdin.read()
    people = [envelope.rcpt_tos[0] for envelope in postbox.envelopes]
    print(len(people), len(set(people)), len(postbox.sessions), flush=True)


def measured(letters: list[Letter], connections: int) -> None:
    """Put them in, send them, and say what that took."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = [sys.executable, "-m", "tests.bench.post", "--serve", name]
        with (
            Store.open(f"sqlite:///{folder / 'outbox.sqlite3'}") as store,
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server,
        ):
            assert server.stdout is not None
            port = int(server.stdout.readline())
            login = with_login(port, host="localhost", security="starttls", ca_file=folder / "ca.pem")
            wall = time.perf_counter()
            for one in letters:
                store.outbox.add(one, datetime.now(UTC))
            put_in = time.perf_counter() - wall
            wall, cpu = time.perf_counter(), time.process_time()
            rounds, why, tally = 0, "", Tally()
            while rounds == 0 or store.outbox.waiting():  # as `probe run` does, when the server was too slow for one
                rounds += 1
                done = deliver(
                    store.outbox,
                    {"mail": MailServer(login)},
                    lambda: datetime.now(UTC),
                    "bench",
                    zone=UTC,
                    dice=Random(7),
                    helpers=[{"mail": MailServer(login)} for _ in range(connections - 1)],
                )
                tally = Tally(sent=tally.sent + done.sent, unsure=tally.unsure + done.unsure)
                if left := store.outbox.waiting():
                    why = f", {rounds} rounds ({left[0].error})"
                    time.sleep(1.0)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            arrived, people, sessions = map(int, server.communicate()[0].split())
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    sent = sum(len(one.recipients) for one in letters)
    assert (arrived, people) == (sent, sent), (arrived, people)
    assert tally == Tally(sent=sent), tally
    print(
        f"{sent} recipients, {len(letters)} letters, {connections} at once ({sessions} connections in all): "
        f"put in {put_in:.1f} s, sent {wall:.1f} s, our CPU {cpu:.1f} s, "
        f"the servers' so far {children.ru_utime + children.ru_stime:.0f} s, "
        f"load {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores (aim {AIM}){why}",
        flush=True,
    )


def main() -> None:
    """Print one line for each way; it judges nothing but that everybody got one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipients", type=int, default=1000)
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 4])
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve is not None:
        serve(given.serve)
        return
    logging.disable()
    people = [f"u{n}@example.cn" for n in range(given.recipients)]
    whole = letter(month.monthly(), "zh", people)
    page, pictures = whole.html or "", sum(map(len, whole.images.values()))
    print(
        f"a letter has {len(page.encode()) / 1000:.0f} kB of HTML and {pictures / 1000:.0f} kB of pictures", flush=True
    )
    each = [letter_of(whole, to, page.replace("</body>", f"<p>{n}</p></body>")) for n, to in enumerate(people)]
    for connections in given.connections:
        measured([whole], connections)
        measured(each, connections)


def letter_of(whole: Letter, to: str, page: str) -> Letter:
    """One person's own."""
    return Letter(
        key=whole.key, channel=whole.channel, subject=whole.subject, text=f"{whole.text}{to}\n", recipients=(to,),
        html=page, images=whole.images, lang=whole.lang,
    )  # fmt: skip


if __name__ == "__main__":
    main()
