"""What the parts of the store share: reading and writing in transactions, faults told in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from sqlalchemy import Connection, Engine, Table
from sqlalchemy.dialects import postgresql, sqlite

from probe.store.engine import Place, writing
from probe.store.faults import told

_joined: ContextVar[tuple[Engine, Connection] | None] = ContextVar("_joined", default=None)


class Part:
    """A part of the store: some tables over the store's connections. Every method of a part may raise StoreError.

    Each method that writes is one transaction, unless it is called within `transaction()` of this store or of one of
    its parts: then all that is written there happens, or nothing.
    """

    def __init__(self, engine: Engine, place: Place) -> None:
        self._engine = engine
        self._place = place

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything that this thread writes inside happens at once, or (on any exception) not at all."""
        with self._writes():
            yield

    def _upsert(self, table: Table) -> postgresql.Insert | sqlite.Insert:
        """An INSERT that may say what happens when the row is there already; it is not of SQLAlchemy's common core."""
        return sqlite.insert(table) if self._place.kind == "sqlite" else postgresql.insert(table)

    @contextmanager
    def _reads(self) -> Iterator[Connection]:
        joined = _joined.get()
        if joined is not None and joined[0] is self._engine:
            yield joined[1]
            return
        with told(self._place), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _writes(self) -> Iterator[Connection]:
        joined = _joined.get()
        if joined is not None and joined[0] is self._engine:
            yield joined[1]
            return
        with told(self._place), writing(self._engine).begin() as connection:
            token = _joined.set((self._engine, connection))
            try:
                yield connection
            finally:
                _joined.reset(token)
