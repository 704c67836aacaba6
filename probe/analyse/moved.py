"""Lines below the target in two periods: new, still so, recovered."""

from __future__ import annotations

from enum import StrEnum

from probe.analyse.compare import Standing


class Moved(StrEnum):
    """What became of a line that is or was said to be below the target."""

    NEW = "new"  # it was not said of the period before
    STILL = "still"
    RECOVERED = "recovered"  # it is more likely at the target than below
    UNCLEAR = "unclear"  # not said any more, but not shown to be well either


def moved(before: Standing | None, now: Standing | None) -> Moved | None:
    """None when it was said in neither period."""
    was, is_now = before is not None and before.flagged, now is not None and now.flagged
    if is_now:
        return Moved.STILL if was else Moved.NEW
    if not was:
        return None
    return Moved.RECOVERED if now is not None and now.below_target < 0.5 else Moved.UNCLEAR
