"""A visit put into the tree: a prompt that is known is linked, a new one is a new node. Pure.

The line and the program that sent it do this with the same visits, so they come to the same tree.
"""

from __future__ import annotations

import msgspec

from probe.explore.offers import same_words
from probe.explore.same import LEAST_PEAKS, Prompts, alike
from probe.explore.tree import SPOKEN, WAIT, Edge, Heard, Node, Tree, Visit, What, replaced, touched

SCOLDING_S = 6.0
UPGRADES = {What.UNSURE: 0, What.ANNOUNCEMENT: 1, What.INVALID: 2, What.MENU: 2, What.QUEUE: 2}


def grown(tree: Tree, visit: Visit, prompts: Prompts | None = None) -> tuple[Tree, int | None]:
    """The tree after this visit, and where the caller is now; None when that is not known (any more).

    `prompts`: those of this very tree, when somebody has them at hand.
    """
    heard = visit.heard
    before = tree.edge(visit.at, visit.key) or Edge(at=visit.at, key=visit.key)
    if heard is None:
        return _missed(tree, before), None
    to = _known(tree, before, heard, prompts)
    if to is None and before.to is not None and not _may_be_new(tree.node(before.to), heard):
        return _missed(tree, before), None
    after_s = round(max(0.0, heard.start_s - visit.pressed_s), 2)
    if to is None:
        to = len(tree.nodes)
        tree = msgspec.structs.replace(tree, nodes=(*tree.nodes, _node(to, visit.call_id, heard, after_s)))
    else:
        tree = touched(tree, _again(tree.node(to), heard))
    edge = msgspec.structs.replace(before, to=to, after_s=after_s if before.to != to else before.after_s)
    tree = msgspec.structs.replace(tree, edges=replaced(tree.edges, edge))
    return (touched(tree, msgspec.structs.replace(tree.node(to), what=What.INVALID)) if _scolds(tree, to) else tree), to


def _missed(tree: Tree, edge: Edge) -> Tree:
    """Something else was heard, or nothing: the key is tried once more."""
    new = msgspec.structs.replace(edge, misses=edge.misses + 1)
    return msgspec.structs.replace(tree, edges=replaced(tree.edges, new))


def _scolds(tree: Tree, id: int) -> bool:
    """Whether a short announcement that nobody understood is "no such choice": several keys of a menu lead to it."""
    node = tree.node(id)
    if node.what is not What.ANNOUNCEMENT or node.words or node.length_s > SCOLDING_S:
        return False
    keys = [edge.at for edge in tree.edges if edge.to == id and edge.key != WAIT and edge.at != id]
    return len(keys) > len(set(keys))


def _known(tree: Tree, before: Edge, heard: Heard, prompts: Prompts | None) -> int | None:
    """The node that was heard, when it is one of the tree's."""
    if heard.what is not What.HUMAN and (found := (prompts or Prompts(tree.nodes)).node_of(heard.peaks)) is not None:
        return found
    if before.to is None:
        return None
    node = tree.node(before.to)
    if heard.what not in SPOKEN or node.what not in SPOKEN:
        return node.id if heard.what is node.what else None
    if min(len(heard.peaks), len(node.peaks)) < LEAST_PEAKS:
        return node.id  # too short to be told from another: the key says which it is
    return node.id if heard.words and node.words and same_words(heard.words, node.words) else None


def _may_be_new(node: Node, heard: Heard) -> bool:
    """Whether what was unsure has shown itself to be something else, and no prompt is missed."""
    return node.what is What.UNSURE or (node.what is What.UNANSWERED and heard.what is What.HUMAN)


def _node(id: int, call_id: str, heard: Heard, after_s: float) -> Node:
    return Node(
        id=id,
        what=heard.what,
        words=heard.words,
        offers=heard.offers,
        confidence=heard.confidence,
        after_s=after_s,
        length_s=round(heard.end_s - heard.start_s, 2),
        call_id=call_id,
        start_s=heard.start_s,
        end_s=heard.end_s,
        peaks=heard.peaks,
    )


def _again(node: Node, heard: Heard) -> Node:
    """A node that was heard once more. What may have been a person, and says the same again, is a machine."""
    better = UPGRADES.get(heard.what, -1) > UPGRADES.get(node.what, 9)
    machine = node.what is What.UNSURE
    fuller = len(heard.words) > len(node.words) and len(heard.offers) >= len(node.offers)
    whole = heard.end_s - heard.start_s >= 0.8 * node.length_s
    changes: dict[str, object] = {"heard": node.heard + 1}
    if better or machine:
        changes["what"] = What.ANNOUNCEMENT if heard.what is What.UNSURE else heard.what
        changes["confidence"] = max(node.confidence, heard.confidence) if better else heard.confidence
    if fuller and whole:
        changes |= {"words": heard.words, "offers": heard.offers}
    return msgspec.structs.replace(node, **changes)


def same_prompt(one: Node, other: Node) -> bool | None:
    """Whether two nodes (of two trees, perhaps) are one prompt, by sound and by words; None when nobody can tell."""
    by_sound = alike(one.peaks, other.peaks)
    if by_sound:
        return True
    if one.words and other.words:
        return same_words(one.words, other.words)
    return by_sound
