"""What a call on trial has shown of a trunk (trial.py makes it, examine.py reads it)."""

from __future__ import annotations

from probe.model import Fact


class Carried(Fact, frozen=True, kw_only=True):
    """How the sound of a call is carried."""

    codec: str
    received: int  # packets
    sent: int
    reports: int  # of the far end on what it received of ours (RTCP); 0 may mean that it sends none
    far_lost: int  # packets, as the far end reports
    keys: bool  # telephone-events (RFC 4733) are taken


class Trial(Fact, frozen=True, kw_only=True):
    """What came of it. `ended` is the final status, "486 Busy Here"; `invented` when it was our side that said so."""

    statuses: tuple[int, ...] = ()
    answered: bool = False
    ended: str = ""
    invented: bool = False
    carried: Carried | None = None
