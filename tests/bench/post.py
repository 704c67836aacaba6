"""How long a thousand letters take, from the outbox to a real mail server with STARTTLS and a login: `python -m
tests.bench.post`.

The server is aiosmtpd in as many processes as there are cores (`--servers`), which take connections in turn, as mail
servers do; CPU is ours alone. `--recipients` of one report, then as many letters of which each is another."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import resource
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import trustme
from aiosmtpd.smtp import SMTP

from probe.post.letter import Letter
from probe.post.outbox import Tally, deliver
from probe.post.smtp import MailServer
from probe.store import Store
from reports.mail import letter
from tests.post.servers import Postbox, with_login
from tests.reports import month

AIM = "60 s for 1,000"


def serve(folder: Path, listening: socket.socket) -> None:
    """Take letters until stdin is closed; then say how many arrived, for whom, and over how many connections."""
    logging.disable()
    postbox = Postbox()
    asyncio.run(_serve(postbox, folder, listening))
    for envelope in postbox.envelopes:
        print(envelope.rcpt_tos[0])
    print(len(postbox.sessions), flush=True)


async def _serve(postbox: Postbox, folder: Path, listening: socket.socket) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    loop = asyncio.get_running_loop()
    closed = loop.run_in_executor(None, sys.stdin.read)

    def connection() -> SMTP:
        return SMTP(
            postbox, hostname="localhost", authenticator=postbox.authenticate, tls_context=context,
            require_starttls=True, auth_required=True,
        )  # fmt: skip

    # a backlog of one is taken one at a time: otherwise the process that wakes first takes every connection there is
    async with await loop.create_server(connection, sock=listening, backlog=1):
        await closed


def measured(letters: list[Letter], connections: int, servers: int) -> None:
    """Put them in, send them, and say what that took."""
    with tempfile.TemporaryDirectory() as name, socket.create_server(("127.0.0.1", 0)) as listening:
        folder = Path(name)
        authority = trustme.CA()
        authority.cert_pem.write_to_path(folder / "ca.pem")
        authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
        command = [sys.executable, "-m", "tests.bench.post", "--serve", name, "--socket", str(listening.fileno())]
        port = listening.getsockname()[1]
        with Store.open(f"sqlite:///{folder / 'outbox.sqlite3'}") as store, ExitStack() as stack:
            running = [
                stack.enter_context(
                    subprocess.Popen(
                        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, pass_fds=[listening.fileno()]
                    )
                )
                for _ in range(servers)
            ]
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
            said = [server.communicate()[0].split() for server in running]
    people = [one for lines in said for one in lines[:-1]]
    sessions = sum(int(lines[-1]) for lines in said)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    sent = sum(len(one.recipients) for one in letters)
    assert len(people) == len(set(people)) == sent, (len(people), len(set(people)), sent)
    assert tally == Tally(sent=sent), tally
    print(
        f"{sent} recipients, {len(letters)} letters, {connections} at once ({sessions} connections in all), "
        f"{servers} server processes: "
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
    parser.add_argument("--servers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--socket", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve is not None:
        serve(given.serve, socket.socket(fileno=given.socket))
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
        measured([whole], connections, given.servers)
        measured(each, connections, given.servers)


def letter_of(whole: Letter, to: str, page: str) -> Letter:
    """One person's own."""
    return Letter(
        key=whole.key, channel=whole.channel, subject=whole.subject, text=f"{whole.text}{to}\n", recipients=(to,),
        html=page, images=whole.images, lang=whole.lang,
    )  # fmt: skip


if __name__ == "__main__":
    main()
