"""Who hears, what may wait, and how it is known what was told."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from probe.alerts import incident_letters, may_drop, may_wait, row_keys
from probe.incidents.follow import News
from probe.model import Number
from probe.store import Store
from tests.alerts.made import NUMBER, POLICY, ZONE, alert, incident, local

NOW = local(2, "12:00")


def test_only_what_comes_again_by_itself_may_wait() -> None:
    assert {news for news in News if may_wait(news)} == {News.REMINDER, News.ESCALATED, News.OVERDUE}


def test_what_is_over_or_taken_back_is_never_left_to_the_digest() -> None:
    taken_back = {News.WITHDRAWN, News.LOWERED, News.UNPROVED}
    assert {news for news in News if not may_drop(news)} == {News.CLOSED, News.FREE, *taken_back}


@pytest.mark.parametrize("number", [NUMBER, replace(NUMBER, owner_email="")])
@pytest.mark.parametrize("news", News)
def test_the_keys_are_those_of_the_letters(news: News, number: Number) -> None:
    told = alert(news)
    letters = incident_letters(told, incident(), number, (), (), policy=POLICY, zone=ZONE, now=NOW)
    assert row_keys(told, incident(), number, POLICY) == {letter.row_key for letter in letters}


def test_what_was_told_is_known_without_composing_it_again(tmp_path: Path) -> None:
    told = alert(News.REMINDER)
    keys = row_keys(told, incident(), NUMBER, POLICY)
    letters = incident_letters(told, incident(), NUMBER, (), (), policy=POLICY, zone=ZONE, now=NOW)
    with Store.open(f"sqlite:///{tmp_path / 'probe.db'}") as store:
        assert store.outbox.known(keys) == frozenset()
        store.outbox.add(letters[0], NOW)
        assert store.outbox.known(keys) == {letters[0].row_key}
        assert store.outbox.known([]) == frozenset()
