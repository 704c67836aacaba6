"""Whatever is explored: who is, or may be, a person hears to the end who calls."""

from __future__ import annotations

import pytest

from probe.explore import Tree
from probe.explore.tree import Errand
from probe.explore.walker import Walker
from probe.model import Cause, Kind, Sounds, Verdict
from probe.script import HangUp, Limits, Moment, Say
from tests.explore.office import NOW
from tests.script.scene import UNSURE, heard, sure

ANSWERED_S = 2.0
LIMITS = Limits(ring_s=30.0, answered_s=20.0, deadline_s=100.0)


@pytest.mark.parametrize(
    ("there", "from_s", "unsure"),
    [(sure(Cause.HUMAN), 18.0, False), (UNSURE, 19.0, True)],
    ids=["a person who is recognised late", "somebody"],
)
def test_who_may_be_a_person_is_told_who_calls_to_the_end(there: Verdict, from_s: float, unsure: bool) -> None:
    tree = Tree(number="+8657187250101", began_at=NOW)
    walker = Walker(
        Errand(tree=tree), LIMITS, call_id="c", say="who", print_=lambda start, end: (), tell=lambda visit: None
    )
    acting_until, done = 0.0, []
    for tenth in range(320):
        at_s = tenth / 10
        answered = at_s >= ANSWERED_S
        until_s = min(at_s, 7.0)
        action = walker.at(
            Moment(
                at_s=at_s,
                verdict=UNSURE,
                answered_at_s=ANSWERED_S if answered else None,
                there=None if walker.since_s is None else there if at_s >= from_s else UNSURE,
                sounds=Sounds(segments=(heard(Kind.SPEECH, 3.0, until_s),) if at_s > 3.0 else (), until_s=at_s),
                acting=at_s < acting_until,
            )
        )
        if action is not None:
            done.append((at_s, action))
            acting_until = at_s + 7.7
    (said_s, said), (ended_s, ended) = done
    assert (said, ended) == (Say(wav="who", unsure=unsure), HangUp())
    assert ended_s - said_s >= 7.6
