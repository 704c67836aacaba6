"""OPTIONS: who never answered says nothing by silence."""

from __future__ import annotations

import pytest

from probe.schedule.pulse import Pulse


@pytest.mark.parametrize(
    ("answers", "known"),
    [
        ([False] * 5, [None] * 5),
        ([True, True], [True, True]),
        ([True, False, True, False, True], [True, None, True, None, True]),
        ([True, False, False, False, True], [True, None, False, False, True]),
    ],
)
def test_two_silences_in_a_row_after_an_answer(answers: list[bool], known: list[bool | None]) -> None:
    pulse = Pulse()
    assert [pulse.felt(answered) for answered in answers] == known
