"""`make bench`'s menus and `make bench-soak` in small."""

from __future__ import annotations

import pytest

from tests.bench import menu
from tests.bench.soak import growth, soak

pytestmark = pytest.mark.hears


def test_keys_in_a_menu_arrive_at_the_far_end() -> None:
    found = menu.measure(4)
    assert (found.wrong, found.keys_arrived, found.keys_sent) == ([], 20, 20)
    assert found.at_once == 4
    assert min(found.to_key) >= 0
    assert min(found.to_bye) >= -0.01, "nobody hangs up before the waiting is over"


def test_lines_that_have_made_their_calls_hold_no_more_than_before() -> None:
    found = soak(40, 2, every=20)
    assert found.wrong == []
    assert len(found.pids) == 2
    grown = growth(found)
    assert {name: times for name, times in grown.items() if "descriptors" in name or "sockets" in name} == {
        "file descriptors, line": pytest.approx(1),
        "file descriptors, nursery": pytest.approx(1),
        "file descriptors, switchboard": pytest.approx(1),
        "UDP sockets": pytest.approx(1),
    }
