"""A tree laid out to be shown: each prompt once, where the fewest keys lead to it; other ways to it are links."""

from __future__ import annotations

from typing import Literal

from probe.explore.compare import leads
from probe.explore.route import ALWAYS, untried
from probe.explore.tree import START, WAIT, Edge, Node, Reach, Tree, What, barred, humans, reaches
from probe.model import Fact

Finding = Literal["person", "none", "nobody", "unclear", "unfinished", "nothing"]


class Branch(Fact, frozen=True, kw_only=True):
    """What is behind one or more keys of a prompt.

    `prompt`: a node, with its own branches. `link`: a prompt that stands elsewhere, at `path`. `again`: the same prompt
    once more. `invalid`: no such choice. `lost`: what is there was not heard. `untried`: not tried (yet). `beyond`: not
    tried, because the limits end here.
    """

    kind: Literal["prompt", "link", "again", "invalid", "lost", "untried", "beyond"]
    keys: tuple[str, ...] = ()
    label: str = ""  # what the menu says is there
    node: Node | None = None
    reach: Reach | None = None
    path: str = ""
    branches: tuple[Branch, ...] = ()


def outline(tree: Tree) -> Branch | None:
    """The root with everything behind it; None while nothing is known."""
    ways = reaches(tree)
    first = tree.edge(START, "")
    if first is None or first.to is None:
        return None
    return _prompt(tree, ways, tree.node(first.to), (), "")


def finding(tree: Tree) -> Finding:
    """The answer to the question: can a caller reach a person?

    `none` and `nobody` are said only of an exploration that is finished and in which nothing was left open; of those,
    `nobody` when callers are put through or queued, and nobody comes.
    """
    if humans(tree):
        return "person"
    if not tree.nodes:
        return "nothing"
    if tree.halt != "finished":
        return "unfinished"
    lost = any(edge.to is None for edge in tree.edges)
    silent = any((to := tree.leads_to(e.at, e.key)) and to.what is What.SILENCE for e in tree.edges if e.key != WAIT)
    if lost or silent or any(node.what is What.UNSURE for node in tree.nodes):
        return "unclear"
    return "nobody" if waiting(tree) else "none"


def waiting(tree: Tree) -> tuple[str, ...]:
    """The paths at which a caller is put through or queued, and nobody came."""
    ways = reaches(tree)
    ends = (What.QUEUE, What.BUSY, What.UNANSWERED)
    found = [ways[n.id] for n in tree.nodes if n.what in ends and n.id in ways]
    return tuple(sorted({way.path for way in found if way.keys[-1:] != (WAIT,)}))


def _prompt(tree: Tree, ways: dict[int, Reach], node: Node, keys: tuple[str, ...], label: str) -> Branch:
    reach = ways[node.id]
    found: list[Branch] = []
    invalid: list[str] = []
    for edge in tree.out(node.id):
        offered = node.offers.get(edge.key, "")
        if edge.to is None:
            found.append(Branch(kind="lost", keys=(edge.key,), label=offered))
        elif edge.key != WAIT and not leads(tree, edge) and not (edge.to == edge.at and edge.key in node.offers):
            invalid.append(edge.key)
        elif edge.to == edge.at and edge.key == WAIT:
            continue  # as menus do
        elif edge.to == edge.at:
            found.append(Branch(kind="again", keys=(edge.key,), label=offered))
        elif _is_way(ways, edge):
            found.append(_prompt(tree, ways, tree.node(edge.to), (edge.key,), offered))
        else:
            to = tree.node(edge.to)
            found.append(Branch(kind="link", keys=(edge.key,), label=offered, node=to, path=ways[to.id].path))
    if invalid:
        found.append(Branch(kind="invalid", keys=tuple(invalid)))
    left = _left(tree, node)
    if left:
        kind: Literal["untried", "beyond"] = "beyond" if reach.depth >= tree.limits.depth else "untried"
        label_left = " · ".join(node.offers[key] for key in left if node.offers.get(key))
        found.append(Branch(kind=kind, keys=left, label=label_left))
    return Branch(kind="prompt", keys=keys, label=label, node=node, reach=reach, path=reach.path, branches=tuple(found))


def _left(tree: Tree, node: Node) -> tuple[str, ...]:
    """The keys of a prompt that were not pressed; those that nothing is said of are not told beyond the limits."""
    if node.id in barred(tree) and node.what is not What.MENU:
        return ()
    keys = [key for key in untried(tree, node.id) if key != WAIT and tree.edge(node.id, key) is None]
    offered = [key for key in keys if key in node.offers]
    return tuple(offered if node.offers else keys if keys != [ALWAYS] else [])


def _is_way(ways: dict[int, Reach], edge: Edge) -> bool:
    """Whether the node behind this edge is reached this way."""
    assert edge.to is not None
    here, there = ways.get(edge.at), ways.get(edge.to)
    return here is not None and there is not None and there.keys == (*here.keys, edge.key)
