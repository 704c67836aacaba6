"""`probe stop`: the kill switch."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime

import click

from probe.cli.talk import Talk


@click.command("stop")
@click.option("--all", "everything", is_flag=True, help="Stop every call, now and until released. 立即停止一切拨打")
@click.option("--release", is_flag=True, help="Let calls be made again. 恢复拨打")
@click.option("--why", default="", metavar="TEXT", help="The reason, for the log. 原因（记入日志）")
@click.pass_obj
def command(talk: Talk, everything: bool, release: bool, why: str) -> None:
    """Stop every call at once, or let them be made again; without an option: say which it is. 紧急停拨

    Calls under way are hung up, and nobody is dialled by any program that uses this database. A file named STOP in the
    data folder does the same for the programs of this folder.
    """
    if everything and release:
        raise click.UsageError("--all or --release, not both")
    now = datetime.now(UTC)
    with talk.open_store() as store:
        if everything or release:
            store.audit.switch(everything, who=getpass.getuser(), why=why, at=now)
        found = store.audit.stopped()
    if found is None:
        talk.say("cli.calls_allowed")
        return
    at = found.at.astimezone().strftime("%Y-%m-%d %H:%M")
    talk.say("cli.calls_stopped", who=found.who, at=at, why=found.why or "—")
