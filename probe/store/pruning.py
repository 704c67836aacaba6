"""What is forgotten of old calls: their words, and that their recordings are gone. Facts and verdicts stay."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Column, ColumnElement, Connection, Select, or_, select, update

from probe.classify.quotes import WITHOUT, without_quotes
from probe.incidents.testimony import Testimony
from probe.model import Check, Fact, Sounds, Trace
from probe.store import rows
from probe.store.engine import emptied_wal
from probe.store.faults import told
from probe.store.part import Part
from probe.store.tables import calls, former_verdicts, pruned, testimonies

WIPE_S, WIPES = 0.5, 4  # seconds that claims may have to wait, and how often it is tried
PROMPT = "prompt is "  # the check of a scenario that may have quoted what was heard
GONE = "…"
CHUNK = 500  # calls in one transaction: other programs wait no longer than that
_sounds = msgspec.json.Decoder(Sounds)
_testimony = msgspec.json.Decoder(Testimony)
_trace = msgspec.json.Decoder(Trace)


class Mark(Fact, frozen=True, kw_only=True):
    """Since when a call's recording and its words are not kept any more; None while they may be there."""

    recording_at: datetime | None = None
    words_at: datetime | None = None

    @property
    def any(self) -> bool:
        """Whether anything was pruned."""
        return self.recording_at is not None or self.words_at is not None


class Aged(Fact, frozen=True, kw_only=True):
    """A call whose recording is due to be deleted; None when it has none."""

    call_id: str
    recording: str | None


