"""`probe demo`: the main job from beginning to end on the practice exchange; nobody real is called."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from probe.cli import options
from probe.cli.talk import Talk

if TYPE_CHECKING:
    from probe.exchange.district import Entry
    from probe.model import Record


@click.command("demo")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("tongbutong-demo"),
    show_default=True,
    help="Where recordings, database and report go. 输出文件夹",
)
@click.option("--lines", type=click.IntRange(1, 60), default=8, show_default=True, help="Lines at once. 线路数")
@options.as_json
@click.pass_obj
def command(talk: Talk, folder: Path, lines: int, as_json: bool) -> int:
    """Try everything on the practice exchange; nobody real is called. 在练习交换机上完整演示

    A district of fictitious offices is dialled over SIP and RTP on this machine, every call is judged and held against
    what the office really did, and a report is written. Exit code 1 when a verdict is wrong.
    """
    from probe.cli.calling import call, open_store
    from probe.cli.report import write
    from probe.dial import Trunk
    from probe.directory import parse
    from probe.exchange import running
    from probe.exchange.district import SHIPPED, directory_csv, load
    from probe.plan import batch_id, orders
    from probe.settings import demo

    talk.settings_or_default = demo(folder)
    district = load(SHIPPED)
    robot = talk.settings_or_default.robot
    listing = parse(directory_csv(district).encode(), "district.csv", country=robot.country, area_code=robot.area_code)
    since = datetime.now(UTC)
    with running(SHIPPED) as address, open_store(talk) as store:
        talk.say("cli.demo_begins", address=address, n=len(listing.numbers))
        store.import_numbers(listing.numbers, since)
        trunk = Trunk(name="practice", proxy=f"sip:{address}", lines=lines, calls_per_second=10)
        batch = batch_id(since, secrets.randbits(16))
        planned = orders(
            listing.numbers,
            batch=batch,
            why=talk.words("cli.why_demo"),
            country=robot.country,
            area_code=robot.area_code,
            ring_limit_s=20,
        )
        store.begin_round(batch, planned, since)
        allowed = [n.number for n in listing.numbers]
        session = call(talk, store, (trunk,), planned, allowed=allowed, as_json=as_json, lines=lines)
        store.finish_round(batch, datetime.now(UTC))
    if session.stopped:
        return session.exit_code

    wrong = compare(talk, session.records, district.entries)
    talk.say(
        "cli.demo_right",
        right=len(session.records) - wrong,
        total=len(district.entries),
        behaviours=len({e.behaviour for e in district.entries}),
        seconds=session.seconds,
    )
    report = folder / "report.html"
    now = datetime.now(UTC)
    write(talk, since, now + timedelta(seconds=1), now, report)
    talk.say("cli.demo_next", folder=folder, call=session.records[0].order.call_id)
    talk.say("cli.report_written", file=report.resolve())
    return 1 if wrong or len(session.records) < len(district.entries) else 0


def compare(talk: Talk, records: list[Record], entries: tuple[Entry, ...]) -> int:
    """Hold each verdict against what the office is known to have done; the number of wrong ones."""
    expected = {entry.e164: entry for entry in entries}
    wrong = 0
    for record in records:
        entry = expected[record.order.number]
        verdict = record.verdict
        if (verdict.outcome, verdict.cause) != (entry.expect.outcome, entry.expect.cause):
            wrong += 1
            talk.say(
                "cli.demo_wrong",
                number=record.order.number,
                story=entry.story["zh" if talk.lang == "zh" else "en"],
                expected=f"{entry.expect.outcome}/{entry.expect.cause}",
                seen=f"{verdict.outcome}/{verdict.cause}",
            )
    return wrong
