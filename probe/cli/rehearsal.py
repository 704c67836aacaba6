"""A scenario rehearsed on the practice exchange: one call over real SIP and RTP, told step by step."""

from __future__ import annotations

import asyncio
import secrets
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from probe.cli.talk import Talk, emit
from scenarios import Scenario
from scenarios.language import AnyStep, Listen, Press, Repeat

if TYPE_CHECKING:
    from probe.dial.messages import Refused
    from probe.exchange.district import District, Entry
    from probe.model import Order, Record

CLERK, MENU = "clerk_at_once", "ivr"  # behaviours of the shipped district


def rehearse(
    talk: Talk, scenario: Scenario, *, number: str | None, district: Path | None, folder: Path | None, as_json: bool
) -> int:
    """Call an office of the practice exchange by this scenario and tell what happened; the exit code.

    `folder`: where the recording stays; None throws it away. ScenarioError when the exchange has no such number.
    """
    import msgspec

    from probe.cli.hearing import recogniser_of_host
    from probe.dial import Trunk
    from probe.dial.messages import Refused
    from probe.exchange import running
    from probe.exchange.district import SHIPPED, load
    from probe.model import Number
    from probe.plan import batch_id
    from probe.plan.batch import order_of

    robot = talk.settings_or_default.robot
    offices = load(district or SHIPPED)
    entry = _entry(offices, number, scenario)
    order = order_of(
        Number(number=entry.e164, written=entry.national, unit=entry.unit, scenario=scenario.name),
        call_id=batch_id(datetime.now(UTC), secrets.randbits(16)),
        why=talk.words("cli.why_demo"),
        country=robot.country,
    )
    story = entry.story["zh" if talk.lang == "zh" else "en"]
    talk.say("scenario.run_begins", name=scenario.name, number=entry.national, story=story)
    with ExitStack() as stack:
        data = folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tongbutong-")))
        data.mkdir(parents=True, exist_ok=True)
        address = stack.enter_context(running(district or SHIPPED))
        words = stack.enter_context(recogniser_of_host(talk))
        trunk = Trunk(name="practice", proxy=f"sip:{address}")
        result = asyncio.run(_call(talk, trunk, order, data, words))
    if result is None or isinstance(result, Refused):
        talk.say("scenario.run_refused", reason=talk.words(result.key, **result.values) if result else "-")
        return 8
    if as_json:
        emit(msgspec.json.encode(result))
    else:
        tell(talk, result)
    return 0


async def _call(talk: Talk, trunk: object, order: Order, data: Path, words: Path | None) -> Record | Refused | None:
    from probe.dial import Switchboard, Trunk

    assert isinstance(trunk, Trunk)
    robot = talk.settings_or_default.robot
    async with Switchboard(
        trunk,
        lines=1,
        calls_per_second=10,
        data_folder=data,
        allowed=[order.number],
        country=robot.country,
        area_code=robot.area_code,
        lang=talk.lang,
        words=words,
    ) as board:
        async for result in board.run([order]):
            return result
    return None


def tell(talk: Talk, record: Record) -> None:
    """What was done and heard, in order of time, then the verdict and each expectation."""
    from probe.judge import expectation_words
    from probe.script import shelf

    trace, verdict = record.trace, record.verdict
    told = [(s.at_s, f"→ {s.sent}" if s.sent else f"← {s.received}") for s in trace.signals]
    told += [(s.start_s, f"♪ {s.kind}{f' “{s.text}”' if s.text else ''}") for s in record.sounds.segments]
    for at, what in sorted(told):
        click.echo(talk.words("scenario.run_step", at=at, what=what))
    outcome, cause = talk.words(f"names.outcome_{verdict.outcome}"), talk.words(f"names.cause_{verdict.cause}")
    at = verdict.decided_at_s or trace.ended_at_s or 0.0
    click.echo(talk.words("scenario.run_verdict", at=at, outcome=outcome, cause=cause))
    expected = {one.text: one for one in shelf.load(record.order.scenario).expect}
    for check in record.checks:
        name = expectation_words(expected[check.name], talk.lang)
        click.echo(talk.words("scenario.run_check", mark="✓" if check.passed else "✗", name=name, seen=check.seen))
    if expected and not record.checks:
        talk.say("scenario.run_no_checks")


def _entry(offices: District, number: str | None, scenario: Scenario) -> Entry:
    from probe.errors import ScenarioError

    if number is not None:
        found = offices.find("".join(c for c in number if c.isdigit()))
        if found is None:
            allowed = ", ".join(entry.national for entry in offices.entries)
            raise ScenarioError("scenario.run_numbers", number=number, allowed=allowed)
        return found
    wanted = MENU if _presses(scenario.steps) else CLERK
    return next((e for e in offices.entries if e.behaviour == wanted), offices.entries[0])


def _presses(steps: tuple[AnyStep, ...]) -> bool:
    for step in steps:
        inner = step.steps if isinstance(step, Repeat) else ()
        if isinstance(step, Listen):
            inner = (*step.otherwise, *(one for branch in step.then for one in branch.steps))
        if isinstance(step, Press) or _presses(inner):
            return True
    return False
