"""Which key comes next: the shallowest untried one that can be reached from where the caller is. Pure.

Breadth first over the whole exploration. Within a call the next best is taken when the best cannot be reached without
calling again: calls disturb people, keys do not.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from probe.explore.offers import says_back, says_person
from probe.explore.tree import ANSWER, KEYS, START, WAIT, WALKABLE, Edge, Tree, What, barred, reaches

MOST_MISSES = 2  # of an edge, after which it is left alone
HASTY_S = 2.5  # what goes on by itself sooner leaves no time for a key
ALWAYS = "0"  # tried although it is not offered: where operators hide


class Goal(NamedTuple):
    """An untried key, and the node where it is to be pressed."""

    node: int
    key: str


def untried(tree: Tree, id: int) -> str:
    """The keys that are still to be tried at a node, WAIT included, in the order in which they are."""
    node = tree.node(id)
    if node.what not in WALKABLE:
        return ""
    waited = tree.edge(id, WAIT)
    goes_on = waited is not None and not _waits_for_a_key(tree, waited)
    if goes_on and waited is not None and waited.after_s < HASTY_S:
        keys = ""  # before a key could be pressed
    elif tree.limits.keys:
        keys = tree.limits.keys
    elif node.offers:
        keys = "".join(key for key in KEYS if key in node.offers or key == ALWAYS)
    elif goes_on:
        keys = ""
    elif node.what is What.MENU:
        keys = KEYS  # nobody has understood which
    elif waited is not None:
        keys = ALWAYS if node.words else KEYS
    else:
        keys = ""  # first of all it is waited for
    waits = WAIT if node.what is What.ANNOUNCEMENT and not node.offers else ""
    return "".join(key for key in waits + keys if _open(tree, tree.edge(id, key)))


def _waits_for_a_key(tree: Tree, waited: Edge) -> bool:
    """Whether it says the same again, or nothing, when no key is pressed."""
    return waited.to is None or waited.to == waited.at or tree.node(waited.to).what is What.SILENCE


def _open(tree: Tree, edge: Edge | None) -> bool:
    if edge is None:
        return True
    if edge.to is None:
        return edge.misses < MOST_MISSES
    target = tree.node(edge.to)
    return target.what is What.UNSURE and target.heard < MOST_MISSES and edge.misses < MOST_MISSES


def goals(tree: Tree) -> tuple[Goal, ...]:
    """What a new call could try within the limits, breadth first; empty: nothing is left."""
    root = tree.edge(START, ANSWER)
    if root is None or (_open(tree, root) and root.misses < MOST_MISSES):
        return (Goal(START, ANSWER),)
    if root.to is None or root.misses >= MOST_MISSES:
        return ()
    return tuple(goal for goal, _ in _reachable(tree, root.to))


def next_key(tree: Tree, here: int) -> str | None:
    """What to press now (WAIT: nothing, and listen on); None: nothing more can be had in this call."""
    found = _reachable(tree, here)
    if found:
        goal, way = min(found, key=lambda one: _rank(tree, here, one))
        return way.keys[0] if way.keys else goal.key
    node = tree.node(here)
    if node.what in WALKABLE and goals(tree) and tree.edge(here, WAIT) is None:
        return WAIT  # it may lead back to where there is something left, and costs no call
    return None


class _Way(NamedTuple):
    depth: int  # of the goal
    keys: str  # to press on the way there
    place: int  # of the key among those of its node


def _rank(tree: Tree, here: int, one: tuple[Goal, _Way]) -> tuple[int, ...]:
    """What comes first in a call. A person ends it, so whoever seems to lead to one comes last; to wait is cheap where
    one is already, and not worth a way; a key that leads back opens the rest of the menu."""
    goal, way = one
    label = tree.node(goal.node).offers.get(goal.key, "")
    person = says_person(label) or (goal.key == ALWAYS and not label)
    waits = 1 if goal.key != WAIT else 0 if goal.node == here else 2
    return (person, waits, way.depth, len(way.keys), not says_back(label), way.place)


def _reachable(tree: Tree, here: int) -> list[tuple[Goal, _Way]]:
    """The untried keys that can be reached from here without calling again, breadth first, each with its way."""
    depth = {id: reach.depth for id, reach in reaches(tree).items()}
    bad = barred(tree)
    ways = {here: ""}
    queue = deque([here])
    while queue:
        at = queue.popleft()
        for edge in tree.out(at):
            if edge.to is not None and edge.to not in ways and usable(tree, edge, bad):
                ways[edge.to] = ways[at] + edge.key
                queue.append(edge.to)
    found = []
    for id, keys in ways.items():
        if id in bad and id != here:
            continue
        for place, key in enumerate(untried(tree, id)):
            if key == WAIT or depth.get(id, 0) < tree.limits.depth:
                found.append((Goal(id, key), _Way(depth.get(id, 0), keys, place)))
    return sorted(found, key=lambda one: (one[1].depth, len(one[1].keys), one[0].node, one[1].place))


def usable(tree: Tree, edge: Edge, bad: frozenset[int]) -> bool:
    """Whether this edge may be taken on the way to somewhere else."""
    return (
        edge.to is not None
        and edge.to != edge.at
        and edge.to not in bad
        and edge.misses < MOST_MISSES
        and tree.node(edge.to).what in WALKABLE
    )
