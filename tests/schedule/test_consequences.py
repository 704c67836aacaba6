"""Which calls say whether a line is engaged."""

from __future__ import annotations

import pytest

from probe.model import Cause
from probe.schedule.consequences import engagements
from tests.schedule.test_second import brief


@pytest.mark.parametrize(
    ("cause", "ring_s", "said"),
    [
        (Cause.BUSY_TONE, None, [True]),
        (Cause.BUSY_TONE, 3.0, [True]),  # networks ring once before they know better
        (Cause.BUSY_TONE, 9.0, []),
        (Cause.BUSY_ANNOUNCEMENT, 31.0, []),
        (Cause.RANG_OUT, 45.0, [False]),
        (Cause.HUMAN, 9.0, [False]),
        (Cause.TRUNK, None, []),
        (Cause.VACANT_NUMBER, None, []),
    ],
)
def test_a_telephone_that_rang_is_no_evidence_for_a_handset_beside_it(
    cause: Cause, ring_s: float | None, said: list[bool]
) -> None:
    assert [seen.busy for seen in engagements([brief(cause, ring_s=ring_s)])] == said
    assert engagements([brief(cause, ring_s=ring_s, voided=True)]) == ()
