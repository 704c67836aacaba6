"""`probe dial NUMBER…`: call now, say what happened."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

import click

from probe.cli import options
from probe.cli.talk import Talk


@click.command("dial")
@click.argument("numbers", nargs=-1, required=True, metavar="NUMBER...")
@options.calling
@click.pass_obj
def command(
    talk: Talk,
    numbers: tuple[str, ...],
    trunk_name: str | None,
    lines: int | None,
    ring_limit_s: float | None,
    as_json: bool,
) -> int:
    """Call each NUMBER now and say what happened. 立即拨打并说明结果

    A NUMBER stands in the directory, in any spelling, or is a sip: URI on this machine (sip:1001@127.0.0.1:5060), which
    needs no settings at all.
    """
    from probe.cli.calling import call, open_store
    from probe.cli.choose import choose_numbers, choose_trunks, opening_hours
    from probe.plan import batch_id, orders

    robot = talk.settings_or_default.robot
    with open_store(talk) as store:
        directory = store.numbers()
        chosen = choose_numbers(talk, numbers, directory)
        trunks = choose_trunks(talk, trunk_name, chosen)
        hours, now = opening_hours(talk), datetime.now(UTC)
        batch = batch_id(now, secrets.randbits(16))
        planned = orders(
            chosen,
            batch=batch,
            why=talk.words("cli.why_dial"),
            country=robot.country,
            area_code=robot.area_code,
            ring_limit_s=ring_limit_s,
            open_of=lambda number: hours(number, now),
        )
        allowed = [n.number for n in directory]
        return call(talk, store, trunks, planned, allowed=allowed, as_json=as_json, lines=lines).exit_code
