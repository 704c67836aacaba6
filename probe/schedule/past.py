"""What was dialled lately, by us and by others: the history that the manners ask, kept up with the audit log."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

import msgspec

from probe.model import Purpose
from probe.plan import Attempt, History
from probe.store import Store
from probe.store.audit import Attempted

LOOK_BACK = timedelta(days=2)  # no rule of the manners looks back further
UNHEARD = timedelta(minutes=15)  # a call of another program has ended by then
EXPLORE_S = 660.0  # an exploration engages its office longer than other calls, until it is known to be over
FORGET_EVERY = timedelta(hours=1)


class Past:
    """The attempts of the last two days. A call of this program is known better here than in the log."""

    def __init__(self, store: Store, started_at: datetime) -> None:
        self.history = History()
        self.own: dict[str, datetime] = {}  # calls of this program → when they were claimed
        self._store = store
        self._heard_of = 0  # the last line of the audit log that is in the history
        self._unheard: dict[int, datetime] = {}  # lines of the log whose calls have not ended
        self._forgot = started_at

    def hear(self, now: datetime, flying: Collection[str]) -> bool:
        """Take in the attempts that others have made meanwhile: somebody dials by hand, and the number is the same.

        Whether it was time to forget what is old.
        """
        self._unheard = {line: at for line, at in self._unheard.items() if now - at < UNHEARD}
        after = min([self._heard_of, *(line - 1 for line in self._unheard)])
        for attempted in self._store.audit.attempts(now - LOOK_BACK, after=after):
            self._heard_of = max(self._heard_of, attempted.id)
            entry = attempted.entry
            if entry.call_id in self.own or entry.call_id in flying:
                continue
            if attempted.answered is None:
                self._unheard[attempted.id] = entry.at
            else:
                self._unheard.pop(attempted.id, None)
            self.history.add(as_attempt(attempted))
        if now - self._forgot < FORGET_EVERY:
            return False
        self._forgot = now
        self.history.forget(now - LOOK_BACK)
        self.own = {call_id: at for call_id, at in self.own.items() if now - at < LOOK_BACK}
        return True


def history_of(attempts: Iterable[Attempted]) -> History:
    """The history anew, for planning, which may run beside the rest."""
    return History(map(as_attempt, attempts))


def as_attempt(attempted: Attempted) -> Attempt:
    """A line of the audit log as the manners see it."""
    entry = attempted.entry
    made = Attempt(
        at=entry.at,
        number=entry.number,
        office=entry.office,
        caller_id=entry.caller_id,
        answered=attempted.answered,
    )
    walks = entry.purpose == Purpose.EXPLORE and attempted.answered is None
    return msgspec.structs.replace(made, deadline_s=EXPLORE_S) if walks else made
