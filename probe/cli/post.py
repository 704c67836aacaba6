"""`probe post`: the outbox: what was sent, what waits, what came back; and what a person may do about it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from probe.cli import options
from probe.cli.lines import encode
from probe.cli.talk import Talk, emit
from probe.errors import PostError

if TYPE_CHECKING:
    from probe.post.outbox import Posted
    from probe.store import Store

SHOWN_ID = 8  # hexadecimal digits of a letter's id that a table shows; as many as make it clear may be typed
LONGEST_SHOWN = 500


@click.group("post", invoke_without_command=True)
@click.option("--days", type=click.IntRange(1, 3650), default=7, show_default=True, help="How far back. 最近几天")
@click.option("--trouble", is_flag=True, help="Only what a person should look at. 仅列出需要处理的")
@options.as_json
@click.pass_context
def command(ctx: click.Context, days: int, trouble: bool, as_json: bool) -> None:
    """Letters: what was sent, what waits, what was refused or came back. 发件箱：已送出、等待、被退回的信件

    Without a command: the letters of the last days, and every older one that is not settled.
    """
    if ctx.invoked_subcommand is not None:
        return
    from probe.cli.posting import line_of

    talk: Talk = ctx.obj
    now = datetime.now(UTC)
    with talk.open_store() as store:
        found = store.outbox.troubles(now) if trouble else store.outbox.posted(now - timedelta(days=days))
    if as_json:
        for one in found:
            emit(encode(line_of(one)))
    elif found:
        _print(talk, found)
    else:
        talk.say("cli.post_none")


@command.command("send")
@click.pass_obj
def send(talk: Talk) -> int:
    """Send now what is due; `probe run` does it by itself. 立即发送到期的信件"""
    from probe.cli.posting import deliver_now

    with talk.open_store() as store:
        tally = deliver_now(talk, store)
    told = {"sent": tally.sent, "waiting": tally.deferred, "failed": tally.failed, "unsure": tally.unsure}
    text = ", ".join(f"{talk.words(f'cli.post_{name}')} {n}" for name, n in told.items() if n)
    talk.say("cli.post_sum", n=sum(told.values()), told=text or "—")
    return PostError.exit_code if tally.deferred + tally.failed + tally.unsure else 0


@command.command("again")
@click.argument("letter_id", metavar="ID")
@click.pass_obj
def again(talk: Talk, letter_id: str) -> None:
    """Send a letter again that was refused, given up or is in doubt. 重新发送"""
    with talk.open_store() as store:
        _do(talk, store, letter_id, store.outbox.again, "cli.post_again")


@command.command("arrived")
@click.argument("letter_id", metavar="ID")
@click.pass_obj
def arrived(talk: Talk, letter_id: str) -> None:
    """Note that a letter in doubt has arrived, or need not. 记为已送达"""
    with talk.open_store() as store:
        _do(talk, store, letter_id, store.outbox.arrived, "cli.post_arrived")


@command.command("bounce")
@click.argument("files", nargs=-1, required=True, type=click.Path(allow_dash=True, path_type=Path), metavar="FILE…")
@options.as_json
@click.pass_obj
def bounce(talk: Talk, files: Sequence[Path], as_json: bool) -> None:
    """Read letters that came back: .eml files, a Maildir folder, or - for stdin. 登记退信

    Whatever is no delivery report is left alone; nothing is deleted or moved. Reading one twice changes nothing.
    """
    from probe.post.bounce import bounce_of

    looked = new = 0
    with talk.open_store() as store:
        for name, raw in _messages(files):
            looked += 1
            found = bounce_of(raw)
            if found is None:
                if not as_json:
                    talk.say("cli.bounce_none", file=name)
                continue
            noted = store.outbox.returned(found.letter_id, datetime.now(UTC), found.said)
            new += noted
            if as_json:
                line = {"file": name, "letter_id": found.letter_id, "recipient": found.recipient, "said": found.said}
                emit(encode({**line, "noted": noted}))
            elif noted:
                talk.say("cli.bounce_noted", file=name, to=found.recipient, error=found.said)
            else:
                talk.say("cli.bounce_known", file=name)
    if not as_json:
        talk.say("cli.bounce_sum", n=looked, new=new)


def _print(talk: Talk, found: Sequence[Posted]) -> None:
    """Three lines a letter: servers' answers and subjects are long."""
    from probe.cli.posting import state_text
    from probe.post.plain import one_line

    for one in found:
        made = f"{one.made_at.astimezone(talk.zone):%Y-%m-%d %H:%M}"
        state = state_text(talk, one)
        click.echo(f"{one.letter_id[:SHOWN_ID]}  {made}  {state}  {one_line(one.recipient or one.channel)}")
        for text in filter(None, (one.subject, one.error)):
            click.echo(f"{' ' * SHOWN_ID}  {one_line(text, LONGEST_SHOWN)}")


def _do(talk: Talk, store: Store, letter_id: str, act: Callable[[str, datetime], bool], said: str) -> None:
    """Act on the one letter in trouble whose id begins so."""
    now = datetime.now(UTC)
    ids = [one.letter_id for one in store.outbox.troubles(now) if letter_id and one.letter_id.startswith(letter_id)]
    if len(ids) > 1:
        raise PostError("cli.post_ambiguous", id=letter_id)
    if not ids or not act(ids[0], now):
        raise PostError("cli.post_not_so", id=letter_id)
    talk.say(said, id=ids[0][:SHOWN_ID])


def _messages(files: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    """Each message and where it is from; of a folder, its files and those of its cur and new (Maildir)."""
    from probe.post.bounce import LARGEST_BYTES

    for given in files:
        if str(given) == "-":
            yield "-", sys.stdin.buffer.read(LARGEST_BYTES + 1)
            continue
        try:
            places = [given] if not given.is_dir() else sorted(_within(given))
            for file in places:
                with file.open("rb") as opened:
                    yield str(file), opened.read(LARGEST_BYTES + 1)
        except OSError as error:
            raise PostError("cli.bounce_unreadable", file=given, reason=error.strerror) from error


def _within(folder: Path) -> Iterator[Path]:
    for place in (folder, folder / "cur", folder / "new"):
        if place.is_dir():
            yield from (file for file in place.iterdir() if file.is_file() and not file.name.startswith("."))
