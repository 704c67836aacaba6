"""`probe prompts add|list|label|unknown|remove`: the known recordings, and those that wait to be labelled."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from probe.cli import options
from probe.cli.lines import encode
from probe.cli.talk import Talk, emit

if TYPE_CHECKING:
    from rich.table import Table

    from probe.errors import CaseError

UNKNOWN = "u-"  # how the names of unknown recordings begin

text_option = click.option("--text", help="Its words, as they are said. 录音内容")


@click.group("prompts")
def command() -> None:
    """Known recordings: what carriers and machines play, and what it means. 已知录音库

    They lie in the folder prompts/ of the data folder, one small file each; offices exchange them by copying files.
    Recordings that were heard and not recognised wait under `unknown` until you `label` them.
    """


@command.command("add")
@click.argument("wav", type=click.Path(path_type=Path))
@click.option("--label", "label_text", required=True, metavar="CAUSE", help="What it is: suspended, 停机, … 类别")
@text_option
@click.option("--name", help="What to call it (default: its cause and a number of its own). 名称")
@click.option("--origin", default="", help="Where it comes from: carrier, place, year. 来源")
@click.pass_obj
def add(talk: Talk, wav: Path, label_text: str, text: str | None, name: str | None, origin: str) -> None:
    """Add the recording WAV (8 kHz, mono) to the library. 加入一段录音

    It should hold the announcement once, from its first word to its last. Only its fingerprint is stored.
    """
    from probe.errors import CaseError
    from probe.hear import Ear
    from probe.prompts import shelf
    from probe.prompts.labels import label_of
    from probe.wav import read_wav

    label = label_of(label_text)
    if not wav.exists():
        raise CaseError("case.missing", case=str(wav))
    pcm = read_wav(wav, wav.name)
    folder = use_library(talk)
    ear = Ear()
    ear.feed(pcm)
    known = next((s for s in ear.sounds().segments if s.known), None)
    one = shelf.print_of(pcm, label, text=text or "", origin=origin, by=_user(), at=datetime.now(UTC))
    new = shelf.put(folder, one, name)
    if known is not None:
        talk.say("prompts.known_already", cause=talk.words(f"names.cause_{known.known}"), text=known.text or "")
    cause = talk.words(f"names.cause_{label}")
    talk.say("prompts.added", name=new, cause=cause, seconds=one.length_s, file=folder / f"{new}.json")


@command.command("list")
@click.option("--own", "only_own", is_flag=True, help="Only yours, not those that come with the program. 仅自有录音")
@options.as_json
@click.pass_obj
def list_(talk: Talk, only_own: bool, as_json: bool) -> None:
    """Print the known recordings. 列出已知录音"""
    from rich.text import Text

    from probe.prompts import shelf

    folder = prompts_folder(talk)
    found, wrong = shelf.entries(folder)
    caution(talk, wrong)
    shown = [entry for entry in found if entry.own or not only_own]
    table = _table(talk, "name", "label", "text", "seconds", "origin")
    for name, one, own in ((e.name, e.print, e.own) for e in shown):
        line: dict[str, Any] = {
            "name": name,
            "label": one.label,
            "text": one.text,
            "seconds": round(one.length_s, 2),
            "origin": one.origin,
            "own": own,
            "labelled_by": one.labelled_by or None,
            "labelled_at": one.labelled_at or None,
        }
        if as_json:
            emit(encode(line))
        else:
            cause = talk.words(f"names.cause_{one.label}")
            table.add_row(Text(name), cause, Text(one.text), f"{one.length_s:.1f}", Text(one.origin))
    if not as_json:
        talk.console.print(table)
        talk.say("prompts.summary", n=len(shown), own=sum(e.own for e in shown), folder=folder)


@command.command("label")
@click.argument("name")
@click.argument("cause")
@text_option
@click.pass_obj
def label(talk: Talk, name: str, cause: str, text: str | None) -> None:
    """Say what the recording NAME is: CAUSE, such as suspended or 停机. 说明一段录音的类别

    NAME stands in `probe prompts unknown` or `probe prompts list`. One that comes with the program is corrected by a
    copy in your folder, which wins.
    """
    from probe.prompts import shelf, unknown
    from probe.prompts.labels import label_of

    chosen, folder, since = label_of(cause), prompts_folder(talk), ""
    by, at = _user(), datetime.now(UTC)
    if name.startswith(UNKNOWN):
        first = unknown.read_all(folder)[0].get(name)
        new = unknown.label(folder, name, chosen, text=text, by=by, at=at)
        talk.say("prompts.moved", old=name, name=new, file=folder / f"{new}.json")
        name, since = new, f" --since {first.first_at:%Y-%m-%d}" if first else ""
    else:
        shelf.relabel(folder, name, chosen, text=text, by=by, at=at)
    talk.say("prompts.labelled", name=name, cause=talk.words(f"names.cause_{chosen}"), since=since)


@command.command("unknown")
@options.as_json
@click.pass_obj
def unknown_(talk: Talk, as_json: bool) -> None:
    """List the recordings that were heard and not recognised, the most frequent first. 列出未识别的录音"""
    from rich.text import Text

    from probe.prompts import unknown

    folder = prompts_folder(talk)
    found, wrong = unknown.read_all(folder)
    caution(talk, wrong)
    table = _table(talk, "name", "times", "numbers", "first", "last", "seconds", "text", "listen")
    ordered = sorted(found.items(), key=lambda item: (-item[1].times, item[0]))
    for name, one in ordered:
        numbers = list(dict.fromkeys(hearing.number for hearing in one.hearings))
        clip = unknown.clip_of(folder, name)
        line: dict[str, Any] = {
            "name": name,
            "times": one.times,
            "numbers": numbers,
            "calls": [hearing.call_id for hearing in one.hearings],
            "first_at": one.first_at,
            "last_at": one.last_at,
            "seconds": round(one.length_s, 2),
            "words": one.words,
            "listen": str(clip) if clip.exists() else None,
        }
        if as_json:
            emit(encode(line))
        else:
            days = (f"{moment:%Y-%m-%d}" for moment in (one.first_at, one.last_at))
            some = "\n".join(numbers[:3]) + ("\n…" if len(numbers) > 3 else "")
            listen = str(clip) if clip.exists() else "–"
            table.add_row(name, str(one.times), Text(some), *days, f"{one.length_s:.1f}", Text(one.words), Text(listen))
    if as_json:
        return
    if not ordered:
        talk.say("prompts.none_unknown")
        return
    talk.console.print(table)
    talk.say("prompts.next_label", name=ordered[0][0])


@command.command("remove")
@click.argument("name")
@click.pass_obj
def remove(talk: Talk, name: str) -> None:
    """Forget the recording NAME, one of yours or an unknown one. 删除一段录音"""
    from probe.prompts import shelf, unknown

    folder = prompts_folder(talk)
    if name.startswith(UNKNOWN):
        unknown.remove(folder, name)
    else:
        shelf.remove(folder, name)
    talk.say("prompts.removed", name=name)


def prompts_folder(talk: Talk) -> Path:
    """Where the user's recordings lie."""
    from probe.prompts import prompts_folder

    return prompts_folder(talk.settings_or_default.data.folder)


def use_library(talk: Talk) -> Path:
    """Know the user's recordings from now on, and say what is wrong with some of their files; their folder."""
    from probe.hear.library import use

    folder = prompts_folder(talk)
    caution(talk, use(folder))
    return folder


def caution(talk: Talk, wrong: tuple[CaseError, ...]) -> None:
    """One line for each file that cannot be used."""
    for error in wrong:
        talk.say("prompts.skipped", reason=error.text(talk.lang))


def _table(talk: Talk, *columns: str) -> Table:
    from rich.table import Table

    table = Table()
    for column in columns:
        table.add_column(
            talk.words(f"prompts.{column}"),
            overflow="fold",
            no_wrap=column in ("times", "first", "last", "seconds"),
            justify="right" if column in ("times", "seconds") else "left",
        )
    return table


def _user() -> str:
    """Who labels, as this machine knows them."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""
