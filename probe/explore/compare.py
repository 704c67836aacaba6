"""Two explorations of one number held against each other: what changed for a caller. Pure.

Prompts are compared by sound first and by words where the sound differs; a recogniser that hears a word otherwise
changes nothing. What was not tried the second time is not said to be gone.
"""

from __future__ import annotations

from typing import Literal

from probe.explore.grow import same_prompt
from probe.explore.tree import WAIT, WALKABLE, Edge, Node, Reach, Tree, What, humans, reaches
from probe.model import Fact

FARTHER_S, FARTHER_SHARE = 10.0, 0.25  # more than that is told, when as many keys are pressed

Kind = Literal[
    "no_person", "person_again", "person_farther", "person_nearer", "prompt", "what", "key_gone", "key_new", "key_moved"
]
ORDER: tuple[Kind, ...] = (
    "no_person",
    "person_again",
    "person_farther",
    "person_nearer",
    "key_gone",
    "key_moved",
    "what",
    "prompt",
    "key_new",
)


class Change(Fact, frozen=True, kw_only=True):
    """One thing that changed. `path` is where ("" the root); `before` and `after` are words, names or paths."""

    kind: Kind
    path: str = ""
    before: str = ""
    after: str = ""
    before_keys: int = 0
    after_keys: int = 0
    before_s: float = 0.0
    after_s: float = 0.0


def compare(old: Tree, new: Tree) -> tuple[Change, ...]:
    """What changed from one to the other, the weightiest first."""
    pairs: list[tuple[Node, Node, str]] = []
    changes: list[Change] = _persons(old, new)
    first_old, first_new = _root(old), _root(new)
    if first_old is None or first_new is None:
        return tuple(changes)
    seen: set[tuple[int, int]] = set()
    waiting = [(first_old, first_new, "")]
    while waiting:
        one, other, path = waiting.pop(0)
        if (one.id, other.id) in seen:
            continue
        seen.add((one.id, other.id))
        pairs.append((one, other, path))
        changes += _prompt(one, other, path)
        if one.what in WALKABLE and other.what in WALKABLE:
            changes += _keys(old, new, one, other, path)
            for key in _both(old, new, one, other):
                to_old, to_new = old.leads_to(one.id, key), new.leads_to(other.id, key)
                if to_old is not None and to_new is not None:
                    waiting.append((to_old, to_new, _join(path, key)))
    return tuple(sorted(_moved(old, new, changes), key=lambda change: (ORDER.index(change.kind), change.path)))


def leads(tree: Tree, edge: Edge | None) -> bool:
    """Whether a key leads anywhere: not to "no such choice", and not to the menu that it was pressed at."""
    return (
        edge is not None and edge.to is not None and edge.to != edge.at and tree.node(edge.to).what is not What.INVALID
    )


def _root(tree: Tree) -> Node | None:
    return tree.nodes[0] if tree.nodes else None


def _both(old: Tree, new: Tree, one: Node, other: Node) -> list[str]:
    keys = [e.key for e in old.out(one.id) if leads(old, e)]
    return [key for key in keys if leads(new, new.edge(other.id, key))]


def _prompt(one: Node, other: Node, path: str) -> list[Change]:
    if one.what is not other.what and What.UNSURE not in (one.what, other.what):
        return [Change(kind="what", path=path, before=one.what, after=other.what)]
    if same_prompt(one, other) is False:
        return [Change(kind="prompt", path=path, before=one.words, after=other.words)]
    return []


def _keys(old: Tree, new: Tree, one: Node, other: Node, path: str) -> list[Change]:
    changes: list[Change] = []
    keys = dict.fromkeys(e.key for e in (*old.out(one.id), *new.out(other.id)) if e.key != WAIT)
    for key in keys:
        before, after = old.edge(one.id, key), new.edge(other.id, key)
        tried = after is not None and after.to is not None
        not_offered = after is None and new.finished and bool(other.offers) and key not in other.offers
        if leads(old, before) and not leads(new, after) and (tried or not_offered):
            changes.append(Change(kind="key_gone", path=_join(path, key), before=_label(old, one, key)))
        if leads(new, after) and not leads(old, before) and (before is not None or _was_tried(old, one, key)):
            changes.append(Change(kind="key_new", path=_join(path, key), after=_label(new, other, key)))
    return changes


def _was_tried(tree: Tree, node: Node, key: str) -> bool:
    """Whether this key would have been found, had it been there."""
    edge = tree.edge(node.id, key)
    return (edge is not None and edge.to is not None) or (
        tree.finished and bool(node.offers) and key not in node.offers
    )


def _moved(old: Tree, new: Tree, changes: list[Change]) -> list[Change]:
    """A prompt that is gone here and new there has moved."""
    ways_old, ways_new = reaches(old), reaches(new)
    gone = {c.path: c for c in changes if c.kind == "key_gone"}
    came = {c.path: c for c in changes if c.kind == "key_new"}
    for path, change in list(gone.items()):
        one = _at(old, ways_old, path)
        for there, other_change in list(came.items()):
            other = _at(new, ways_new, there)
            if one is not None and other is not None and same_prompt(one, other):
                changes = [c for c in changes if c is not change and c is not other_change]
                changes.append(Change(kind="key_moved", path=path, before=path, after=there))
                del came[there]
                break
    return changes


def _at(tree: Tree, ways: dict[int, Reach], path: str) -> Node | None:
    return next((tree.node(id) for id, way in ways.items() if way.path == path), None)


def _persons(old: Tree, new: Tree) -> list[Change]:
    was, now = humans(old), humans(new)
    if was and not now:
        if not new.finished or _unclear(new):
            return []
        return [
            Change(kind="no_person", before=was[0][1].path, before_keys=was[0][1].depth, before_s=was[0][1].seconds)
        ]
    if not was:
        if now and old.finished:
            way = now[0][1]
            return [Change(kind="person_again", after=way.path, after_keys=way.depth, after_s=way.seconds)]
        return []
    before, after = was[0][1], now[0][1]
    moved = after.depth - before.depth or _noticeably(before.seconds, after.seconds)
    if not moved:
        return []
    return [
        Change(
            kind="person_farther" if moved > 0 else "person_nearer",
            before=before.path,
            after=after.path,
            before_keys=before.depth,
            after_keys=after.depth,
            before_s=before.seconds,
            after_s=after.seconds,
        )
    ]


def _noticeably(before_s: float, after_s: float) -> int:
    least_s = max(FARTHER_S, FARTHER_SHARE * before_s)
    return (after_s - before_s >= least_s) - (before_s - after_s >= least_s)


def _unclear(tree: Tree) -> bool:
    """Whether somewhere a person may have been who was not recognised."""
    return any(node.what is What.UNSURE for node in tree.nodes)


def _label(tree: Tree, node: Node, key: str) -> str:
    edge = tree.edge(node.id, key)
    to = tree.node(edge.to) if edge is not None and edge.to is not None else None
    return node.offers.get(key, "") or (to.words if to is not None else "")


def _join(path: str, key: str) -> str:
    shown = "…" if key == WAIT else key
    return f"{path}-{shown}" if path else shown