class Pruning(Part):
    """Marks of what was pruned, and the pruning of what the database itself holds."""

    def of(self, call_id: str) -> Mark:
        """What was pruned of a call."""
        query = select(pruned.c.recording_at, pruned.c.words_at).where(pruned.c.call_id == call_id)
        with self._reads() as connection:
            row = connection.execute(query).first()
        return Mark() if row is None else Mark(**row._mapping)

    def rules(self, call_id: str) -> str:
        """Which rules made the call's present verdict; "" when that was not kept."""
        with self._reads() as connection:
            return connection.scalar(select(calls.c.rules).where(calls.c.call_id == call_id)) or ""

    def recordings(self, before: datetime) -> Iterator[tuple[Aged, ...]]:
        """The calls begun before this moment that are not marked yet, in order of time, a few hundred at once."""
        for batch in self._batches(select(calls.c.trace_json), before, pruned.c.recording_at.is_(None)):
            yield tuple(Aged(call_id=row[0], recording=_trace.decode(row.trace_json).recording) for row in batch)

    def recordings_gone(self, call_ids: Iterable[str], at: datetime) -> None:
        """Mark calls as having no recording any more: only after the files are gone."""
        self._mark(call_ids, "recording_at", at)

    def kept(self, call_ids: Iterable[str], since: datetime) -> frozenset[str]:
        """Which of these calls began at this moment or later, or have not ended: their recordings are not due."""
        wanted = list(call_ids)
        late = or_(calls.c.started_at >= since, calls.c.recorded_at.is_(None) & (calls.c.claimed_at >= since))
        found: set[str] = set()
        with self._reads() as connection:
            for start in range(0, len(wanted), CHUNK):
                query = select(calls.c.call_id).where(calls.c.call_id.in_(wanted[start : start + CHUNK]), late)
                found |= set(connection.scalars(query))
        return frozenset(found)

    def forget_words(self, before: datetime, at: datetime, *, pretend: bool = False) -> int:
        """Take what was said out of calls begun before this moment, sounds and quotes alike; of how many.

        A call whose recording is still there is looked at again each time: whoever judges it again hears it anew. So is
        one whose verdict quotes: older versions of this program left the quotes.
        """
        forgotten = 0
        former = select(former_verdicts.c.call_id).where(_quotes(former_verdicts.c.verdict_json))
        due = or_(
            pruned.c.words_at.is_(None),
            pruned.c.recording_at.is_(None),
            _quotes(calls.c.verdict_json),
            calls.c.checks_json.contains(f'"name":"{PROMPT}', autoescape=True),
            calls.c.call_id.in_(former),
        )
        for batch in self._batches(select(calls.c.call_id), before, due):
            names = [row[0] for row in batch]
            with self._reads() if pretend else self._writes() as connection:
                columns = (calls.c.sounds_json, calls.c.verdict_json, calls.c.checks_json)
                query = select(calls.c.call_id, *columns).where(calls.c.call_id.in_(names))
                changed = set[str]()
                for name, *texts in connection.execute(query if pretend else query.with_for_update()).all():
                    new = _forgotten(*texts)
                    if new == texts:
                        continue
                    changed.add(name)
                    if not pretend:
                        values = {column.name: text for column, text in zip(columns, new, strict=True)}
                        connection.execute(update(calls).where(calls.c.call_id == name).values(values))
                changed |= self._forget_former(connection, names, pretend=pretend)
                forgotten += len(changed)
                if not pretend:
                    self._mark(names, "words_at", at)
        return forgotten

    def _forget_former(self, connection: Connection, call_ids: Collection[str], *, pretend: bool) -> set[str]:
        """The same in the verdicts that were replaced; whose they are."""
        mine = former_verdicts.c.call_id.in_(call_ids) & _quotes(former_verdicts.c.verdict_json)
        query = select(former_verdicts.c.id, former_verdicts.c.call_id, former_verdicts.c.verdict_json).where(mine)
        found = connection.execute(query).all()
        for row in () if pretend else found:
            new = rows.json(without_quotes(rows.verdict_of(row.verdict_json)))
            this = former_verdicts.c.id == row.id
            connection.execute(update(former_verdicts).where(this).values(verdict_json=new))
        return {row.call_id for row in found}

    def forget_notes(self, before: datetime, *, pretend: bool = False) -> int:
        """Take the notes out of testimonies that were told before this moment; of how many."""
        query = select(testimonies.c.id, testimonies.c.testimony_json).where(
            testimonies.c.told_at < before, testimonies.c.testimony_json.contains('"note":', autoescape=True)
        )
        with self._reads() if pretend else self._writes() as connection:
            found = connection.execute(query).all()
            for row in () if pretend else found:
                silent = msgspec.structs.replace(_testimony.decode(row.testimony_json), note="")
                mine = testimonies.c.id == row.id
                connection.execute(update(testimonies).where(mine).values(testimony_json=rows.json(silent)))
        return len(found)

    def wipe(self) -> str | None:
        """Empty the database's own log of what was forgotten; the log's name when others keep it busy."""
        with told(self._place):
            done = any(emptied_wal(self._engine, wait_s=WIPE_S) for _ in range(WIPES))
        return None if done else f"{self._place.name}-wal"

    def _mark(self, call_ids: Iterable[str], column: str, at: datetime) -> None:
        values = [{"call_id": call_id, column: at} for call_id in call_ids]
        if not values:
            return
        statement = self._upsert(pruned).values(values)
        fresh = {column: getattr(statement.excluded, column)}
        with self._writes() as connection:
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=[pruned.c.call_id], set_=fresh, where=getattr(pruned.c, column).is_(None)
                )
            )

    def _batches(
        self, columns: Select[tuple[str]], before: datetime, due: ColumnElement[bool]
    ) -> Iterator[Sequence[Any]]:
        """Recorded calls begun before this moment, in order of time. What is yielded may be changed meanwhile."""
        query = columns.with_only_columns(calls.c.call_id, calls.c.started_at, *columns.selected_columns)
        query = query.outerjoin(pruned, pruned.c.call_id == calls.c.call_id)
        query = query.where(calls.c.started_at < before, calls.c.recorded_at.is_not(None), due)
        query = query.order_by(calls.c.started_at, calls.c.call_id).limit(CHUNK)
        after: ColumnElement[bool] | None = None
        while True:
            with self._reads() as connection:
                batch = connection.execute(query if after is None else query.where(after)).all()
            if not batch:
                return
            yield batch
            name, at = batch[-1][:2]
            after = (calls.c.started_at > at) | ((calls.c.started_at == at) & (calls.c.call_id > name))


def _quotes(verdict_json: Column[str]) -> ColumnElement[bool]:
    """Whether one of a verdict's reasons quotes what was recognised."""
    return or_(*(verdict_json.contains(f'"key":"{key}"', autoescape=True) for key in WITHOUT))


def _forgotten(sounds: str, verdict: str, checks: str) -> list[str]:
    """A call's columns without what was said."""
    return [
        rows.json(wordless(_sounds.decode(sounds))),
        rows.json(without_quotes(rows.verdict_of(verdict))),
        rows.json(tuple(_unquoted(check) for check in rows.checks_of(checks))),
    ]


def _unquoted(check: Check) -> Check:
    """A check whose value seen quotes nobody."""
    return msgspec.structs.replace(check, seen=GONE) if check.name.startswith(PROMPT) else check


def wordless(sounds: Sounds) -> Sounds:
    """Sounds without anything that was said in the call; the text of a known recording is the library's and stays."""
    segments = tuple(
        msgspec.structs.replace(one, text=None) if one.text is not None and one.known is None else one
        for one in sounds.segments
    )
    return msgspec.structs.replace(sounds, segments=segments, transcript=())
