"""One programme on a database, whichever hosts it runs on; and what comes of it when its connection is lost."""

from __future__ import annotations

import psycopg
import pytest

from probe.errors import StoreError
from probe.store import Store

HERE, THERE = "host-a:11:1.0", "host-b:22:2.0"


def ended(url: str) -> int:
    """End the connection that holds the lock, as a server that restarts would; how many there were."""
    with psycopg.connect(url, autocommit=True) as connection:
        held = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted"
        return len(connection.execute(f"SELECT pg_terminate_backend(pid) FROM ({held}) AS holders").fetchall())


def test_a_second_programme_is_told_who_has_the_database(postgresql_url: str) -> None:
    with Store.open(postgresql_url) as store, store.sole(HERE) as sole, Store.open(postgresql_url) as other:
        assert sole.held()
        with pytest.raises(StoreError) as refused, other.sole(THERE):
            pass
        assert refused.value.key == "store.not_alone"
        assert refused.value.values["who"] == "host-a:11"
        assert sole.held()


def test_who_leaves_lets_go_of_it(postgresql_url: str) -> None:
    with Store.open(postgresql_url) as store:
        with store.sole(HERE):
            pass
        with store.sole(THERE) as sole:
            assert sole.held()


def test_another_database_of_the_server_is_another_matter(postgresql_url: str, postgresql: str) -> None:
    with Store.open(postgresql_url) as store, store.sole(HERE), psycopg.connect(postgresql) as other:
        assert other.execute("SELECT pg_try_advisory_lock(1953459815, 1)").fetchone() == (True,)


def test_a_lost_lock_is_noticed_and_taken_again(postgresql_url: str) -> None:
    with Store.open(postgresql_url) as store, store.sole(HERE) as sole:
        assert not sole.keep()
        assert ended(postgresql_url) == 1
        assert not sole.held(), "from this moment on nothing may be claimed"
        assert sole.keep()
        assert sole.held()


def test_who_comes_while_the_lock_is_lost_has_it(postgresql_url: str) -> None:
    with Store.open(postgresql_url) as store, store.sole(HERE) as sole, Store.open(postgresql_url) as other:
        ended(postgresql_url)
        with other.sole(THERE) as theirs:
            with pytest.raises(StoreError) as refused:
                sole.keep()
            assert refused.value.values["who"] == "host-b:22"
            assert not sole.held()
            assert theirs.held()
        assert sole.keep(), "and once they have left it can be had again"


def test_a_file_needs_none(sqlite_url: str) -> None:
    with Store.open(sqlite_url) as store, store.sole(HERE) as sole:
        assert sole.held()
        assert not sole.keep()
