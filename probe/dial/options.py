"""Asking a trunk whether it is there (OPTIONS, RFC 3261 §11), without making a call."""

from __future__ import annotations

from probe.dial.inquiry import Inquiry
from probe.dial.trunk import Trunk


def ask(trunk: Trunk) -> str:
    """What the trunk answers, e.g. "200 OK"; any answer shows that it is there.

    DialError when its host is unknown, its port is closed, its certificate is not good or nothing comes within three
    seconds. Blocks so long.
    """
    with Inquiry(trunk) as inquiry:
        answer = inquiry.ask("OPTIONS")
    return f"{answer.status_code} {answer.reason_phrase}"
