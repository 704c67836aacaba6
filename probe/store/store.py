"""The store's one class: it owns the database connections, so it is a context manager."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Self

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from probe.classify import classify
from probe.errors import StoreError
from probe.model import Call, Check, Number, Order, Record, Sounds, Trace, Verdict
from probe.store import directory, rows
from probe.store.audit import Audit
from probe.store.cdrs import Cdrs
from probe.store.engine import connect
from probe.store.faults import told
from probe.store.incidents import Incidents
from probe.store.mailings import Mailings
from probe.store.migrate import migrate
from probe.store.outbox import Outbox
from probe.store.outcomes import Outcomes
from probe.store.owner import is_alive
from probe.store.part import Part
from probe.store.pruning import Pruning
from probe.store.slots import Slots
from probe.store.sole import Sole
from probe.store.tables import UNDER_WAY, calls, former_verdicts, numbers, rounds, voids
from probe.store.undone import Undone
from probe.words import words

if TYPE_CHECKING:
    from probe.store.facts import Facts

WAIT_S = 5.0  # for another program's lock
CHUNK = 500  # rows held in memory while reading many


class Store(Part):
    """Numbers, rounds and calls. May be used from several threads. Every method may raise StoreError.

    Times are aware datetimes; each method that changes something is one transaction.
    """

    @classmethod
    def open(cls, url: str, *, wait_s: float = WAIT_S) -> Self:
        """Open `sqlite:///FILE` or `postgresql://…`, create or migrate its tables. Several programs may do so at once.

        `wait_s`: how long to wait for another program's lock before StoreError says so.
        """
        engine, place = connect(url, wait_s=wait_s)
        try:
            with told(place):
                migrate(engine, place)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, place)

    @property
    def slots(self) -> Slots:
        """The programme: dice, days, and the calls that are to be made."""
        return Slots(self._engine, self._place)

    @property
    def audit(self) -> Audit:
        """Attempts and refusals, voided calls, the kill switch."""
        return Audit(self._engine, self._place)

    @property
    def incidents(self) -> Incidents:
        """Lines on which citizens get nowhere, and what was told of them."""
        return Incidents(self._engine, self._place)

    @property
    def outcomes(self) -> Outcomes:
        """Calls in brief, of one number."""
        return Outcomes(self._engine, self._place)

    @property
    def cdrs(self) -> Cdrs:
        """What offices' own telephone systems recorded."""
        return Cdrs(self._engine, self._place)

    @property
    def facts(self) -> Facts:
        """Calls as columns, for figures."""
        from probe.store.facts import Facts  # not above: NumPy and SciPy are for reports, and take a second to load

        return Facts(self._engine, self._place)

    @property
    def undone(self) -> Undone:
        """What was not called, and why."""
        return Undone(self._engine, self._place)

    @property
    def outbox(self) -> Outbox:
        """Letters that are to be sent, and were."""
        return Outbox(self._engine, self._place)

    @property
    def mailings(self) -> Mailings:
        """Which reports were mailed."""
        return Mailings(self._engine, self._place)

    @property
    def pruning(self) -> Pruning:
        """What is forgotten of old calls."""
        return Pruning(self._engine, self._place)

    def sole(self, owner: str) -> Sole:
        """The lock of the one programme that may run on this database."""
        return Sole(self._engine, self._place, owner)

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    # --- the directory

    def import_numbers(self, imported: Iterable[Number], at: datetime) -> None:
        """Make these the directory, in this order. Numbers not among them are kept for their past calls only."""
        with self._writes() as connection:
            directory.replace(connection, imported, at)

    def numbers(self) -> tuple[Number, ...]:
        """The directory, in the order of the last import."""
        query = select(numbers.c.facts).where(numbers.c.until.is_(None)).order_by(numbers.c.position)
        with self._reads() as connection:
            return tuple(rows.number_of(facts) for facts in connection.scalars(query))

    def numbers_at(self, at: datetime, newest: int) -> tuple[Number, ...]:
        """The directory as it was then, of its rows up to `newest`; in no order."""
        then = (numbers.c.since <= at) & (numbers.c.until.is_(None) | (numbers.c.until > at))
        with self._reads() as connection:
            found = connection.scalars(select(numbers.c.facts).where(then, numbers.c.id <= newest))
            return tuple(rows.number_of(facts) for facts in found)

    def directory_version(self) -> tuple[int, int]:
        """Another pair of numbers whenever the directory is another."""
        query = select(func.coalesce(func.max(numbers.c.id), 0), func.count().filter(numbers.c.until.is_not(None)))
        with self._reads() as connection:
            newest, ended = connection.execute(query).one()
        return newest, ended

    def number(self, e164: str) -> Number | None:
        """One number of the directory; None when it is not (or no longer) there."""
        query = select(numbers.c.facts).where(numbers.c.number == e164, numbers.c.until.is_(None))
        with self._reads() as connection:
            facts = connection.scalar(query)
        return None if facts is None else rows.number_of(facts)

    # --- rounds

    def begin_round(self, round_id: str, orders: Sequence[Order], at: datetime) -> None:
        """Store a round with all its orders, before its first call. StoreError when the round or a call_id exists."""
        with self._writes() as connection:
            if connection.scalar(select(rounds.c.round_id).where(rounds.c.round_id == round_id)) is not None:
                raise StoreError("store.round_exists", round_id=round_id)
            connection.execute(insert(rounds).values(round_id=round_id, started_at=at))
            ids = directory.ids(connection, orders, at)
            values = [
                rows.ordered(order, number_id=ids[order.number], round_id=round_id, position=position)
                for position, order in enumerate(orders)
            ]
            if values:
                connection.execute(insert(calls), values)

    def open_rounds(self) -> tuple[str, ...]:
        """The rounds that were begun and not finished, oldest first."""
        query = select(rounds.c.round_id).where(rounds.c.finished_at.is_(None))
        with self._reads() as connection:
            return tuple(connection.scalars(query.order_by(rounds.c.started_at, rounds.c.round_id)))

    def pending(self, round_id: str) -> tuple[Order, ...]:
        """The orders of a round that nobody has claimed, in the round's order."""
        query = select(calls.c.order_json).where(calls.c.round_id == round_id, calls.c.claimed_at.is_(None))
        with self._reads() as connection:
            return tuple(rows.order_of(text) for text in connection.scalars(query.order_by(calls.c.position)))

    def finish_round(self, round_id: str, at: datetime) -> None:
        """Close a round; what nobody has claimed of it stays uncalled. Closing it again changes nothing."""
        with self._writes() as connection:
            open_round = rounds.c.finished_at.is_(None) & (rounds.c.round_id == round_id)
            connection.execute(update(rounds).where(open_round).values(finished_at=at))

    # --- calls

    def claim(self, order: Order, at: datetime, owner: str, lease_s: float) -> bool:
        """Take a call, immediately before it is dialled: True for exactly one claimer, ever, and never again.

        When this returns, the claim has reached the disk. `lease_s` must be longer than the call may last.
        """
        mine = {"owner": owner, "claimed_at": at, "lease_until": at + timedelta(seconds=lease_s)}
        with self._writes() as connection:
            number_id = directory.ids(connection, [order], at)[order.number]
            statement = self._upsert(calls).values(**rows.ordered(order, number_id=number_id), **mine)
            claimed = connection.execute(
                statement.on_conflict_do_update(
                    index_elements=[calls.c.call_id], set_=mine, where=calls.c.claimed_at.is_(None)
                ).returning(calls.c.call_id)
            )
            return claimed.first() is not None

    def add(self, record: Record, at: datetime) -> bool:
        """Finish a claimed call. The first record stands: False, and nothing changed, when there is one already.

        A record that `recover` made gives way, because what was seen is better than "the robot was gone". StoreError
        for a call that was never claimed: then it was dialled without leave.
        """
        call_id = record.order.call_id
        open_call = calls.c.claimed_at.is_not(None) & (calls.c.recorded_at.is_(None) | calls.c.recovered)
        with self._writes() as connection:
            if _recorded(connection, record, at, where=open_call, recovered=False):
                return True
            if connection.scalar(select(calls.c.claimed_at).where(calls.c.call_id == call_id)) is None:
                raise StoreError("store.not_claimed", call_id=call_id)
        return False

    def recover(
        self, now: datetime, alive: Callable[[str], bool] = is_alive, *, lang: str = "zh"
    ) -> tuple[Record, ...]:
        """Account for calls that were claimed and never recorded: their robot is gone, or their lease ran out.

        Each gets an inconclusive record that blames the robot, in plain words of `lang`, and is not dialled again.
        """
        query = select(calls.c.order_json, calls.c.owner, calls.c.claimed_at, calls.c.lease_until).where(UNDER_WAY)
        known: dict[str, bool] = {}
        made = []
        with self._writes() as connection:
            under_way = connection.execute(query.order_by(calls.c.claimed_at)).all()
            for order_json, owner, claimed_at, lease_until in under_way:
                if owner not in known:
                    known[owner] = alive(owner)
                if known[owner] and now < lease_until:
                    continue
                fault = words("store.fault_lease" if known[owner] else "store.fault_gone", lang)
                record = _stand_in(rows.order_of(order_json), claimed_at, fault)
                if _recorded(connection, record, now, where=calls.c.recorded_at.is_(None), recovered=True):
                    made.append(record)
        return tuple(made)

    def records(
        self, since: datetime, until: datetime, unit: str | None = None, number: str | None = None
    ) -> Generator[Call, None, None]:
        """The calls begun in [since, until), in order of time, streamed; of one unit or number when given."""
        query = _CALLS.where(calls.c.started_at >= since, calls.c.started_at < until)
        if unit is not None:
            query = query.where(calls.c.number_id.in_(select(numbers.c.id).where(numbers.c.unit == rows.plain(unit))))
        if number is not None:
            query = query.where(calls.c.number_id.in_(select(numbers.c.id).where(numbers.c.number == number)))
        query = query.order_by(calls.c.started_at, calls.c.call_id).execution_options(yield_per=CHUNK)
        with self._reads() as connection, connection.execute(query) as result:
            for row in result:
                yield rows.call_of(row)

    def record(self, call_id: str) -> Call | None:
        """One recorded call; None when there is none (yet)."""
        query = _CALLS.where(calls.c.call_id == call_id, calls.c.recorded_at.is_not(None))
        with self._reads() as connection:
            row = connection.execute(query).first()
        return None if row is None else rows.call_of(row)

    def count(self, since: datetime, until: datetime, number: str | None = None) -> int:
        """How many calls `records` would yield."""
        query = select(func.count()).select_from(calls).where(calls.c.started_at >= since, calls.c.started_at < until)
        if number is not None:
            query = query.where(calls.c.number_id.in_(select(numbers.c.id).where(numbers.c.number == number)))
        with self._reads() as connection:
            return connection.scalar(query) or 0

    def span(self) -> tuple[datetime, datetime] | None:
        """When the first and the last call that is recorded began; None when there is none."""
        query = select(func.min(calls.c.started_at), func.max(calls.c.started_at)).where(
            calls.c.recorded_at.is_not(None)
        )
        with self._reads() as connection:
            first, last = connection.execute(query).one()
        return None if first is None else (first, last)

    # --- judging again

    def rejudge(
        self,
        call_id: str,
        old: Verdict,
        verdict: Verdict,
        sounds: Sounds,
        at: datetime,
        checks: tuple[Check, ...] | None = None,
    ) -> bool:
        """Replace the verdict `old` of a recorded call, and keep it among the former ones; and its checks, if given.

        False when the call's verdict is not `old` (any more): somebody else has judged it again.
        """
        present = select(calls.c.recorded_at, calls.c.judged_at, calls.c.rules, calls.c.verdict_json)
        with self._writes() as connection:
            row = connection.execute(present.where(calls.c.call_id == call_id).with_for_update()).first()
            if row is None or row.verdict_json is None or rows.verdict_of(row.verdict_json) != old:
                return False
            if verdict != old:
                connection.execute(
                    insert(former_verdicts).values(
                        call_id=call_id,
                        judged_at=row.judged_at or row.recorded_at,
                        replaced_at=at,
                        rules=row.rules or "",
                        verdict_json=row.verdict_json,
                    )
                )
            new = rows.judged(verdict, sounds)
            if checks is not None:
                new["checks_json"] = rows.json(checks)
            connection.execute(update(calls).where(calls.c.call_id == call_id).values(judged_at=at, **new))
        return True

    def former(self, call_id: str) -> tuple[rows.Former, ...]:
        """The verdicts that this call had before the present one, oldest first: the first was made live."""
        query = select(former_verdicts).where(former_verdicts.c.call_id == call_id).order_by(former_verdicts.c.id)
        with self._reads() as connection:
            return tuple(rows.former_of(row) for row in connection.execute(query))


_CALLS = (
    select(
        calls.c.order_json,
        calls.c.trace_json,
        calls.c.sounds_json,
        calls.c.verdict_json,
        calls.c.checks_json,
        numbers.c.facts,
        voids.c.reason_json,
    )
    .join_from(calls, numbers)
    .outerjoin(voids, voids.c.call_id == calls.c.call_id)
)


def _recorded(
    connection: Connection, record: Record, at: datetime, *, where: ColumnElement[bool], recovered: bool
) -> bool:
    """Write a record into its call's row when the row is as `where` says; whether it was."""
    statement = update(calls).where(calls.c.call_id == record.order.call_id, where)
    return connection.execute(statement.values(**rows.recorded(record, at, recovered=recovered))).rowcount == 1


def _stand_in(order: Order, claimed_at: datetime, fault: str) -> Record:
    trace = Trace(
        number=order.number,
        started_at=claimed_at,
        country=order.country,
        call_id=order.call_id,
        robot_fault=fault,
    )
    return Record(order=order, trace=trace, sounds=Sounds(), verdict=classify(trace, Sounds()))
