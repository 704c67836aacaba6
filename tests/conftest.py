"""The order of the tests: those that make calls go first, then those that take long; and whoever makes none gives way.

A call listens in real time: where it gets no processor for a second, it hears late and understands less. But most of
the time it waits. So there are more workers than cores, and what needs a processor for as long as it lasts comes when
the calls are over, and with a lower priority than those of the others.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache

import pytest

import scenarios

GIVES_WAY = 5  # nice(1)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "hears: makes calls, in real time. For whole files")
    config.addinivalue_line("markers", "long: needs a processor for half a minute. For whole files")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: (not _is(item, "hears"), not _is(item, "long")))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if not _is(item, "hears"):
        _give_way()


def _is(item: pytest.Item, mark: str) -> bool:
    return item.get_closest_marker(mark) is not None


@cache
def _give_way() -> None:
    """Once and for good: after a test that makes no call, none comes that does."""
    os.nice(GIVES_WAY)


@pytest.fixture(autouse=True)
def _only_shipped_scenarios() -> Iterator[None]:
    """What one test adds with `scenarios.use`, the next one does not have."""
    yield
    scenarios.use(tuple)
