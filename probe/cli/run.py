"""`probe run`: the programme that runs itself, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import click

from probe.cli.talk import Talk

if TYPE_CHECKING:
    from probe.dial import Trunk
    from probe.model import Record
    from probe.schedule.aside import Aside
    from probe.schedule.setup import Setup
    from probe.store import Store
    from probe.store.sole import Sole


@click.command("run")
@click.option("--trunk", "trunk_names", multiple=True, metavar="NAME", help="Only these trunks. 仅用这些中继")
@click.pass_obj
def command(talk: Talk, trunk_names: tuple[str, ...]) -> int:
    """Plan each day and call every number at its times, until SIGTERM or Ctrl-C. 按计划自动拨测，持续运行

    One programme runs on a database, which is the truth: after a restart the day goes on where it was; nothing is
    called twice, and what was missed is told. `probe stop --all` (or a file STOP in the data folder) stops every call.
    As a service: docs/run.md.
    """
    from probe.cli.calling import open_store
    from probe.schedule.alone import alone
    from probe.schedule.setup import setup_of
    from probe.store import this_owner

    settings = talk.settings
    folder = settings.data.folder
    _log_as_json()
    with open_store(talk) as store, alone(folder), store.sole(this_owner()) as sole:
        trunks = tuple(settings.trunk(name) for name in trunk_names or settings.trunk_names) or (settings.trunk(),)
        setup = setup_of(settings, trunks)
        asyncio.run(_run(talk, store, sole, setup, trunks, folder))
    return 0


async def _run(talk: Talk, store: Store, sole: Sole, setup: Setup, trunks: Sequence[Trunk], folder: Path) -> None:
    from probe.cli.hearing import recogniser_of_host
    from probe.dial import Switchboard
    from probe.plan import SEED_BYTES
    from probe.post.outbox import deliver
    from probe.post.ways import senders
    from probe.prune import prune
    from probe.schedule.heartbeat import beat
    from probe.schedule.programme import Programme
    from probe.schedule.systemd import watchdog_s
    from probe.schedule.watch import Watch
    from probe.store import this_owner

    settings, owner, now = talk.settings, this_owner(), partial(datetime.now, UTC)
    ways = senders(settings)
    programme = Programme(store, setup, owner=owner, started_at=now(), entropy=partial(secrets.token_bytes, SEED_BYTES))

    def post() -> None:  # over one connection: many letters at once are reports, which a program beside us sends
        if ways:
            deliver(store.outbox, ways, now, owner, zone=setup.zone, dice=Random(), lang=talk.report_lang)

    watch: Watch
    with recogniser_of_host(talk) as words:
        async with contextlib.AsyncExitStack() as stack:
            boards = {}
            for trunk in trunks:
                board = Switchboard(
                    trunk,
                    lines=trunk.lines,
                    calls_per_second=trunk.calls_per_second,
                    data_folder=folder,
                    country=settings.robot.country,
                    area_code=settings.robot.area_code,
                    lang=talk.report_lang,
                    words=words,
                    claim=lambda order: watch.claim(order),
                )
                boards[trunk.name] = await stack.enter_async_context(board)
            url = settings.run.heartbeat
            rule = settings.privacy.retention()

            def tidy() -> None:
                pruned = prune(store, folder, rule, now())
                if pruned.left:
                    logging.getLogger(__name__).warning("%d files could not be deleted", len(pruned.left))

            watch = Watch(
                store,
                programme,
                boards,
                sole,
                trunks=trunks,
                folder=folder,
                deliver=post,
                keep=partial(_keep, folder),
                tidy=tidy,
                reports=_reports(talk, store),
                heartbeat=(lambda: (beat(url), None)[1]) if url else None,
                heartbeat_s=settings.run.heartbeat_every_s,
                watchdog_s=watchdog_s(),
            )
            await watch.run()


def _reports(talk: Talk, store: Store) -> Aside | None:
    """The mailings of the settings, made and sent by a program of its own: a month of a million calls takes seconds,
    a thousand letters take more."""
    from probe.cli.mailing import due_now
    from probe.schedule.aside import Aside

    settings = talk.settings
    if not settings.mailings:
        return None
    for name in settings.mailings:
        store.mailings.since(name, datetime.now(UTC))
    return Aside(
        lambda: bool(due_now(settings, store, datetime.now(UTC))),
        ["--settings", str(settings.file), "--lang", talk.report_lang, "report", "--mail", "--due"],
    )


def _keep(folder: Path, record: Record) -> None:
    from probe.cli.calling import keep_unknown

    keep_unknown(folder, record)


def _log_as_json() -> None:
    """One JSON object a line on stderr, for the journal."""
    from pythonjsonlogger.json import JsonFormatter

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter("%(levelname)s %(name)s %(message)s", timestamp=True, json_ensure_ascii=False))
    logging.basicConfig(handlers=[handler], level=logging.INFO)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
