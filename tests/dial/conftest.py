"""What a call is judged to be, where the test decides it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from probe.live import LiveCall
from probe.model import Blame, Cause, Outcome, Verdict


@pytest.fixture
def verdicts(monkeypatch: pytest.MonkeyPatch) -> Callable[[Cause | None], None]:
    """Decides what the call's verdict is: surely this cause, or unsure."""
    now: list[Cause | None] = [None]

    def verdict(self: LiveCall) -> Verdict:
        cause = now[0] or Cause.UNSURE
        outcome = Outcome.ANSWERED if cause is Cause.HUMAN else Outcome.INCONCLUSIVE
        return Verdict(
            outcome=outcome, cause=cause, blame=Blame.UNKNOWN, confidence=0.9, because=(), sure=now[0] is not None
        )

    monkeypatch.setattr(LiveCall, "verdict", verdict)
    return lambda cause: now.__setitem__(0, cause)
