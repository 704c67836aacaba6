"""`probe plan`: what is to be called when, and why; and whether it was drawn as it was said to be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import click

from probe.cli import options
from probe.cli.lines import encode
from probe.cli.talk import Talk, emit
from probe.errors import ProbeError
from probe.words import told

if TYPE_CHECKING:
    from probe.model import Because
    from probe.plan import Policy, Slot, Unplanned
    from probe.schedule.setup import Setup
    from probe.store import Store
    from probe.store.slots import Kept


USUAL_LOAD = 0.2  # of a line, for saying what a strict limit costs


@click.command("plan")
@click.option("--for", "day", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="The day (default: today). 日期")
@click.option("--seed", metavar="HEX", help="Draw it anew from this revealed seed and compare. 用已公布的种子核对")
@click.option("--seeds", is_flag=True, help="List the seeds: SHA-256, and the seed once its month is over. 种子")
@options.as_json
@click.pass_obj
def command(talk: Talk, day: datetime | None, seed: str | None, seeds: bool, as_json: bool) -> int:
    """Print a day's programme: when, whom, why, and what became of it. 打印某天的拨测计划

    Times are drawn when a day begins, from a seed that nobody is told before its month is over: until then there is
    nothing to show.
    """
    from probe.schedule.setup import setup_of

    settings = talk.settings
    with talk.open_store() as store:
        if seeds:
            return _seeds(talk, store, as_json)
        setup = setup_of(settings, tuple(settings.trunk(name) for name in settings.trunk_names))
        wanted = (day or datetime.now(setup.zone)).date()
        if seed is not None:
            return _compare(talk, store, setup, wanted, seed)
        kept, unplanned = store.slots.of_day(wanted.isoformat()), store.slots.unplanned(wanted.isoformat())
        if unplanned is None:
            raise ProbeError("cli.not_planned", day=wanted)
        _print(talk, setup, kept, unplanned, as_json)
    return 0


def _print(talk: Talk, setup: Setup, kept: Sequence[Kept], unplanned: Sequence[Unplanned], as_json: bool) -> None:
    lang = talk.lang
    if as_json:
        for one in kept:
            emit(encode(_line(one, lang)))
        for left_out in unplanned:
            reason = told(left_out.because, lang)
            emit(
                encode({"number": left_out.number, "stratum": left_out.stratum, "state": "unplanned", "reason": reason})
            )
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for column in ("due", "number", "office"):
        table.add_column(talk.words(f"cli.plan_{column}"), no_wrap=True)
    for column in ("why", "state"):
        table.add_column(talk.words(f"cli.plan_{column}"))
    for one in kept:
        slot = one.slot
        state = talk.words(f"cli.slot_{one.state.value}")
        if one.reason is not None:
            state += "：" if lang == "zh" else ": "
            state += told(one.reason, lang)
        table.add_row(
            f"{slot.due_at.astimezone(setup.zone):%H:%M:%S}",
            *(Text(text) for text in (slot.number, slot.office)),
            Text(told(slot.why, lang)),
            Text(state),
        )
    talk.console.print(table)
    talk.say("cli.plan_sum", n=len(kept), left_out=len({one.number for one in unplanned}))
    if (lost := lost_detection(setup.policy)) is not None:
        talk.say(lost.key, **lost.values)
    for left_out in unplanned:
        reason = told(left_out.because, lang)
        talk.say("cli.plan_left_out", number=left_out.number, reason=reason)


def lost_detection(policy: Policy) -> Because | None:
    """What a limit below the usual one costs, on a line of usual load; None when nothing."""
    from probe.odds import detection
    from probe.plan import detection_lost

    found, strict = (detection(preset, USUAL_LOAD).suspected_found for preset in ("standard", "strict"))
    return detection_lost(policy, found, strict)


def _line(one: Kept, lang: str) -> dict[str, Any]:
    slot = one.slot
    return {
        "call_id": slot.call_id,
        "number": slot.number,
        "office": slot.office,
        "purpose": slot.purpose.value,
        "stratum": slot.stratum,
        "attempt": slot.attempt,
        "due_at": slot.due_at,
        "until": slot.until,
        "why": told(slot.why, lang),
        "state": one.state.value,
        "reason": None if one.reason is None else told(one.reason, lang),
    }


def _seeds(talk: Talk, store: Store, as_json: bool) -> int:
    this = f"{datetime.now(UTC).astimezone():%Y-%m}"
    for seed in store.slots.seeds():
        shown = seed.seed if seed.period < this else None
        if as_json:
            emit(encode({"period": seed.period, "sha256": seed.commitment, "seed": shown, "made_at": seed.made_at}))
        else:
            click.echo(f"{seed.period}  sha256 {seed.commitment}  {shown or talk.words('cli.seed_secret')}")
    return 0


def _compare(talk: Talk, store: Store, setup: Setup, day: date, text: str) -> int:
    """Draw the day's base calls from a seed, and hold everything of them against what was planned."""
    from probe.model import Purpose
    from probe.plan import SEED_BYTES, commitment
    from probe.schedule.days import redraw

    try:
        seed = bytes.fromhex(text)
    except ValueError:
        seed = b""
    if len(seed) != SEED_BYTES:
        raise ProbeError("cli.bad_seed", digits=2 * SEED_BYTES)
    promised = next((one.commitment for one in store.slots.seeds() if one.period == f"{day:%Y-%m}"), None)
    if promised is not None and commitment(seed) != promised:
        talk.say("cli.seed_other", sha256=commitment(seed), promised=promised)
        return 1
    drawn = redraw(store, day, seed)
    mine: dict[str, tuple[Slot, Because | None]] = {slot.call_id: (slot, None) for slot in drawn.slots}
    mine |= {one.slot.call_id: (one.slot, one.because) for one in drawn.dropped}
    every = store.slots.of_day(day.isoformat())
    kept = {k.slot.call_id: k for k in every if k.slot.purpose is Purpose.BASE}
    other = [call_id for call_id in sorted(mine.keys() | kept.keys()) if _differs(mine.get(call_id), kept.get(call_id))]
    for call_id in other:
        known = kept.get(call_id)
        due = "" if known is None else f"{known.slot.due_at.astimezone(setup.zone):%H:%M:%S}"
        click.echo(f"{call_id} {due}".rstrip())
    left_out = drawn.unplanned == store.slots.unplanned(day.isoformat())
    talk.say("cli.seed_compared", n=len(kept), same=len(kept) - len(other))
    if not left_out:
        talk.say("cli.seed_left_out_differs")
    return 1 if other or not left_out else 0


def _differs(drawn: tuple[Slot, Because | None] | None, kept: Kept | None) -> bool:
    """Whether a call is not as it was drawn: at its time, over its way, within its limits; or left out by dice."""
    if drawn is None or kept is None or drawn[0] != kept.slot:
        return True
    return drawn[1] is not None and kept.reason != drawn[1]
