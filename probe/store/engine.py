"""From a URL to a database that is ready: the driver, the durability, the waiting times."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError

from probe.errors import StoreError

PATIENCE = {  # with a server that does not answer (libpq's parameters; the URL may set others)
    "connect_timeout": "5",  # seconds
    "tcp_user_timeout": "10000",  # milliseconds; without it a broken network is noticed after a quarter of an hour
}
RETRY_S = 0.02
DRIVERS = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the database is, in words that hold no credentials."""

    kind: Literal["sqlite", "postgresql"]
    name: str  # the file, or "DATABASE @ HOST:PORT"


def connect(url: str, *, wait_s: float) -> tuple[Engine, Place]:
    """An engine for the URL; nothing is opened yet. `wait_s` is how long to wait for another program's lock.

    StoreError for a URL that is none, a kind of database that is not supported, a driver that is not installed.
    """
    parsed = _parse(url)
    if parsed.drivername == "sqlite":
        engine = create_engine(parsed, connect_args={"timeout": wait_s}, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite(wait_s))
        event.listen(engine, "begin", _begin_sqlite)
        return engine, Place(kind="sqlite", name=str(Path(parsed.database or "").absolute()))
    parsed = parsed.set(query=PATIENCE | dict(parsed.query))
    try:
        engine = create_engine(parsed, pool_pre_ping=True, hide_parameters=True)
    except ImportError:
        raise StoreError("store.no_driver") from None
    event.listen(engine, "connect", _prepare_postgresql(wait_s))
    host = parsed.host or parsed.query.get("host", "localhost")
    return engine, Place(kind="postgresql", name=f"{parsed.database or ''} @ {host}:{parsed.port or 5432}")


def writing(engine: Engine) -> Engine:
    """The same database, for transactions that write: SQLite takes its lock when they begin, not later on."""
    return engine.execution_options(tongbutong_write=True)


def _parse(url: str) -> URL:
    """The URL, with our driver. Neither it nor the parser's complaint (which may quote it) is ever shown."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise StoreError("store.bad_url") from None
    driver = DRIVERS.get(parsed.drivername)
    if driver is None:
        near = get_close_matches(parsed.drivername, ("sqlite", "postgresql"), n=1, cutoff=0.5)
        raise StoreError("store.bad_scheme", value=parsed.drivername, near=near[0] if near else "sqlite")
    if driver == "sqlite":
        if parsed.database in (None, "", ":memory:"):
            raise StoreError("store.no_file")
        folder = Path(str(parsed.database)).absolute().parent
        if not folder.is_dir():
            raise StoreError("store.no_folder", file=parsed.database, folder=folder)
    return parsed.set(drivername=driver)


def _prepare_sqlite(wait_s: float) -> Callable[[Any, object], None]:
    """Write-ahead logging (readers and the writer do not block each other), and commits that survive a power failure.

    FULL, not NORMAL: in WAL mode NORMAL may lose the last commits when the power fails, and a claim that is lost is a
    number that is dialled twice (https://sqlite.org/pragma.html#pragma_synchronous).
    """

    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # transactions begin where SQLAlchemy says so, see _begin_sqlite
        if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            _switch_to_wal(connection, wait_s)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten, however SQLite was compiled

    return prepare


def emptied_wal(engine: Engine, *, wait_s: float) -> bool:
    """Take what was deleted out of SQLite's write-ahead log too, which goes on holding old pages while anybody has the
    file open. False when somebody was reading for so long; claims must not wait longer. True of other databases."""
    if engine.dialect.name != "sqlite":
        return True
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        (patience,) = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {int(wait_s * 1000)}")
        try:
            (busy, *_) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {patience}")
    except sqlite3.Error:  # the log is as it was; whoever asked names it
        return False
    finally:
        raw.close()
    return not busy


def _switch_to_wal(connection: sqlite3.Connection, wait_s: float) -> None:
    """Once in a file's life. SQLite does not wait for other programs here (its busy handler is not asked), so we do."""
    give_up = time.monotonic() + wait_s
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > give_up:
                raise
            time.sleep(RETRY_S)


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("tongbutong_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _prepare_postgresql(wait_s: float) -> Callable[[Any, object], None]:
    def prepare(connection: Any, _record: object) -> None:
        connection.execute(f"SET lock_timeout = {int(wait_s * 1000)}")
        connection.commit()

    return prepare
