"""A trunk examined step by step, as a person would do it; the first thing that is wrong is a DialError with its remedy.

resolve → connect → OPTIONS → register → a call to a number of ours: accepted, answered, sound both ways, keys.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import msgspec

from probe.dial import allowlist
from probe.dial.inquiry import Inquiry, address_of
from probe.dial.messages import Configure, Dial, encode
from probe.dial.tried import Trial
from probe.dial.trunk import Transport, Trunk
from probe.errors import DialError
from probe.model import Fact, Order, Purpose

RING_LIMIT_S = 30.0
TRIAL_LIMIT_S = RING_LIMIT_S + 30.0
REFUSED = (401, 403, 404, 407, 423)


Values = dict[str, str | int | float]


class Step(Fact, frozen=True, kw_only=True):
    """One step that went well, or a remark: the key of its sentence and what fills it in."""

    key: str
    values: Values
    remark: bool = False


def examine(trunk: Trunk, *, canary: str = "", area_code: str = "", country: str = "CN") -> Iterator[Step]:
    """The steps, as they are done. DialError at the first that fails. Without a `canary` nobody is called."""
    address = address_of(trunk)
    place: Values = {"trunk": trunk.name, "proxy": trunk.outbound_proxy or trunk.proxy}
    yield Step(key="dial.step_resolved", values={**place, "host": trunk.next_hop.host, "address": address})
    with Inquiry(trunk) as inquiry:
        if trunk.transport is not Transport.UDP:
            yield Step(key="dial.step_connected", values={**place, "transport": trunk.transport.upper()})
        try:
            answer = inquiry.ask("OPTIONS")
            said = f"{answer.status_code} {answer.reason_phrase}"
            yield Step(key="dial.step_options", values={**place, "status": said}, remark=answer.status_code == 503)
        except DialError as error:
            if error.key != "dial.trunk_silent" or not (trunk.register or canary):
                raise
            yield Step(key="dial.step_no_options", values=place, remark=True)  # the next step will tell
        if trunk.register:
            yield _registered(trunk, inquiry, place)
    if not canary:
        yield Step(key="dial.step_no_canary", values=place, remark=True)
        return
    yield from findings(_tried(trunk, address, canary, area_code, country), place, canary)


def _registered(trunk: Trunk, inquiry: Inquiry, place: Values) -> Step:
    """Register, and take the binding back."""
    answer = inquiry.ask("REGISTER", Expires=str(trunk.register_s))
    status = f"{answer.status_code} {answer.reason_phrase}"
    if answer.status_code != 200:
        key = f"dial.register_{answer.status_code}" if answer.status_code in REFUSED else "dial.register_failed"
        least = answer.get_header("Min-Expires") or "?"
        raise DialError(key, **place, status=status, username=trunk.username, least=least)
    inquiry.ask("REGISTER", Expires="0")
    return Step(key="dial.step_registered", values={**place, "username": trunk.username})


def _tried(trunk: Trunk, address: str, canary: str, area_code: str, country: str) -> Trial:
    """Call the canary with a program of its own: PJSIP wants one. RefusedError when it may not be dialled."""
    from probe.dial.guards import checked

    order = Order(
        call_id=f"check-{uuid4().hex[:12]}",
        number=canary,
        office="",
        why="check",
        ring_limit_s=RING_LIMIT_S,
        purpose=Purpose.CANARY,
    )
    checked(order, trunk, area_code=area_code, country=country, allowed={canary}.__contains__)
    with tempfile.TemporaryDirectory(prefix="tongbutong-") as folder:
        allow_list = Path(folder) / "allowed"
        allowlist.write(allow_list, (canary,))
        configure = Configure(
            trunk=trunk,
            area_code=area_code,
            country=country,
            lang="en",
            data_folder=folder,
            allow_list=str(allow_list),
        )
        done = subprocess.run(
            [sys.executable, "-P", "-m", "probe.dial.trial"],
            input=encode(configure) + encode(Dial(order=order, address=address)),
            capture_output=True,
            timeout=TRIAL_LIMIT_S,
            check=False,
        )
    try:
        return msgspec.json.decode(done.stdout, type=Trial)
    except msgspec.DecodeError:
        reason = f"exit code {done.returncode}"
        raise DialError("dial.line_not_starting", reason=reason) from None


def findings(trial: Trial, place: Values, canary: str) -> Iterator[Step]:
    """What the call says of the trunk. DialError at the first thing that is wrong."""
    values: Values = {**place, "number": canary}
    if not trial.answered:
        yield _unanswered(trial, values)
        return
    yield Step(key="dial.step_answered", values=values)
    carried = trial.carried
    if carried is None or carried.received == 0:
        raise DialError("dial.trial_hears_nothing", **values)
    values["codec"] = carried.codec
    if carried.reports and carried.far_lost >= carried.sent > 0:
        raise DialError("dial.trial_is_not_heard", **values)
    yield Step(key="dial.step_hears", values={**values, "packets": carried.received})
    heard = "dial.step_heard" if carried.reports else "dial.step_no_reports"
    yield Step(key=heard, values={**values, "lost": carried.far_lost, "sent": carried.sent}, remark=not carried.reports)
    yield Step(key="dial.step_keys" if carried.keys else "dial.step_no_keys", values=values, remark=not carried.keys)


def _unanswered(trial: Trial, values: Values) -> Step:
    """Whether the trunk let the call through. DialError when it did not."""
    code = int(trial.ended[:3]) if trial.ended[:3].isdigit() else 0
    values = {**values, "status": trial.ended}
    if trial.invented or not trial.ended:
        if any(180 <= status < 200 for status in trial.statuses):
            return Step(key="dial.step_rings", values=values, remark=True)
        raise DialError("dial.trial_no_way", **{**values, "status": trial.ended or "-"})
    if code in (486, 600):
        return Step(key="dial.step_busy", values=values, remark=True)
    key = {
        401: "dial.trial_password",
        407: "dial.trial_password",
        403: "dial.trial_forbidden",
        404: "dial.trial_number",
        484: "dial.trial_number",
        604: "dial.trial_number",
        488: "dial.trial_media",
        606: "dial.trial_media",
    }.get(code, "dial.trial_failed")
    raise DialError(key, **values)
