"""The codes of the official spot check (telephony.md §5): 11 right desk, 12 right unit but wrong desk, 13 wrong unit,
14 answered and hung up, 21 no answer, 22 always busy, 23 vacant or suspended.

They are given to a number, after all its dials. The robot knows that a person answered but not whether it was the
right desk: it says `1x` and leaves 11, 12, 13 to a person who listens. It leaves menus, queues, fax machines and
silence to a person too, for no code is meant for them.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from probe.analyse.columns import CAUSE_LIST, Bools, Ints
from probe.analyse.rate import Rate
from probe.model import Cause, Fact


class Spot(StrEnum):
    """What a number is found to be."""

    PERSON = "1x"  # 11, 12 or 13: a person says which
    HUNG_UP = "14"
    NO_ANSWER = "21"
    BUSY = "22"
    DEAD = "23"
    LISTEN = "listen"  # answered by something: a person must listen
    TOO_FEW = "too_few"  # not dialled often enough for a code


CODED = (Spot.PERSON, Spot.HUNG_UP, Spot.NO_ANSWER, Spot.BUSY, Spot.DEAD)
SPOT_OF: dict[Cause, Spot | None] = {
    Cause.HUMAN: Spot.PERSON,
    Cause.IVR: Spot.LISTEN,
    Cause.QUEUE: Spot.LISTEN,
    Cause.FAX: Spot.LISTEN,
    Cause.SILENT: Spot.LISTEN,
    Cause.DROPPED: Spot.HUNG_UP,
    Cause.UNCLEAR: None,
    Cause.GREETING: Spot.NO_ANSWER,
    Cause.CARRIER_ASSISTANT: Spot.NO_ANSWER,
    Cause.OFF_HOURS: Spot.NO_ANSWER,
    Cause.RANG_OUT: Spot.NO_ANSWER,
    Cause.NO_ANSWER_ANNOUNCEMENT: Spot.NO_ANSWER,
    Cause.REJECTED: Spot.NO_ANSWER,
    Cause.BUSY_SIGNAL: Spot.BUSY,
    Cause.BUSY_TONE: Spot.BUSY,
    Cause.BUSY_ANNOUNCEMENT: Spot.BUSY,
    Cause.VACANT_NUMBER: Spot.DEAD,
    Cause.SUSPENDED: Spot.DEAD,
    Cause.NUMBER_CHANGED: Spot.DEAD,
    Cause.POWERED_OFF: Spot.NO_ANSWER,  # the number exists; nobody can answer
    Cause.NO_COVERAGE: Spot.NO_ANSWER,
    Cause.BARRED: Spot.LISTEN,
    Cause.NETWORK_CONGESTION: None,
    Cause.TRUNK: None,
    Cause.OWN_LINE: None,
    Cause.DIAL_PLAN: None,
    Cause.ROBOT: None,
    Cause.UNSURE: None,
}
DIALS = 3  # the official protocol: when nobody answers, at least
DEAD_DIALS = 2  # a vacant number is dialled once more


class SpotCheck(Fact, frozen=True, kw_only=True):
    """How many numbers got which code; they add up to all numbers that were dialled with a clear outcome."""

    numbers: dict[Spot, int]

    @property
    def valid(self) -> Rate:
        """有效率: numbers that a person answered, of those with a code. The right desk may be fewer: a person must
        listen."""
        return Rate(self.numbers[Spot.PERSON], sum(self.numbers[code] for code in CODED))


def spot_codes(line: Ints, lines: int, cause: Ints) -> tuple[Spot | None, ...]:
    """The code of each line after all its clear calls (first attempts and follow-ups); None without any."""
    kinds = list(Spot)
    code_of_cause = np.array([-1 if (spot := SPOT_OF[c]) is None else kinds.index(spot) for c in CAUSE_LIST])
    code = code_of_cause[cause]
    line, code = line[code >= 0], code[code >= 0]
    table = np.bincount(line * len(kinds) + code, minlength=lines * len(kinds)).reshape(lines, len(kinds))

    def seen(spot: Spot) -> Ints:
        return table[:, kinds.index(spot)]

    dials = table.sum(axis=1)
    rules: tuple[tuple[Spot, Bools], ...] = (  # the first that holds
        (Spot.PERSON, seen(Spot.PERSON) > 0),
        (Spot.HUNG_UP, seen(Spot.HUNG_UP) > 0),
        (Spot.LISTEN, seen(Spot.LISTEN) > 0),
        (Spot.DEAD, (seen(Spot.DEAD) == dials) & (dials >= DEAD_DIALS)),
        (Spot.TOO_FEW, dials < DIALS),
        (Spot.BUSY, seen(Spot.BUSY) == dials),
    )
    chosen = np.select([holds for _, holds in rules], range(len(rules)), default=-1)
    named = [*(spot for spot, _ in rules), Spot.NO_ANSWER]
    return tuple(None if n == 0 else named[c] for c, n in zip(chosen.tolist(), dials.tolist(), strict=True))
