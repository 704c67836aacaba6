"""Explorations as files: readable, whole or not at all, and forgotten in time."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from probe.errors import ExploreError
from probe.explore import Limits, Node, Tree, What, shelf
from tests.explore.office import NOW, Office, Place, explored


@pytest.fixture(scope="module")
def tree() -> Tree:
    found, _ = explored(
        Office((Place("menu", {"1": 1}), Place("announcement", then=0))),
        Tree(number="+8657187250101", began_at=NOW, limits=Limits()),
    )
    return found


def kept(folder: Path, tree: Tree) -> Path:
    path = shelf.place(folder, tree.number, tree.began_at)
    shelf.save(path, tree)
    return path


def test_what_is_kept_is_read_again_and_can_be_compared_line_by_line(tmp_path: Path, tree: Tree) -> None:
    path = kept(tmp_path, tree)
    assert path.name == "20261130T010000Z.json"
    assert shelf.load(path) == tree
    text = path.read_text(encoding="utf-8")
    assert '"words": "这里是0。办理1号业务请按一，"' in text
    assert max(len(line) for line in text.splitlines()) < 400, "the prints stand in a file of their own"
    assert path.stat().st_mode & 0o77 == 0
    assert shelf.files(tmp_path) == shelf.files(tmp_path, tree.number) == (path,)


def test_of_what_may_have_been_a_person_nothing_is_left_in_the_end(tmp_path: Path, tree: Tree) -> None:
    doubtful = Node(id=len(tree.nodes), what=What.UNSURE, call_id="c", start_s=1.0, end_s=3.0, peaks=((1, 2), (3, 4)))
    on_its_way = msgspec.structs.replace(tree, nodes=(*tree.nodes, doubtful))
    assert shelf.load(kept(tmp_path, on_its_way)).nodes[-1].peaks, "it may be heard once more"
    over = msgspec.structs.replace(on_its_way, halt="finished", ended_at=NOW)
    assert shelf.load(kept(tmp_path, over)).nodes[-1].peaks == ()


@pytest.mark.parametrize("text", ["", "{}", '{"schema": 2}', "[1]", "\x00"])
def test_what_is_no_exploration_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ExploreError, match=r"x\.json"):
        shelf.load(path)
    with pytest.raises(ExploreError, match=r"gone\.json"):
        shelf.load(tmp_path / "gone.json")


def test_a_full_disk_is_told(tmp_path: Path, tree: Tree) -> None:
    (tmp_path / shelf.FOLDER).write_text("a file where a folder should be", encoding="utf-8")
    with pytest.raises(ExploreError, match="cannot be written"):
        kept(tmp_path, tree)


def test_words_and_pages_are_forgotten_and_the_rest_stays(tmp_path: Path, tree: Tree) -> None:
    path = kept(tmp_path, tree)
    page = path.with_suffix(".html")
    page.write_text("sound", encoding="utf-8")
    before, after = NOW - timedelta(days=1), NOW + timedelta(days=1)
    assert shelf.forget(tmp_path, before, before) == (0, ())
    assert shelf.forget(tmp_path, after, before, pretend=True) == (1, ())
    assert shelf.load(path) == tree
    assert shelf.forget(tmp_path, before, after) == (1, ())
    assert not page.exists()
    assert shelf.forget(tmp_path, after, after) == (1, ())
    bare = shelf.load(path)
    assert not any(node.words or any(node.offers.values()) for node in bare.nodes)
    assert [list(node.offers) for node in bare.nodes] == [list(node.offers) for node in tree.nodes]
    assert [node.peaks for node in bare.nodes] == [node.peaks for node in tree.nodes]
    assert shelf.forget(tmp_path, after, after) == (0, ()), "once"


def test_what_cannot_be_forgotten_is_named_and_stops_nothing(tmp_path: Path, tree: Tree) -> None:
    path = kept(tmp_path, tree)
    bad = path.with_name("20200101T000000Z.json")
    bad.write_text("{", encoding="utf-8")
    after = NOW + timedelta(days=1)
    assert shelf.forget(tmp_path, after, after) == (1, (str(bad),))
