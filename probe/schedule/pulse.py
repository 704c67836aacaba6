"""Whether a trunk still answers OPTIONS. A trunk that never did says nothing by its silence: some never do. Pure."""

from __future__ import annotations

ENOUGH = 2  # times in a row without an answer; each time a datagram is sent three times


class Pulse:
    """One trunk's answers, in order."""

    def __init__(self) -> None:
        self._ever = False
        self._missing = 0

    def felt(self, answered: bool) -> bool | None:
        """What is known after one more time: True while it answers, False when it has stopped, None while one cannot
        tell."""
        if answered:
            self._ever, self._missing = True, 0
            return True
        self._missing += 1
        return False if self._ever and self._missing >= ENOUGH else None
