"""The calls of one exploration, one after the other, for as long as the manners allow. The telephone, the clock and the
manners are given to it.

Every visit is kept as soon as it is told: whatever stops the program, what was found stays, and the next one goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import msgspec

from probe.explore.grow import grown
from probe.explore.route import MOST_MISSES, goals
from probe.explore.tree import ANSWER, START, Called, Halt, Tree, Visit
from probe.model import Because, Blame, Outcome, Record
from probe.plan.manners import again_at

PATIENCE = timedelta(minutes=10)  # so long the next call is waited for; later ones are another day's
MOST_IN_VAIN = 3  # calls in a row that nobody and nothing answered, or in which nothing new was heard


class Expedition:
    """One exploration on its way. `tree` is what is known by now.

    `call` makes a call and returns its record, None when it was not made. `refusal` says why no call may be made now.
    `keep` stores the tree, `told` hears of each visit, `waits` of a pause.
    """

    def __init__(
        self,
        tree: Tree,
        *,
        call: Callable[[], Awaitable[Record | None]],
        refusal: Callable[[datetime], Because | None],
        keep: Callable[[Tree], None],
        now: Callable[[], datetime],
        told: Callable[[Tree, Visit, int | None], None] = lambda tree, visit, to: None,
        waits: Callable[[Because], None] = lambda reason: None,
    ) -> None:
        self.tree = tree
        self.reason: Because | None = None  # why it goes on another time
        self._call = call
        self._refusal = refusal
        self._keep = keep
        self._now = now
        self._told = told
        self._waits = waits
        self._stop = asyncio.Event()
        self._in_vain = 0

    def visit(self, visit: Visit) -> None:
        """A line has told what it heard."""
        self.tree, to = grown(self.tree, visit)
        self._keep(self.tree)
        self._told(self.tree, visit, to)

    def stop(self) -> None:
        """No further call."""
        self._stop.set()

    async def run(self) -> Tree:
        """Call until nothing is left within the limits, or no call may be made; the tree, which is kept as well."""
        self.tree = msgspec.structs.replace(self.tree, halt=None, ended_at=None)
        while (halt := self._halt()) is None:
            if not await self._may():
                break
            before = self.tree
            record = await self._call()
            if record is None:
                halt = "stopped" if self._stop.is_set() else "refused"
                break
            self._add(record)
            found = (self.tree.nodes, self.tree.edges) != (before.nodes, before.edges)
            self._in_vain = 0 if found else self._in_vain + 1
        self._close(halt)
        return self.tree

    # ---- inside ----

    def _halt(self) -> Halt | None:
        """Why no call is to be made any more."""
        root = self.tree.edge(START, ANSWER)
        if self._stop.is_set():
            return "stopped"
        if root is not None and root.misses >= MOST_MISSES:
            return "other_root"
        if not goals(self.tree):
            return "finished"
        if len(self.tree.calls) >= self.tree.limits.calls:
            return "calls"
        if self._in_vain >= MOST_IN_VAIN:
            return "no_answer" if not self.tree.calls[-1].answered else "no_progress"
        return None

    async def _may(self) -> bool:
        """Whether a call may be made, after a short pause if need be."""
        while (reason := self._refusal(self._now())) is not None:
            again = again_at(reason)
            if again is None or again - self._now() > PATIENCE:
                self.reason = reason
                return False
            self._waits(reason)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), max(0.05, (again - self._now()).total_seconds()))
            if self._stop.is_set():
                return False
        return True

    def _add(self, record: Record) -> None:
        trace, verdict = record.trace, record.verdict
        sent = (s.sent.removeprefix("DTMF ") for s in trace.signals if s.sent and s.sent.startswith("DTMF "))
        called = Called(
            call_id=record.order.call_id,
            at=trace.started_at,
            outcome=verdict.outcome,
            cause=verdict.cause,
            answered=trace.answered_at_s is not None,
            seconds=round(trace.ended_at_s or 0.0, 1),
            keys="".join(sent),
            recording=trace.recording,
            media_s=trace.media_started_at_s or 0.0,
        )
        self.tree = msgspec.structs.replace(self.tree, calls=(*self.tree.calls, called))
        self._keep(self.tree)
        if verdict.outcome is Outcome.INCONCLUSIVE and verdict.blame in (Blame.TRUNK, Blame.ROBOT):
            self._in_vain += 1

    def _close(self, halt: Halt | None) -> None:
        """`ended_at` stands where nothing is left to do; everything else may go on."""
        if halt is None and self._stop.is_set():
            halt = "stopped"
        over = halt in ("finished", "calls", "other_root")
        self.tree = msgspec.structs.replace(self.tree, halt=halt, ended_at=self._now() if over else None)
        if self.tree.calls or self.tree.nodes:
            self._keep(self.tree)
