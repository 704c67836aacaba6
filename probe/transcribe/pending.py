"""Questions that wait for the recogniser. On a busy machine the newest comes first: old ones help no call any more."""

from __future__ import annotations

from collections.abc import Hashable

from probe.transcribe.wire import Question

STALE_S = 3.0  # a question that has waited longer is not worth its CPU: the call has got on


class Pending:
    """Pure bookkeeping; times are the caller's. `superseded` and `late` count what was never recognised, and why."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[Hashable, int, int], tuple[float, Question]] = {}  # the newest last
        self.superseded = 0
        self.late = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, client: Hashable, question: Question, now: float) -> None:
        """It replaces an older question about the same passage, and all of earlier calls of this client."""
        void = [
            key
            for key in self._waiting
            if key[0] == client and (key[1] < question.call or key[1:] == (question.call, question.passage))
        ]
        for key in void:
            del self._waiting[key]
        self.superseded += len(void)
        self._waiting[client, question.call, question.passage] = (now, question)

    def take(self, now: float) -> tuple[Hashable, Question, bool] | None:
        """The newest question, whose it is, and whether it is still worth an answer. None when there is none."""
        if not self._waiting:
            return None
        (client, *_), (asked, question) = self._waiting.popitem()
        in_time = now - asked <= STALE_S
        self.late += not in_time
        return client, question, in_time

    def forget(self, client: Hashable) -> None:
        """This client is gone."""
        for key in [key for key in self._waiting if key[0] == client]:
            del self._waiting[key]
