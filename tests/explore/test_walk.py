"""Whatever a menu looks like: exactly what can be reached is found, and nobody is pressed at or called twice."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from probe.explore import Limits, Tree, What
from probe.explore.outline import finding, outline
from probe.explore.route import goals
from probe.explore.tree import WAIT, humans, reaches
from tests.explore.office import NOW, Office, Place, explored

DEPTH = 3
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # an office is short enough to be read as it is
ENDS = ("human", "queue", "hung_up", "busy")


def tree_of(**limits: object) -> Tree:
    return Tree(number="+8657187250101", began_at=NOW, limits=Limits(**{"calls": 100, "depth": DEPTH, **limits}))  # type: ignore[arg-type]


@st.composite
def offices(draw: st.DrawFn) -> Office:
    """A menu of up to seven places, with loops, ways back, and ends of every kind."""
    count = draw(st.integers(1, 6))
    sorts = ["menu", *(draw(st.sampled_from(["menu", "menu", "announcement", *ENDS])) for _ in range(count))]
    machines = [i for i, sort in enumerate(sorts) if sort in ("menu", "announcement")]
    places = []
    for sort in sorts:
        keys: dict[str, int] = {}
        then: int | None = None
        if sort == "menu":
            wanted = draw(st.lists(st.sampled_from("123*"), unique=True, min_size=1, max_size=3))
            keys = {key: draw(st.integers(0, count)) for key in sorted(wanted)}
        elif sort == "announcement":
            then = draw(st.one_of(st.none(), st.sampled_from([i for i in machines if sorts[i] == "menu"])))
        elif sort == "queue":
            humans_ = [i for i, other in enumerate(sorts) if other == "human"]
            then = draw(st.sampled_from(humans_)) if humans_ else None
        places.append(Place(sort, keys, then))  # type: ignore[arg-type]
    return Office(tuple(places))


def within(office: Office, depth: int) -> dict[int, int]:
    """The places that can be reached with so many keys, and with how many; nobody presses a key behind an end."""
    found = {0: 0}
    waiting = [0]
    while waiting:
        here = waiting.pop(0)
        one, keys = office.places[here], found[here]
        ways = [(to, 1) for to in one.keys.values()] if keys < depth else []
        if one.then is not None:
            ways.append((one.then, 0))
        for to, cost in ways:
            if to not in found or keys + cost < found[to]:
                found[to] = keys + cost
                waiting.append(to)
    return found


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=PHASES)
@given(offices())
def test_exactly_what_can_be_reached_is_found(office: Office) -> None:
    tree, talks = explored(office, tree_of())
    assert goals(tree) == (), "nothing is left to try"
    expected = within(office, DEPTH)
    heard = {node.words: node for node in tree.nodes if node.what in (What.MENU, What.ANNOUNCEMENT)}
    spoken = {office.text(i) for i in expected if office.places[i].sort in ("menu", "announcement")}
    assert set(heard) == spoken, "each prompt is one node, and each that can be reached is there"
    ways = reaches(tree)
    for place, keys in expected.items():
        if office.places[place].sort in ("menu", "announcement"):
            assert ways[heard[office.text(place)].id].depth == keys
    nearest = min((keys for i, keys in expected.items() if office.places[i].sort == "human"), default=None)
    found = humans(tree)
    assert (found[0][1].depth if found else None) == nearest
    for sort, what in (("queue", What.QUEUE), ("busy", What.BUSY), ("hung_up", What.HUNG_UP)):
        if any(office.places[i].sort == sort for i in expected):
            assert any(node.what is what for node in tree.nodes)
    assert [talk.said for talk in talks] == [len(talk.persons) for talk in talks], "who is reached is told who calls"
    ends = Counter(talk.keys for talk in talks if talk.persons)
    assert all(count == 1 for count in ends.values()), "and nobody is reached the same way again"
    assert outline(tree) is not None


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=PHASES)
@given(offices(), st.integers(0, 2), st.integers(1, 3))
def test_limits_are_kept(office: Office, depth: int, calls: int) -> None:
    tree, talks = explored(office, tree_of(depth=depth, call_s=90.0), calls)
    assert len(talks) <= calls
    ways = reaches(tree)
    assert all(ways[edge.at].depth < depth for edge in tree.edges if edge.key not in ("", WAIT))
    assert {n.words for n in tree.nodes if n.what is What.MENU} <= {office.text(i) for i in within(office, depth)}


def test_a_person_at_once_is_the_whole_tree() -> None:
    tree, talks = explored(Office((Place("human"),)), tree_of())
    assert [(n.what, n.words, n.peaks) for n in tree.nodes] == [(What.HUMAN, "", ())], "nothing of a person is kept"
    assert [talk.said for talk in talks] == [1]
    assert goals(tree) == ()


def test_a_wrong_key_is_one_place_however_often_it_is_pressed() -> None:
    office = Office((Place("menu", {"1": 1}), Place("announcement", then=0)))
    tree, talks = explored(office, tree_of(keys="12345"))
    assert Counter(node.what for node in tree.nodes) == {What.MENU: 1, What.ANNOUNCEMENT: 1, What.INVALID: 1}
    root = outline(tree)
    assert root is not None
    assert [(b.kind, b.keys) for b in root.branches] == [("prompt", ("1",)), ("invalid", ("2", "3", "4", "5"))]
    assert len(talks) == 1, "an announcement that comes back costs no further call"


def test_without_words_what_repeats_itself_is_a_menu() -> None:
    """Prompts of 7 s in no library: not even the rules know whose they are, until they are heard again."""
    office = Office((Place("menu", {"1": 1, "2": 2}), Place("menu", {"*": 0}), Place("hung_up")), words=False)
    tree, _ = explored(office, tree_of(keys="12*", depth=2))
    prompts = {node.id for node in tree.nodes if node.what in (What.MENU, What.ANNOUNCEMENT)}
    assert len(prompts) >= 2
    assert {(e.key, e.to) for e in tree.out(0)} >= {("1", tree.leads_to(0, "1").id)}  # type: ignore[union-attr]
    assert any(node.what is What.HUNG_UP for node in tree.nodes)


@pytest.mark.parametrize(
    ("places", "said"),
    [
        ((Place("menu", {"1": 1}), Place("announcement")), "none"),
        ((Place("menu", {"1": 1}), Place("busy")), "nobody"),
        ((Place("menu", {"1": 1}), Place("queue")), "nobody"),
        ((Place("menu", {"1": 1}), Place("human")), "person"),
    ],
)
def test_no_way_to_a_person_is_said_when_all_was_tried(places: tuple[Place, ...], said: str) -> None:
    tree, _ = explored(Office(places), tree_of(queue_s=20.0))
    assert finding(tree) == "unfinished" if said != "person" else "person"
    import msgspec

    assert finding(msgspec.structs.replace(tree, halt="finished")) == said
