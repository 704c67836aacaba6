"""Calls that somebody asks for by hand: numbers in, orders out. Pure; the clock and the dice are arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from hashlib import sha256

from probe.errors import RefusedError
from probe.model import Number, Order, Purpose
from probe.never_dial import refusal
from probe.script import shelf
from probe.script.voices import SAY, wav_path

__all__ = ["SAY", "batch_id", "call_id", "order_of", "orders"]

Open = tuple[tuple[datetime, datetime], ...] | None


def batch_id(now: datetime, dice: int) -> str:
    """A name for calls that belong together: when it began (UTC), and four hex digits against collisions."""
    return f"{now:%Y%m%dT%H%M%S}-{dice & 0xFFFF:04x}"


def call_id(batch: str, number: str) -> str:
    """One call's name within a batch, safe as a file name. One number has one call per batch."""
    digits = number.removeprefix("+")
    if digits.isascii() and digits.isdigit():
        return f"{batch}-{digits}"
    readable = "".join(c if c.isascii() and c.isalnum() else "-" for c in number)[:40].strip("-")
    return f"{batch}-{readable}-{sha256(number.encode()).hexdigest()[:8]}"


def orders(
    numbers: Iterable[Number],
    *,
    batch: str,
    why: str,
    country: str,
    area_code: str = "",
    ring_limit_s: float | None = None,
    open_of: Callable[[Number], Open] = lambda number: None,
) -> tuple[Order, ...]:
    """One order per number, each after its scenario. `ring_limit_s` overrides the scenario's.

    `open_of`: when a number's office is open, as far as that is known.

    RefusedError when one may never be dialled: the import has refused it before, so somebody has been at the store.
    """
    planned = []
    for number in numbers:
        reason = refusal(number.number, country=country, area_code=area_code)
        if reason is not None:
            raise RefusedError(reason, number=number.number)
        name = call_id(batch, number.number)
        planned.append(
            order_of(number, call_id=name, why=why, country=country, ring_limit_s=ring_limit_s, open=open_of(number))
        )
    return tuple(planned)


def order_of(
    number: Number,
    *,
    call_id: str,
    why: str,
    country: str,
    ring_limit_s: float | None = None,
    scenario: str = "",
    purpose: Purpose = Purpose.MANUAL,
    stratum: str = "",
    caller_id: str = "",
    attempt: int = 1,
    not_before: datetime | None = None,
    not_after: datetime | None = None,
    open: Open = None,
) -> Order:
    """One call to a number, after its scenario (or another). ScenarioError when there is none of that name any more.

    `open`: when the office is open around that time, None when that is not known.
    """
    name = scenario or number.scenario
    script = shelf.load(name)
    return Order(
        call_id=call_id,
        number=number.number,
        office=number.office,
        why=why,
        scenario=name,
        country=country,
        ring_limit_s=script.ring_limit_s if ring_limit_s is None else ring_limit_s,
        answered_limit_s=script.answered_limit_s,
        deadline_s=script.deadline_s,
        say=str(wav_path(script.say)),
        attempt=attempt,
        purpose=purpose,
        stratum=stratum,
        caller_id=caller_id,
        not_before=not_before,
        not_after=not_after,
        extension=number.extension,
        open=open,
    )
