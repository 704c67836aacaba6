"""What the database says when it cannot, mapped to our own errors: one line each, and no credentials."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from probe.errors import StoreError
from probe.store.engine import Place

SQLITE = {  # by the beginning of sqlite3's error name, https://sqlite.org/rescode.html
    "SQLITE_BUSY": "store.locked",
    "SQLITE_LOCKED": "store.locked",
    "SQLITE_NOTADB": "store.not_a_database",
    "SQLITE_CORRUPT": "store.corrupt",
    "SQLITE_FULL": "store.full",
    "SQLITE_READONLY": "store.read_only",
    "SQLITE_CANTOPEN": "store.cannot_open",
}
POSTGRESQL = {  # by SQLSTATE, https://www.postgresql.org/docs/current/errcodes-appendix.html
    "28P01": "store.login_refused",
    "28000": "store.login_refused",
    "3D000": "store.no_database",
    "42501": "store.not_allowed",
    "53100": "store.full",
    "55P03": "store.locked",
    "25006": "store.read_only",
    "XX001": "store.corrupt",
    "XX002": "store.corrupt",
}
WHILE_CONNECTING = (  # libpq gives no SQLSTATE then; the server's FATAL line, in its own language, is all there is
    (re.compile(r'password|authentication|pg_hba|role ".*" does not exist|口令|密码|认证'), "store.login_refused"),
    (re.compile(r'database ".*" does not exist|数据库 ".*" 不存在'), "store.no_database"),
)


@contextmanager
def told(place: Place) -> Iterator[None]:
    """Turn any database exception inside into a StoreError that says where, what and how to mend it."""
    try:
        yield
    except SQLAlchemyError as error:
        key, cause = _key(error, place), error
        # An exception from connecting may carry the whole connection string in its frames: it is not passed on.
        kept = None if key in {"store.unreachable", "store.login_refused", "store.no_database"} else cause
        raise StoreError(key, place=place.name, reason=_reason(error)) from kept


def _key(error: SQLAlchemyError, place: Place) -> str:
    raw = error.orig if isinstance(error, DBAPIError) else None
    if place.kind == "sqlite":
        name = getattr(raw, "sqlite_errorname", "")
        key = next((key for start, key in SQLITE.items() if name.startswith(start)), "store.failed")
        if key == "store.cannot_open" and not os.access(Path(place.name).parent, os.W_OK, effective_ids=True):
            return "store.read_only"
        return key
    state = getattr(raw, "sqlstate", None)
    if state:
        return POSTGRESQL.get(state, "store.unreachable" if state[:2] in {"08", "57"} else "store.failed")
    if raw is not None and type(raw).__name__ in {"OperationalError", "ConnectionTimeout"}:
        text = str(raw)
        return next((key for pattern, key in WHILE_CONNECTING if pattern.search(text)), "store.unreachable")
    return "store.failed"


def _reason(error: SQLAlchemyError) -> str:
    """The database's own words, on one line. libpq repeats no password; the engine hides SQL parameters."""
    raw = error.orig if isinstance(error, DBAPIError) else None
    text = str(raw if raw is not None else error)
    return " ".join(text.split())[:300]
