"""`probe show`: one call as it went: signalling as a ladder, what was heard, and what was concluded from it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click
from rich.cells import cell_len
from rich.text import Text

from probe.cli import options
from probe.cli.talk import Talk, emit

if TYPE_CHECKING:
    from probe.evidence.facts import Facts
    from probe.evidence.ladder import Rung
    from probe.evidence.timeline import Piece

LANE_CELLS = 12
LEAST_CELLS, MOST_CELLS = 24, 120
BLOCK, LIGHT = "█", "░"


@click.command("show")
@click.argument("call_id", metavar="CALL")
@options.as_json
@click.pass_obj
def command(talk: Talk, call_id: str, as_json: bool) -> None:
    """Show a CALL: the SIP ladder, what was heard, the verdict and why. 查看一次呼叫：信令、声音和判定"""
    from probe.evidence.gather import gather

    settings = talk.settings_or_default
    zone = talk.zone
    with talk.open_store() as store:
        facts = gather(store, settings.data.folder, call_id, zone)
    if as_json:
        import msgspec

        from probe.evidence.pack import as_dict

        emit(msgspec.json.encode(as_dict(facts)))
        return
    _print(talk, facts, zone)


def _print(talk: Talk, facts: Facts, zone: ZoneInfo) -> None:
    from probe.cli.table import COLOUR
    from probe.evidence import ladder, scrub, texts
    from probe.evidence.kept import kept_sounds

    record = facts.call.record
    say = talk.console.print
    say(Text(texts.head(facts, talk.lang, zone), style="bold"), soft_wrap=True)
    say(Text(scrub.inert(record.order.call_id, 120), style="bright_black"), soft_wrap=True)

    _title(talk, "order")
    for line in texts.order_lines(facts, talk.lang, zone):
        say(Text(f"  {line}"), soft_wrap=True)

    _title(talk, "sip")
    lines = ladder.text(record.trace, talk.lang).splitlines()
    say(Text(lines[0], style="bright_black"), soft_wrap=True)
    for rung in ladder.rungs(record.trace, talk.lang):
        _rung(talk, rung)

    _title(talk, "sounds")
    _timeline(talk, facts)
    say(Text("  " + facts.sound_text(talk.lang)), soft_wrap=True)
    if facts.mark.words_at is not None:
        day = f"{facts.mark.words_at.astimezone(zone):%Y-%m-%d}"
        say(Text("  " + talk.words("evidence.words_pruned", at=day)), soft_wrap=True)
    for said in kept_sounds(record).transcript:
        say(Text(f"  {said.start_s:6.1f} s  “{scrub.said(said.text)}”"), soft_wrap=True)

    _title(talk, "verdict")
    first, *rest = texts.verdict_lines(facts, talk.lang, zone)
    say(Text(f"  {first}", style=f"bold {COLOUR[record.verdict.outcome]}"), soft_wrap=True)
    for line in rest:
        say(Text(f"  {line}"), soft_wrap=True)


def _title(talk: Talk, name: str) -> None:
    talk.console.print()
    talk.console.print(Text(talk.words(f"evidence.title_{name}"), style="bold underline"))


def _rung(talk: Talk, rung: Rung) -> None:
    from probe.evidence import ladder
    from probe.evidence.ladder import Way

    colour = {Way.OUT: "cyan", Way.IN: "default", Way.MADE_UP: "red", Way.SPOKEN: "green", Way.EVENT: "bright_black"}
    first, *notes = ladder.lines(rung)
    talk.console.print(Text(first, style=colour[rung.way]), soft_wrap=True)
    for note in notes:
        talk.console.print(Text(note, style="bright_black"), soft_wrap=True)


def _timeline(talk: Talk, facts: Facts) -> None:
    """A scale, the lanes under it, and each stretch in words."""
    from probe.evidence import timeline
    from probe.evidence.kept import kept_sounds

    record = facts.call.record
    sounds = kept_sounds(record)
    found = timeline.pieces(sounds, talk.lang)
    if not found:
        talk.console.print(Text("  " + talk.words("evidence.nothing_heard")))
        return
    cells = max(LEAST_CELLS, min(MOST_CELLS, talk.console.width - LANE_CELLS - 8))
    length_s = timeline.end_s(record.trace, record.sounds)
    talk.console.print(Text(" " * LANE_CELLS + timeline.scale(length_s, cells), style="bright_black"), soft_wrap=True)
    for lane in timeline.Lane:
        name = talk.words(f"evidence.lane_{lane}")
        line = Text("  " + name + " " * max(1, LANE_CELLS - 2 - cell_len(name)))
        for piece in timeline.lane(found, lane, length_s, cells):
            line.append(*_cell(piece))
        talk.console.print(line, soft_wrap=True)
    talk.console.print()
    for piece in found:
        line = Text(f"  {piece.start_s:7.2f} – {piece.end_s:7.2f} s  ", style="bright_black")
        line.append(piece.detail, style=_cell(piece)[1])
        talk.console.print(line, soft_wrap=True)


def _cell(piece: Piece | None) -> tuple[str, str]:
    from probe.model import Kind

    if piece is None:
        return "·", "bright_black"
    style = {
        Kind.RINGBACK: "blue",
        Kind.BUSY: "red",
        Kind.CONGESTION: "yellow",
        Kind.SPEECH: "green",
        Kind.MUSIC: "magenta",
        Kind.NOISE: "bright_black",
        Kind.SILENCE: "bright_black",
    }
    return LIGHT if piece.kind in (Kind.NOISE, Kind.SILENCE) else BLOCK, style.get(piece.kind, "cyan")
