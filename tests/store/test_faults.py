"""What can be wrong with a database, done for real: one clear line each, and never a password."""

from __future__ import annotations

import os
import socket
import sqlite3
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.pool import Pool

from probe.errors import StoreError
from probe.store import Store
from probe.words import LANGUAGES
from tests.records import MORNING, call, number

SECRET = "geheim-4711"
NOBODY = 65534
ORDER = call(call_id="c").record.order


@contextmanager
def fails_with(key: str, *mentions: str) -> Iterator[None]:
    """The block raises StoreError `key`: one line in each language, with these mentions and without the secret."""
    with pytest.raises(StoreError) as caught:
        yield
    error = caught.value
    assert error.key == key, str(error)
    for lang in LANGUAGES:
        line = error.text(lang)
        assert "\n" not in line
        assert all(mention in line for mention in mentions), line
    assert SECRET not in "".join(traceback.format_exception(error))
    assert SECRET not in repr(error)


@contextmanager
def unprivileged(folder: Path) -> Iterator[None]:
    """Root may write everywhere; as somebody else it may not."""
    if os.geteuid() != 0:
        yield
        return
    for path in (folder, *folder.iterdir()):
        os.chown(path, NOBODY, NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a database, which every user can reach; those of pytest can be reached by their owner only."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        with Store.open(f"sqlite:///{Path(name) / 'calls.db'}"):
            pass  # and all that is needed to open one is imported: another user may not be able to read it
        yield Path(name)
        Path(name).chmod(0o755)


def cut_connections(url: str) -> None:
    """End every other connection to this database, as a server that restarts does."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


class TestAddresses:
    @pytest.mark.parametrize("url", ["", "calls.db", f"postgresql//user:{SECRET}@host", f"http//{SECRET}"])
    def test_no_url(self, url: str) -> None:
        with fails_with("store.bad_url", "sqlite:///", "postgresql://"):
            Store.open(url)

    def test_unknown_kind_of_database(self) -> None:
        with fails_with("store.bad_scheme", "mysql"):
            Store.open(f"mysql://user:{SECRET}@host/db")

    def test_misspelt_kind_of_database(self) -> None:
        with fails_with("store.bad_scheme", "postgressql", "postgresql"):
            Store.open(f"postgressql://user:{SECRET}@host/db")

    @pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
    def test_a_database_in_memory_would_lose_the_calls(self, url: str) -> None:
        with fails_with("store.no_file"):
            Store.open(url)

    def test_missing_folder(self, tmp_path: Path) -> None:
        with fails_with("store.no_folder", str(tmp_path / "none")):
            Store.open(f"sqlite:///{tmp_path / 'none' / 'calls.db'}")

    def test_missing_driver(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "psycopg", None)
        with fails_with("store.no_driver", "pip install tongbutong[postgresql]"):
            Store.open(f"postgresql://user:{SECRET}@127.0.0.1/db")


class TestSqlite:
    def test_commits_survive_a_power_failure(self, sqlite_url: str) -> None:
        seen: list[tuple[object, ...]] = []

        def look(connection: sqlite3.Connection, *_: object) -> None:
            pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "secure_delete")
            seen.append(tuple(connection.execute(f"PRAGMA {p}").fetchone()[0] for p in pragmas))

        event.listen(Pool, "checkin", look)
        try:
            with Store.open(sqlite_url, wait_s=1.5):
                pass
        finally:
            event.remove(Pool, "checkin", look)
        full, on = 2, 1
        assert set(seen) == {("wal", full, on, 1500, on)}

    def test_locked_while_open(self, sqlite_url: str, tmp_path: Path) -> None:
        with (
            Store.open(sqlite_url, wait_s=0.05) as store,
            closing(sqlite3.connect(tmp_path / "calls.db")) as other,
        ):
            other.execute("BEGIN IMMEDIATE")
            with fails_with("store.locked", "calls.db"):
                store.claim(ORDER, MORNING, "me:1:1.00", 60.0)
            assert store.numbers() == (), "readers are not blocked"
            other.rollback()
            assert store.claim(ORDER, MORNING, "me:1:1.00", 60.0), "and nothing was half done"

    def test_locked_at_the_first_start(self, sqlite_url: str, tmp_path: Path) -> None:
        with closing(sqlite3.connect(tmp_path / "calls.db")) as other:
            other.execute("BEGIN EXCLUSIVE")
            with fails_with("store.locked", "calls.db"):
                Store.open(sqlite_url, wait_s=0.05)

    def test_not_a_database(self, sqlite_url: str, tmp_path: Path) -> None:
        (tmp_path / "calls.db").write_text("单位,号码\n" * 1000)
        with fails_with("store.not_a_database", "calls.db"):
            Store.open(sqlite_url)
        assert (tmp_path / "calls.db").read_text().startswith("单位")

    def test_damaged(self, sqlite_url: str, tmp_path: Path) -> None:
        with Store.open(sqlite_url) as store:
            store.import_numbers([number(i) for i in range(500)], MORNING)
        file = tmp_path / "calls.db"
        content = bytearray(file.read_bytes())
        content[4096 * 3 :] = os.urandom(len(content) - 4096 * 3)
        file.write_bytes(content)
        with fails_with("store.corrupt", "calls.db"), Store.open(sqlite_url) as store:
            store.numbers()
            store.begin_round("r", [ORDER], MORNING)

    def test_a_folder_is_no_file(self, tmp_path: Path) -> None:
        with fails_with("store.cannot_open", str(tmp_path)):
            Store.open(f"sqlite:///{tmp_path}")

    def test_read_only_folder(self, folder: Path) -> None:
        folder.chmod(0o555)
        with fails_with("store.read_only", "new.db"), unprivileged(folder):
            Store.open(f"sqlite:///{folder / 'new.db'}")

    def test_read_only_file(self, folder: Path) -> None:
        (folder / "calls.db").chmod(0o444)
        folder.chmod(0o555)
        with (
            fails_with("store.read_only", "calls.db"),
            unprivileged(folder),
            Store.open(f"sqlite:///{folder / 'calls.db'}") as store,
        ):
            store.claim(ORDER, MORNING, "me:1:1.00", 60.0)

    def test_full_disk_loses_nothing(self, sqlite_url: str) -> None:
        """SQLite's own limit of pages makes it fail with SQLITE_FULL, as it does when the disk is full."""
        with Store.open(sqlite_url) as store:
            assert store.claim(ORDER, MORNING, "me:1:1.00", 60.0)

        def few_pages(connection: sqlite3.Connection, *_: object) -> None:
            connection.execute("PRAGMA max_page_count = 1")  # as low as the file is large now

        event.listen(Pool, "connect", few_pages)
        try:
            with Store.open(sqlite_url) as store:
                with fails_with("store.full", "calls.db"):
                    store.begin_round("r", [call(call_id=f"c{i}").record.order for i in range(500)], MORNING)
                assert store.open_rounds() == ()
        finally:
            event.remove(Pool, "connect", few_pages)
        with Store.open(sqlite_url) as store:
            assert not store.claim(ORDER, MORNING, "me:1:1.00", 60.0), "the earlier claim still stands"


class TestPostgresql:
    @pytest.fixture
    def with_password(self, postgresql_url: str) -> Iterator[str]:
        """The address for a user whom the server asks for a password (see `postgresql`) and who may not make tables."""
        user = f"robot_{uuid4().hex}"
        with psycopg.connect(postgresql_url, autocommit=True) as connection:
            connection.execute(f"CREATE ROLE {user} LOGIN PASSWORD '{SECRET}'")
        yield postgresql_url.replace("postgres:@", f"{user}:{SECRET}@")
        with psycopg.connect(postgresql_url, autocommit=True) as connection:
            connection.execute(f"DROP ROLE {user}")

    def test_postgres_urls_are_all_accepted(self, postgresql_url: str) -> None:
        for scheme in ("postgresql", "postgres", "postgresql+psycopg"):
            with Store.open(postgresql_url.replace("postgresql", scheme, 1)) as store:
                assert store.numbers() == ()

    def test_wrong_password(self, with_password: str) -> None:
        with fails_with("store.login_refused"):
            Store.open(with_password.replace(SECRET, "wrong" + SECRET))

    def test_no_right_to_make_tables(self, with_password: str) -> None:
        with fails_with("store.not_allowed"):
            Store.open(with_password)

    def test_no_such_database(self, postgresql_url: str) -> None:
        with fails_with("store.no_database", "nowhere"):
            Store.open(postgresql_url.replace("/t_", "/nowhere_"))

    def test_nobody_listens(self) -> None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))  # bound, but nobody listens
            address = f"127.0.0.1:{unused.getsockname()[1]}"
            with fails_with("store.unreachable", address):
                Store.open(f"postgresql://user:{SECRET}@{address}/calls")

    def test_locked(self, postgresql_url: str) -> None:
        with Store.open(postgresql_url, wait_s=0.05) as store, psycopg.connect(postgresql_url) as other:
            other.execute("LOCK TABLE calls IN ACCESS EXCLUSIVE MODE")
            with fails_with("store.locked"):
                store.claim(ORDER, MORNING, "me:1:1.00", 60.0)
            other.rollback()
            assert store.claim(ORDER, MORNING, "me:1:1.00", 60.0)

    def test_full_disk(self, postgresql_url: str) -> None:
        """The server itself raises what it raises when its disk is full (SQLSTATE 53100)."""
        with Store.open(postgresql_url) as store:
            with psycopg.connect(postgresql_url, autocommit=True) as other:
                other.execute(
                    "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS"
                    " $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$"
                )
                other.execute("CREATE TRIGGER full_disk BEFORE INSERT ON calls EXECUTE FUNCTION full_disk()")
            with fails_with("store.full"):
                store.begin_round("r", [ORDER], MORNING)
            assert store.open_rounds() == ()

    def test_a_server_that_went_away_comes_back(self, postgresql_url: str) -> None:
        with Store.open(postgresql_url) as store:
            assert store.numbers() == ()
            cut_connections(postgresql_url)
            assert store.claim(ORDER, MORNING, "me:1:1.00", 60.0)

    def test_a_connection_lost_in_the_middle(self, postgresql_url: str) -> None:
        with Store.open(postgresql_url) as store:
            store.claim(ORDER, MORNING, "me:1:1.00", 60.0)
            store.recover(MORNING + timedelta(days=1))
            stream = store.records(MORNING, MORNING + timedelta(days=1))
            next(stream)
            cut_connections(postgresql_url)
            with fails_with("store.unreachable"):
                next(stream)
