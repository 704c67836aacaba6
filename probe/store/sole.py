"""One programme on a database, on whichever hosts: an advisory lock of PostgreSQL, held by a connection of its own.

The server lets go of it when that connection ends, however it ends. A SQLite file is on one host, where the lock of the
data folder (probe/schedule/alone.py) is enough.
"""

from __future__ import annotations

from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from probe.errors import StoreError
from probe.store.engine import Place
from probe.store.faults import told

LOCK = (0x746F6E67, 1)  # "tong", and the programme; the migrations take another
DEAD_AFTER_S = 60  # a host that is gone without a word: then the server closes its connection
MINE = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2"
    " AND classid = :kind AND objid = :which AND pid = :pid"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
HOLDER = text(
    "SELECT coalesce(nullif(application_name, ''), host(client_addr), '?') FROM pg_stat_activity WHERE pid ="
    " (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid = :kind"
    " AND objid = :which AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) LIMIT 1)"
)
KEY = {"kind": LOCK[0], "which": LOCK[1]}


class Sole:
    """The lock. Use in a `with`: StoreError, with the host and process that has it, when another programme runs."""

    def __init__(self, engine: Engine, place: Place, owner: str) -> None:
        """`owner`: what others are told of this process, "host:pid:…"."""
        self._engine = engine
        self._place = place
        self._owner = owner
        self._connection: Connection | None = None
        self._pid = 0

    def __enter__(self) -> Self:
        self._take()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._let_go()

    def held(self) -> bool:
        """Whether the server still takes us for the only one: asked over another connection, for ours may be dead and
        not know it. StoreError when nobody can be asked."""
        if self._place.kind == "sqlite":
            return True
        with told(self._place), self._engine.connect() as connection:
            return bool(connection.scalar(MINE, {**KEY, "pid": self._pid}))

    def keep(self) -> bool:
        """Take the lock again when it was lost with its connection; whether it had been. StoreError when another
        programme has taken it meanwhile, or nobody can be asked."""
        if self.held():
            return False
        self._let_go()
        self._take()
        return True

    def _take(self) -> None:
        if self._place.kind == "sqlite":
            return
        with told(self._place):
            self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            mine = self._begin(self._connection)
            who = "" if mine else self._connection.scalar(HOLDER, KEY) or "?"
        if not mine:
            self._let_go()
            raise StoreError("store.not_alone", place=self._place.name, who=who)

    def _begin(self, connection: Connection) -> bool:
        """Name the connection, have the server watch over it, and try the lock."""
        name = self._owner.rpartition(":")[0][:60]
        connection.execute(text("SELECT set_config('application_name', :name, false)"), {"name": name})
        if connection.scalar(text("SELECT inet_client_addr() IS NOT NULL")):  # a socket file is closed by the kernel
            for setting, seconds in (("idle", DEAD_AFTER_S // 2), ("interval", DEAD_AFTER_S // 6), ("count", 3)):
                connection.exec_driver_sql(f"SET tcp_keepalives_{setting} = {seconds}")
        self._pid = connection.scalar(text("SELECT pg_backend_pid()")) or 0
        return bool(connection.scalar(text("SELECT pg_try_advisory_lock(:kind, :which)"), KEY))

    def _let_go(self) -> None:
        connection, self._connection, self._pid = self._connection, None, 0
        if connection is None:
            return
        try:
            connection.invalidate()  # not back into the pool, with the lock: closed
            connection.close()
        except SQLAlchemyError:
            pass  # it was lost
