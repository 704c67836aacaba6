"""One call on trial: a program (`python -m probe.dial.trial`) that calls a number of ours and tells what it saw.

It reads what a line reads, Configure and Dial, as JSON lines on stdin, obeys the same guards, and writes one Trial. A
line keeps evidence for a verdict; this looks at what a trunk does: which way sound goes, what was negotiated.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import msgspec
import pjsua2 as pj

from probe.dial import allowlist
from probe.dial.events import Ended, PhoneError, Signalled
from probe.dial.guards import checked
from probe.dial.line import own_stdout
from probe.dial.messages import Configure, Dial, decode_to_line
from probe.dial.phone import Phone
from probe.dial.tried import Carried, Trial

LISTEN_S = 6.5  # after the answer: RTCP reports come about every five seconds (RFC 3550 §6.2)
PRESSED_S = 1.0
POLL_S = 0.05


def attempt(phone: Phone, configure: Configure, dial: Dial) -> Trial:
    """Make the call, press 1, hang up. ProbeError when it must not be made, PhoneError when it cannot."""
    order, trunk = dial.order, configure.trunk
    uri = checked(
        order,
        trunk,
        area_code=configure.area_code,
        country=configure.country,
        allowed=lambda number: allowlist.contains(Path(configure.allow_list), number),
        address=dial.address,
    )
    caller = trunk.caller(order.call_id, order.caller_id) if trunk else "tongbutong"
    phone.dial(uri, address=dial.address, call_id=order.call_id, trunk=trunk, caller=caller)
    statuses: list[int] = []
    ended: Ended | None = None
    until = time.monotonic() + order.ring_limit_s
    answered = False
    while ended is None and time.monotonic() < until:
        for event in phone.poll(POLL_S):
            if isinstance(event, Signalled) and not event.message.sent and event.message.method == "INVITE":
                statuses += [event.message.status] if event.message.status else []
            ended = event if isinstance(event, Ended) else ended
        if not answered and any(200 <= status < 300 for status in statuses):
            answered, until = True, time.monotonic() + LISTEN_S
    carried = _carried(phone) if answered and ended is None else None
    if carried is not None and carried.keys:
        phone.press("1", "rfc4733")
        _let_pass(phone, PRESSED_S)
    phone.hang_up()
    _let_pass(phone, PRESSED_S)
    return Trial(
        statuses=tuple(statuses),
        answered=answered,
        ended=ended.status if ended else "",
        invented=ended is not None and ended.origin != "wire",
        carried=carried,
    )


def _let_pass(phone: Phone, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        phone.poll(POLL_S)


def _carried(phone: Phone) -> Carried | None:
    try:
        info, statistics = phone.stream()
    except pj.Error:
        return None  # no sound was agreed on
    rtcp = statistics.rtcp
    return Carried(
        codec=str(info.codecName),
        received=int(rtcp.rxStat.pkt),
        sent=int(rtcp.txStat.pkt),
        reports=int(rtcp.txStat.updateCount),
        far_lost=int(rtcp.txStat.loss),
        keys=info.audTxEventPt > 0,
    )


def main() -> None:
    """Entry point of the program; what is wrong with the order or the telephone stands in `ended`."""
    stdout = own_stdout()
    configure, dial = decode_to_line(sys.stdin.buffer.readline()), decode_to_line(sys.stdin.buffer.readline())
    assert isinstance(configure, Configure)
    assert isinstance(dial, Dial)
    try:
        with Phone() as phone:
            found = attempt(phone, configure, dial)
    except PhoneError as error:
        found = Trial(ended=str(error), invented=True)
    stdout.write(msgspec.json.encode(found))
    stdout.flush()
    os._exit(0)  # as a line does: no second round of destructors over what is left of PJSIP


if __name__ == "__main__":
    main()
