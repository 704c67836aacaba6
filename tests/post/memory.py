"""The outbox in memory: what the database's must be indistinguishable from."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from probe.post.letter import Letter
from probe.post.outbox import Claimed, Posted, State

UNDER_WAY = (State.WAITING, State.CLAIMED)
OVER = (State.BOUNCED, State.FAILED)


class MemoryBox:
    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}

    def add(self, letter: Letter, at: datetime) -> bool:
        new = [one for one in letter.each() if one.letter_id not in self.rows]
        for one in new:
            self.rows[one.letter_id] = {
                "letter": one,
                "made_at": at,
                "state": State.WAITING,
                "tries": 0,
                "next_try_at": at,
                "owner": None,
                "lease": at,
                "sent_at": None,
                "error": "",
                "forgotten": False,
            }
        return bool(new)

    def claim(self, now: datetime, owner: str, lease_s: float, channels: Collection[str]) -> Claimed | None:
        due = [
            (row["next_try_at"], row["made_at"], letter_id)
            for letter_id, row in self.rows.items()
            if row["letter"].channel in channels
            and (
                (row["state"] is State.WAITING and row["next_try_at"] <= now)
                or (row["state"] is State.CLAIMED and row["lease"] <= now)
            )
        ]
        if not due:
            return None
        letter_id = min(due)[2]
        row = self.rows[letter_id]
        tries = row["tries"] + 1
        row.update(state=State.CLAIMED, owner=owner, lease=now + timedelta(seconds=lease_s), tries=tries)
        return Claimed(
            letter_id=letter_id, letter=row["letter"], made_at=row["made_at"], tries=tries, error=row["error"]
        )

    def handing_over(self, letter_id: str, owner: str, at: datetime, answer_s: float) -> bool:
        row = self.rows[letter_id]
        if row["state"] is not State.CLAIMED or row["owner"] != owner:
            return False
        row.update(state=State.UNSURE, lease=at + timedelta(seconds=answer_s))
        return True

    def sent(self, letter_id: str, owner: str, at: datetime) -> None:
        self._mine(letter_id, owner, (State.UNSURE,), state=State.SENT, sent_at=at, forgotten=True)

    def failed(
        self, letter_id: str, owner: str, at: datetime, error: str, next_try: datetime | None, *, bounced: bool = False
    ) -> None:
        state = State.WAITING if next_try else State.BOUNCED if bounced else State.FAILED
        values = {"state": state, "error": error, "next_try_at": next_try}
        self._mine(letter_id, owner, (State.CLAIMED, State.UNSURE), **values)

    def unsure(self, letter_id: str, owner: str, at: datetime, error: str) -> None:
        self._mine(letter_id, owner, (State.UNSURE,), error=error, lease=at)

    def hold(self, channel: str, now: datetime, error: str, until: datetime) -> None:
        for row in self.rows.values():
            if row["letter"].channel == channel and row["state"] is State.WAITING and row["next_try_at"] <= now:
                row.update(error=error, next_try_at=until)

    def waiting(self) -> tuple[Posted, ...]:
        return self._listed(lambda row: row["state"] in UNDER_WAY)

    def troubles(self, now: datetime) -> tuple[Posted, ...]:
        return self._listed(lambda row: self._trouble(row, now))

    def posted(self, since: datetime) -> tuple[Posted, ...]:
        return self._listed(lambda row: row["made_at"] >= since or row["state"] is not State.SENT)

    def returned(self, letter_id: str, at: datetime, error: str) -> bool:
        row = self.rows.get(letter_id)
        if row is None or row["state"] not in (State.SENT, State.UNSURE):
            return False
        row.update(state=State.BOUNCED, error=error, next_try_at=None)
        return True

    def again(self, letter_id: str, at: datetime) -> bool:
        row = self.rows.get(letter_id)
        if row is None or row["forgotten"]:
            return False
        return self._settle(letter_id, at, state=State.WAITING, tries=0, next_try_at=at)

    def arrived(self, letter_id: str, at: datetime) -> bool:
        return self._settle(letter_id, at, state=State.SENT, sent_at=at, forgotten=True)

    @staticmethod
    def _trouble(row: dict[str, Any], now: datetime) -> bool:
        return row["state"] in OVER or (row["state"] is State.UNSURE and row["lease"] <= now)

    def _mine(self, letter_id: str, owner: str, states: tuple[State, ...], **values: Any) -> None:
        row = self.rows[letter_id]
        if row["owner"] == owner and row["state"] in states:
            row.update(values)

    def _settle(self, letter_id: str, at: datetime, **values: Any) -> bool:
        row = self.rows.get(letter_id)
        if row is None or not self._trouble(row, at):
            return False
        row.update(values)
        return True

    def _listed(self, wanted: Any) -> tuple[Posted, ...]:
        names = ("made_at", "state", "tries", "next_try_at", "sent_at", "error")
        found = [
            Posted(
                letter_id=letter_id,
                channel=row["letter"].channel,
                recipient=row["letter"].recipient,
                subject=row["letter"].subject,
                **{name: row[name] for name in names},
            )
            for letter_id, row in self.rows.items()
            if wanted(row)
        ]
        return tuple(sorted(found, key=lambda posted: (posted.made_at, posted.letter_id)))
