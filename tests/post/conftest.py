"""The outbox three times: in memory, in a SQLite file, in PostgreSQL; certificates made on the fly."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import trustme

from probe.post.outbox import Box
from probe.store import Store
from probe.store.outbox import Outbox
from tests.post.memory import MemoryBox
from tests.post.news import Clock
from tests.store.conftest import postgresql, postgresql_url, sqlite_url

__all__ = ["postgresql", "postgresql_url", "sqlite_url"]


def outbox(store: Store) -> Outbox:
    return Outbox(store._engine, store._place)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def box(request: pytest.FixtureRequest) -> Iterator[Box]:
    if request.param == "memory":
        yield MemoryBox()
    else:
        with Store.open(str(request.getfixturevalue(f"{request.param}_url"))) as store:
            yield outbox(store)


@pytest.fixture
def memory() -> MemoryBox:
    """For tests to which it is all the same."""
    return MemoryBox()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def ca() -> trustme.CA:
    """The certificate authority of a bureau that has one of its own."""
    return trustme.CA()
