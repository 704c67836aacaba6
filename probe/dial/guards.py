"""The last guards, inside the line itself, before any packet: who may never be called, and who may be called at all.

The directory and the switchboard ask the same questions before; a line does not rely on them (telephony.md §6).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from probe.dial.trunk import Trunk, request_uri
from probe.dial.uri import SipUri, is_loopback, is_sip
from probe.errors import DialError, ProbeError, RefusedError
from probe.model import Order
from probe.never_dial import extension_refusal, refusal
from probe.script.pressed import forbidden
from scenarios import Scenario

_CALL_ID = re.compile(r"[A-Za-z0-9-]{1,100}", re.ASCII)  # it becomes a file name and a SIP Call-ID


def checked(
    order: Order,
    trunk: Trunk | None,
    *,
    area_code: str,
    country: str,
    allowed: Callable[[str], bool],
    address: str | None = None,
    now: datetime | None = None,
    scenario: Scenario | None = None,
) -> SipUri:
    """The address to dial for this order. RefusedError or DialError when it must not or cannot be dialled.

    `allowed` says whether a number stands in the directory. A `sip:` URI whose host is this machine needs not to; then
    `address`, the IP address it is about to be sent to, must be this machine's too. `now` (aware UTC, this moment when
    None) must lie in the time that the order allows, if it names any. `scenario`: whose keys are looked at, when it is
    not a shipped one.
    """
    if not _CALL_ID.fullmatch(order.call_id):
        raise DialError("dial.bad_call_id", call_id=order.call_id)
    reason = refusal(order.number, country=country, area_code=area_code)
    if reason is not None:
        raise RefusedError(reason, number=order.number)
    if order.extension and (reason := extension_refusal(order.extension, country=country, area_code=area_code)):
        raise RefusedError(reason, number=order.extension)
    keys = scenario and forbidden(scenario, extension=order.extension, country=country, area_code=area_code)
    if keys:
        raise RefusedError(keys[1], number=keys[0])
    uri = request_uri(order.number, trunk, area_code=area_code, country=country)
    by_name = is_sip(order.number)
    reason = None if by_name else _refusal_on_the_wire(uri.user, trunk, country, area_code)
    if reason is not None:
        raise RefusedError(reason, number=uri.user)
    own_machine = by_name and is_loopback(uri.host) and (address is None or is_loopback(address))
    if not own_machine and not allowed(order.number):
        raise RefusedError("dial.not_allowed", number=order.number)
    _check_time(order, datetime.now(UTC) if now is None else now)
    if order.say is not None and not Path(order.say).is_file():
        raise DialError("dial.say_missing", file=order.say)
    return uri


def _refusal_on_the_wire(written: str, trunk: Trunk | None, country: str, area_code: str) -> str | None:
    """Why what goes on the wire may not be dialled: a wrong prefix must not make an emergency call of a good number.

    A PBX takes the outside-line prefix off, so "0" before 0571… is no call abroad; but whoever does not take it off
    must not reach 110 either.
    """
    reason = refusal(written, country=country, area_code=area_code)
    if reason == "never_dial.international" and trunk is not None and trunk.prefix:
        return refusal(written.removeprefix(trunk.prefix), country=country, area_code=area_code)
    return reason


def _check_time(order: Order, now: datetime) -> None:
    """A call that comes late is not made: it would fall into a time of rest, or into another part of the sample."""
    if (order.not_before and now < order.not_before) or (order.not_after and now > order.not_after):
        first, last = (f"{t:%Y-%m-%dT%H:%M:%SZ}" if t else "" for t in (order.not_before, order.not_after))
        values = {"now": f"{now:%Y-%m-%dT%H:%M:%SZ}", "first": first, "last": last}
        raise RefusedError("dial.not_its_time", number=order.number, **values)


def values_of(error: ProbeError) -> dict[str, str | int | float]:
    """The error's values in a form that travels as JSON."""
    return {name: value if isinstance(value, str | int | float) else str(value) for name, value in error.values.items()}
