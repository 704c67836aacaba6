"""What changed between two explorations, as a caller would notice it."""

from __future__ import annotations

import msgspec
import pytest

from probe.explore import Limits, Tree
from probe.explore.compare import compare
from probe.explore.tell import change_words
from tests.explore.office import NOW, Office, Place, explored

SIMPLE = (
    Place("menu", {"1": 1, "2": 2, "0": 3}),
    Place("announcement", then=0),
    Place("menu", {"*": 0}),
    Place("human"),
)


def walk(office: Office, **limits: object) -> Tree:
    tree, _ = explored(office, Tree(number="1", began_at=NOW, limits=Limits(calls=50, queue_s=20.0, **limits)))  # type: ignore[arg-type]
    return msgspec.structs.replace(tree, halt="finished", ended_at=NOW)


@pytest.fixture(scope="module")
def simple() -> Tree:
    return walk(Office(SIMPLE))


def told(old: Tree, new: Tree) -> list[str]:
    return [change_words(change, "zh") for change in compare(old, new)]


def test_nothing_changed(simple: Tree) -> None:
    assert compare(simple, walk(Office(SIMPLE))) == ()


def test_no_way_to_a_person_any_more_comes_first(simple: Tree) -> None:
    new = walk(Office((*SIMPLE[:3], Place("queue"))))
    changes = told(simple, new)
    assert changes[0] == "原来按 0 能转到人工，现在无法转人工"
    assert "0 由“人工”变为“排队等待”" in changes
    assert told(new, simple)[0].startswith("原来无法转人工，现在按 0 可以")


def test_what_is_not_finished_loses_nobody(simple: Tree) -> None:
    half = msgspec.structs.replace(simple, edges=simple.edges[:3], halt=None, ended_at=None)
    assert [c.kind for c in compare(simple, half)] == []


def test_a_person_one_menu_further_away(simple: Tree) -> None:
    new = walk(Office((Place("menu", {"1": 1, "2": 2}), SIMPLE[1], Place("menu", {"*": 0, "0": 3}), Place("human"))))
    changes = told(simple, new)
    assert changes[0].startswith("找到人工变难了：原来 1 次按键")
    assert "（2-0）" in changes[0]
    assert told(new, simple)[0].startswith("找到人工更快了")


def test_keys_that_came_went_and_moved(simple: Tree) -> None:
    gone = walk(Office((Place("menu", {"1": 1, "0": 3}), *SIMPLE[1:])))
    assert [c.kind for c in compare(simple, gone) if c.kind.startswith("key")] == ["key_gone"]
    assert [c.kind for c in compare(gone, simple) if c.kind.startswith("key")] == ["key_new"]
    moved = walk(Office((Place("menu", {"1": 1, "3": 2, "0": 3}), *SIMPLE[1:])))
    assert "按键 2 改到了 3" in told(simple, moved)


def test_another_prompt_is_told_and_misheard_words_are_not(simple: Tree) -> None:
    class Renamed(Office):
        def seed(self, place: int) -> str:
            return "another" if place == 1 else Office.seed(self, place)

        def text(self, place: int) -> str:
            return "办理社会保障卡须先准备照片，然后到自助机拍照打印。" if place == 1 else Office.text(self, place)

    assert [(c.kind, c.path) for c in compare(simple, walk(Renamed(SIMPLE)))] == [("prompt", "1")]

    class Misheard(Office):
        def seed(self, place: int) -> str:
            return "another" if place == 1 else Office.seed(self, place)  # another recording of the same words

    assert compare(simple, walk(Misheard(SIMPLE))) == ()


def test_every_change_has_its_sentence(simple: Tree) -> None:
    from typing import get_args

    from probe.explore.compare import Change, Kind

    for kind in get_args(Kind):
        before, after = ("menu", "queue") if kind == "what" else ("1", "2")
        for lang in ("zh", "en"):
            assert change_words(Change(kind=kind, before=before, after=after), lang)
