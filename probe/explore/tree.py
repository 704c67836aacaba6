"""What is known of a menu: the prompts that were heard, and which key leads from one to another.

A prompt that is reached in two ways is one node with two edges, so the tree may have loops. A node is named by a
number; its path, the fewest keys that lead to it, follows from the edges.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Literal

import msgspec

from probe.model import Cause, Fact, Outcome
from scenarios.language import By

ROOT = 0
START = -1  # where a caller is before the answer
ANSWER = ""  # the "key" that leads to the root
WAIT = "~"  # the "key" that is not pressed: what comes by itself
KEYS = "1234567890*#"

Peak = tuple[int, int]  # of a print: frame, bin (probe.hear.peaks)


class What(StrEnum):
    """What is heard at a place of the menu."""

    MENU = "menu"
    HUMAN = "human"
    QUEUE = "queue"
    VOICEMAIL = "voicemail"
    ANNOUNCEMENT = "announcement"  # a machine speaks, and offers no keys
    INVALID = "invalid"  # "there is no such choice"
    SILENCE = "silence"
    HUNG_UP = "hung_up"  # by the far end
    BUSY = "busy"  # put through to somebody who is talking
    UNANSWERED = "unanswered"  # put through, or waited for, and nobody came
    FAX = "fax"
    UNSURE = "unsure"  # perhaps a person, perhaps a machine: nothing is pressed there


SPOKEN = frozenset({What.MENU, What.ANNOUNCEMENT, What.INVALID, What.QUEUE, What.VOICEMAIL, What.UNSURE})
WALKABLE = frozenset({What.MENU, What.ANNOUNCEMENT})  # here a key may be pressed
MACHINE = SPOKEN - {What.UNSURE}  # whose words are nobody's personal information


class Limits(Fact, frozen=True, kw_only=True):
    """How far an exploration goes. The manners of the plan stand beside them and are never looser."""

    depth: int = 3  # keys between the answer and a prompt
    keys: str = ""  # which are tried; empty: those that are offered and 0, or all where nothing is understood
    calls: int = 12  # in the whole exploration
    call_s: float = 300.0  # from the answer
    queue_s: float = 60.0  # how long a queue is waited in
    wait_s: float = 12.0  # how long a machine is waited for to go on by itself


class Heard(Fact, frozen=True, kw_only=True):
    """What was heard at one place. Times are on the trace's clock."""

    what: What
    start_s: float  # the first sound
    end_s: float
    words: str = ""
    offers: dict[str, str] = msgspec.field(default_factory=dict)  # key → what is said to be behind it
    confidence: float = 1.0
    peaks: tuple[Peak, ...] = ()  # the print of the prompt, from its first sound on


class Visit(Fact, frozen=True, kw_only=True):
    """One step of a caller: where a key was pressed, when, and what was heard then."""

    call_id: str
    at: int  # the node, or START
    key: str
    pressed_s: float  # or since when it is waited, or the answer
    heard: Heard | None  # None: the call ended before anything could be told


class Node(Fact, frozen=True, kw_only=True):
    """A prompt, a person, a queue … `call_id`, `start_s` and `end_s` say in which recording it is heard."""

    id: int
    what: What
    words: str = ""
    offers: dict[str, str] = msgspec.field(default_factory=dict)
    confidence: float = 1.0
    after_s: float = 0.0  # from the key (or the answer) to the first sound
    length_s: float = 0.0
    call_id: str
    start_s: float
    end_s: float
    heard: int = 1  # times
    peaks: tuple[Peak, ...] = ()


class Edge(Fact, frozen=True, kw_only=True):
    """A key that was pressed at a node. `to` is None while it is not known where it leads."""

    at: int
    key: str
    to: int | None = None
    after_s: float = 0.0  # from the key to the first sound
    misses: int = 0  # times that something else was heard, or the call ended before anything was


class Called(Fact, frozen=True, kw_only=True):
    """One call of an exploration."""

    call_id: str
    at: datetime
    outcome: Outcome
    cause: Cause
    answered: bool
    seconds: float
    keys: str = ""
    recording: str | None = None
    media_s: float = 0.0  # the recording's first sample, on the trace's clock


Halt = Literal["finished", "calls", "no_answer", "no_progress", "other_root", "refused", "stopped"]


