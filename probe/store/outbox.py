"""The outbox in the database: `probe.post.outbox.Box` on the table `letters`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, func, select, update

from probe.post.letter import Letter
from probe.post.outbox import GIVE_UP_AFTER, Claimed, Posted, State
from probe.store.part import Part
from probe.store.rows import plain
from probe.store.tables import letters

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Letter)
_FREE = {"owner": None, "lease_until": None}


class Outbox(Part):
    """The letters. Their content is kept until they have arrived, or is forgotten; that they were sent, for good."""

    def add(self, letter: Letter, at: datetime) -> bool:
        """One row for each recipient who has not had this news; False when all have. The rest is as in `Box`."""
        rows = [
            {
                "letter_id": one.letter_id,
                "key": one.row_key,
                "made_at": at,
                "channel": one.channel,
                "recipient": one.recipient,
                "subject": plain(one.subject),
                "payload": _encoder.encode(one),
                "state": State.WAITING.value,
                "tries": 0,
                "next_try_at": at,
            }
            for one in letter.each()
        ]
        new = 0
        with self._writes() as connection:
            for row in rows:
                statement = self._upsert(letters).values(**row).on_conflict_do_nothing().returning(letters.c.letter_id)
                new += connection.execute(statement).first() is not None
        return new > 0

    def claim(self, now: datetime, owner: str, lease_s: float, channels: Collection[str]) -> Claimed | None:
        longest = (  # of those that wait, and of those whose program is gone
            select(letters.c.letter_id)
            .where(letters.c.next_try_at <= now, letters.c.channel.in_(tuple(channels)))
            .order_by(letters.c.next_try_at)
            .limit(1)
            .with_for_update(skip_locked=True)  # PostgreSQL; SQLite's writers wait for each other anyway
        )
        until = now + timedelta(seconds=lease_s)
        mine = {"state": State.CLAIMED.value, "owner": owner, "lease_until": until, "next_try_at": until}
        columns = (letters.c.letter_id, letters.c.payload, letters.c.made_at, letters.c.tries, letters.c.error)
        with self._writes() as connection:
            letter_id = connection.scalar(longest)
            if letter_id is None:
                return None
            statement = update(letters).where(letters.c.letter_id == letter_id)
            row = connection.execute(statement.values(**mine, tries=letters.c.tries + 1).returning(*columns)).one()
        return Claimed(
            letter_id=row.letter_id,
            letter=_decoder.decode(row.payload),
            made_at=row.made_at,
            tries=row.tries,
            error=row.error or "",
        )

    def handing_over(self, letter_id: str, owner: str, at: datetime, answer_s: float) -> bool:
        claimed = letters.c.state == State.CLAIMED.value
        until = at + timedelta(seconds=answer_s)
        return self._set(
            letter_id,
            claimed & (letters.c.owner == owner),
            state=State.UNSURE.value,
            lease_until=until,
            next_try_at=None,
        )

    def sent(self, letter_id: str, owner: str, at: datetime) -> None:
        mine = (letters.c.owner == owner) & (letters.c.state == State.UNSURE.value)
        self._set(letter_id, mine, **_arrived(at))

    def failed(
        self, letter_id: str, owner: str, at: datetime, error: str, next_try: datetime | None, *, bounced: bool = False
    ) -> None:
        over = State.BOUNCED if bounced else State.FAILED
        state = over if next_try is None else State.WAITING
        mine = (letters.c.owner == owner) & letters.c.state.in_((State.CLAIMED.value, State.UNSURE.value))
        self._set(letter_id, mine, state=state.value, error=plain(error), next_try_at=next_try, **_FREE)

    def unsure(self, letter_id: str, owner: str, at: datetime, error: str) -> None:
        mine = (letters.c.owner == owner) & (letters.c.state == State.UNSURE.value)
        self._set(letter_id, mine, error=plain(error), lease_until=at)

    def hold(self, channel: str, now: datetime, error: str, until: datetime) -> None:
        due = (letters.c.state == State.WAITING.value) & (letters.c.next_try_at <= now)
        statement = update(letters).where(due, letters.c.channel == channel)
        with self._writes() as connection:
            connection.execute(statement.values(error=plain(error), next_try_at=until))

    def count(self, channel: str, recipient: str, since: datetime) -> int:
        """How many letters this recipient was written since then (index: recipient, made_at)."""
        mine = (letters.c.channel == channel) & (letters.c.recipient == recipient) & (letters.c.made_at >= since)
        with self._reads() as connection:
            return connection.scalar(select(func.count()).select_from(letters).where(mine)) or 0

    def known(self, row_keys: Collection[str]) -> frozenset[str]:
        """Which of these rows (`Letter.row_key`) are there already, in whatever state: what is known is not composed
        again. By the unique index of `key`; a letter beyond the cap is in no row."""
        query = select(letters.c.key).where(letters.c.key.in_(tuple(row_keys)))
        with self._reads() as connection:
            return frozenset(connection.scalars(query))

    def waiting(self) -> tuple[Posted, ...]:
        return self._listed(letters.c.state.in_((State.WAITING.value, State.CLAIMED.value)))

    def troubles(self, now: datetime) -> tuple[Posted, ...]:
        return self._listed(_trouble(now))

    def posted(self, since: datetime) -> tuple[Posted, ...]:
        return self._listed((letters.c.made_at >= since) | (letters.c.state != State.SENT.value))

    def of_rows(self, row_keys: Collection[str]) -> tuple[Posted, ...]:
        """How these rows (`Letter.row_key`) stand."""
        return self._listed(letters.c.key.in_(tuple(row_keys)))

    def returned(self, letter_id: str, at: datetime, error: str) -> bool:
        gone = letters.c.state.in_((State.SENT.value, State.UNSURE.value))
        return self._set(letter_id, gone, state=State.BOUNCED.value, error=plain(error), next_try_at=None, **_FREE)

    def again(self, letter_id: str, at: datetime) -> bool:
        here = letters.c.payload != b""
        return self._set(letter_id, _trouble(at) & here, state=State.WAITING.value, tries=0, next_try_at=at, **_FREE)

    def arrived(self, letter_id: str, at: datetime) -> bool:
        return self._set(letter_id, _trouble(at), **_arrived(at))

    def forget(self, before: datetime, now: datetime, *, pretend: bool = False) -> int:
        """Empty what was written before this moment and will not go out by itself any more; of how many letters. Those
        that still wait, because nothing has sent letters for so long, are given up."""
        held = letters.c.lease_until.is_not(None) & (letters.c.lease_until > now)
        old = (letters.c.made_at < before) & (letters.c.payload != b"")
        over = old & _trouble(now)
        waits = old & letters.c.state.in_((State.WAITING.value, State.CLAIMED.value)) & ~held
        waits &= letters.c.made_at < now - GIVE_UP_AFTER
        if pretend:
            with self._reads() as connection:
                return connection.scalar(select(func.count()).select_from(letters).where(over | waits)) or 0
        with self._writes() as connection:
            emptied = connection.execute(update(letters).where(over).values(payload=b"")).rowcount
            values = {"state": State.FAILED.value, "payload": b"", "next_try_at": None, **_FREE}
            return emptied + connection.execute(update(letters).where(waits).values(values)).rowcount

    def _set(self, letter_id: str, where: ColumnElement[bool], **values: Any) -> bool:
        with self._writes() as connection:
            statement = update(letters).where(letters.c.letter_id == letter_id, where).values(**values)
            return connection.execute(statement).rowcount == 1

    def _listed(self, where: ColumnElement[bool]) -> tuple[Posted, ...]:
        columns = [letters.c[name] for name in Posted.__struct_fields__]
        query = select(*columns).where(where).order_by(letters.c.made_at, letters.c.letter_id)
        with self._reads() as connection:
            return tuple(_posted(row) for row in connection.execute(query).mappings())


def _trouble(now: datetime) -> ColumnElement[bool]:
    """Unsure counts once its answer is overdue: until then it is under way."""
    unsure = (letters.c.state == State.UNSURE.value) & (letters.c.lease_until <= now)
    return unsure | letters.c.state.in_((State.BOUNCED.value, State.FAILED.value))


def _arrived(at: datetime) -> dict[str, Any]:
    return {"state": State.SENT.value, "sent_at": at, "payload": b"", "next_try_at": None, **_FREE}


def _posted(row: Any) -> Posted:
    return Posted(**{**row, "state": State(row["state"]), "error": row["error"] or ""})
