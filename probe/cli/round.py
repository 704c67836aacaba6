"""`probe round`: every number of the directory once; an interrupted round is continued, never dialled twice."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

import click

from probe.cli import options
from probe.cli.talk import Talk
from probe.errors import ProbeError


@click.command("round")
@click.option("--resume", is_flag=True, help="Continue the unfinished round. 继续未完成的一轮")
@click.option("--new", is_flag=True, help="Give an unfinished round up and begin anew. 放弃未完成的一轮，重新开始")
@click.option("--unit", help="Only this unit (单位). 仅限某单位")
@options.calling
@click.pass_obj
def command(
    talk: Talk,
    resume: bool,
    new: bool,
    unit: str | None,
    trunk_name: str | None,
    lines: int | None,
    ring_limit_s: float | None,
    as_json: bool,
) -> int:
    """Call every number of the directory once. 把号码表中的号码各拨打一次

    The round is written down before its first call. After a crash `--resume` goes on with the numbers that are left;
    calls that were under way then are recorded as inconclusive and not dialled again.
    """
    from probe.cli.calling import call, open_store
    from probe.cli.choose import choose_trunks, opening_hours
    from probe.plan import batch_id, orders

    if resume and new:
        raise click.UsageError("--resume or --new, not both")
    robot = talk.settings_or_default.robot
    with open_store(talk) as store:
        now = datetime.now(UTC)
        directory = store.numbers()
        trunks = choose_trunks(talk, trunk_name, directory)
        unfinished = store.open_rounds()
        if resume:
            if not unfinished:
                raise ProbeError("cli.no_open_round")
            round_id = unfinished[0]
        elif unfinished and not new:
            raise ProbeError("cli.round_open", round_id=unfinished[0], n=len(store.pending(unfinished[0])))
        else:
            numbers = [n for n in directory if unit is None or n.unit == unit]
            if not numbers:
                raise ProbeError("cli.empty_directory" if unit is None else "cli.no_such_unit", unit=unit)
            for given_up in unfinished:
                store.finish_round(given_up, now)
            hours = opening_hours(talk)
            round_id = batch_id(now, secrets.randbits(16))
            planned = orders(
                numbers,
                batch=round_id,
                why=talk.words("cli.why_round", round_id=round_id),
                country=robot.country,
                area_code=robot.area_code,
                ring_limit_s=ring_limit_s,
                open_of=lambda number: hours(number, now),
            )
            store.begin_round(round_id, planned, now)
        left = store.pending(round_id)
        talk.say("cli.round_begins", round_id=round_id, n=len(left), lines=lines or trunks[0].lines)
        session = call(talk, store, trunks, left, allowed=[n.number for n in directory], as_json=as_json, lines=lines)
        if not store.pending(round_id):
            store.finish_round(round_id, datetime.now(UTC))
    return session.exit_code