class Tree(Fact, frozen=True, kw_only=True, omit_defaults=False):
    """An exploration: of whom, when, how far, and what was found."""

    schema: Literal[1] = 1
    number: str
    unit: str = ""
    began_at: datetime
    ended_at: datetime | None = None  # None: it goes on
    halt: Halt | None = None  # why it stands still; "finished" when nothing is left to try within the limits
    limits: Limits = Limits()
    calls: tuple[Called, ...] = ()
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()

    def node(self, id: int) -> Node:
        return self.nodes[id]  # numbered as they were found

    def edge(self, at: int, key: str) -> Edge | None:
        """The edge of this key, when it was pressed."""
        return next((e for e in self.edges if e.at == at and e.key == key), None)

    def leads_to(self, at: int, key: str) -> Node | None:
        """What is heard behind this key; None when nobody knows."""
        edge = self.edge(at, key)
        return None if edge is None or edge.to is None else self.node(edge.to)

    def out(self, at: int) -> tuple[Edge, ...]:
        """The edges that leave a node, in the order of a telephone's keys."""
        order = {key: i for i, key in enumerate(KEYS + WAIT)}
        return tuple(sorted((e for e in self.edges if e.at == at), key=lambda e: order.get(e.key, len(order))))

    @property
    def finished(self) -> bool:
        return self.halt == "finished"


class Errand(Fact, frozen=True, kw_only=True):
    """What a line is told: what is known by now, and how its trunk sends keys."""

    tree: Tree
    by: By = "rfc4733"


class Reach(Fact, frozen=True, kw_only=True):
    """How a node is reached: the keys (with WAIT where nothing is pressed), and how long it takes."""

    keys: tuple[str, ...]
    seconds: float  # from the answer to its first sound, for a caller who hears every prompt out before pressing

    @property
    def depth(self) -> int:
        """How many keys are pressed."""
        return sum(key != WAIT for key in self.keys)

    @property
    def path(self) -> str:
        """As people read it: "1-2-*"; "" for the root."""
        return "-".join("…" if key == WAIT else key for key in self.keys)


def reaches(tree: Tree) -> dict[int, Reach]:
    """How each node is reached with the fewest keys; of two ways with as many keys, the quicker one."""
    first = tree.edge(START, ANSWER)
    if first is None or first.to is None:
        return {}
    found = {first.to: Reach(keys=(), seconds=first.after_s)}
    queue = deque([first.to])
    leaving: dict[int, list[Edge]] = {}
    for edge in tree.edges:
        leaving.setdefault(edge.at, []).append(edge)
    while queue:
        here = queue.popleft()
        node, reach = tree.node(here), found[here]
        for edge in leaving.get(here, ()):
            if edge.to is None:
                continue
            there = Reach(keys=(*reach.keys, edge.key), seconds=round(reach.seconds + node.length_s + edge.after_s, 2))
            known = found.get(edge.to)
            if known is None or _cost(there) < _cost(known):
                found[edge.to] = there
                queue.append(edge.to)
    return found


def _cost(reach: Reach) -> tuple[int, int, float]:
    return reach.depth, len(reach.keys), reach.seconds


def humans(tree: Tree) -> tuple[tuple[Node, Reach], ...]:
    """Where a person was reached, the nearest first."""
    ways = reaches(tree)
    found = [(node, ways[node.id]) for node in tree.nodes if node.what is What.HUMAN and node.id in ways]
    return tuple(sorted(found, key=lambda one: _cost(one[1])))


def barred(tree: Tree) -> frozenset[int]:
    """The nodes that are not entered again: a person is there, or comes if one waits there."""
    bad = {node.id for node in tree.nodes if node.what is What.HUMAN}
    waits = [edge for edge in tree.edges if edge.key == WAIT and edge.to is not None]
    grew = True
    while grew:
        more = {edge.at for edge in waits if edge.to in bad and edge.at != edge.to} - bad
        grew = bool(more)
        bad |= more
    return frozenset(bad)


def replaced(items: Iterable[Edge], new: Edge) -> tuple[Edge, ...]:
    """The edges with this one in its place, or added."""
    kept = [new if (e.at, e.key) == (new.at, new.key) else e for e in items]
    return tuple(kept) if any(e is new for e in kept) else (*kept, new)


def touched(tree: Tree, node: Node) -> Tree:
    """The tree with this node in the place of the one of its number."""
    nodes = (*tree.nodes[: node.id], node, *tree.nodes[node.id + 1 :])
    return msgspec.structs.replace(tree, nodes=nodes)
