"""Whether a fault of our own trunk could be taken for trouble of the offices: said by `probe check` and in reports."""

from __future__ import annotations

from probe.cli.talk import Talk
from probe.health import unprotected
from probe.model import Because


def caution(talk: Talk, units: int, numbers: int) -> Because | None:
    """What is to be said of a directory of so many units and numbers; None when nothing is."""
    settings = talk.settings_or_default
    trunks = settings.trunks.values()
    if not trunks or not numbers:
        return None
    ways = sum(max(1, len({*trunk.caller_ids, *filter(None, [trunk.caller_id])})) for trunk in trunks)
    calls = numbers * settings.plan.base_calls / len(trunks)
    return unprotected(units, calls, has_canary=bool(settings.manners.canaries), ways=ways)
