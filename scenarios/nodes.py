"""YAML as a tree in which everything knows its line. Scalars stay text: `press: 0` is the key 0, `no` is a word.

Anchors, aliases and tags are refused: a scenario is read by people, and says everything where it is done.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import yaml

LARGEST = 65536  # bytes of a file
DEEPEST = 40  # nested levels


class Mistake(Exception):
    """What is wrong in a scenario file, and where. `key` names the sentence, `allowed` what could stand there."""

    def __init__(self, key: str, *, line: int, where: str, found: object, allowed: tuple[str, ...] = ()) -> None:
        super().__init__(key, line, where, found, allowed)
        self.key = key
        self.line = line
        self.where = where
        self.found = str(found)
        self.allowed = allowed


class Node(msgspec.Struct, frozen=True):
    """A value, its line (from 1) and where it stands ("steps[2].listen.within")."""

    line: int
    where: str
    value: str | tuple[Node, ...] | dict[str, Node]

    @property
    def text(self) -> str:
        """The value, when it is a text. Mistake otherwise."""
        if isinstance(self.value, str):
            return self.value
        raise self.wrong('"…"')

    @property
    def items(self) -> tuple[Node, ...]:
        """The entries, when it is a list that is not empty. Mistake otherwise."""
        if isinstance(self.value, tuple) and self.value:
            return self.value
        raise self.wrong("- …")

    def fields(self, allowed: tuple[str, ...], needed: tuple[str, ...] = ()) -> dict[str, Node]:
        """The mapping, with these keys alone. Mistake for another key, or when one is missing."""
        if not isinstance(self.value, dict):
            raise self.wrong(*(f"{key}: …" for key in needed or allowed))
        for key, node in self.value.items():
            if key not in allowed:
                raise Mistake("unknown", line=node.line, where=self.where, found=key, allowed=allowed)
        for key in needed:
            if key not in self.value:
                raise Mistake("missing", line=self.line, where=self.where, found=key, allowed=allowed)
        return self.value

    def wrong(self, *allowed: str) -> Mistake:
        """This is not what can stand here."""
        return Mistake("wrong", line=self.line, where=self.where, found=self.shown, allowed=allowed)

    def unknown(self, found: str, allowed: tuple[str, ...]) -> Mistake:
        """This word is none of those that can stand here."""
        return Mistake("unknown", line=self.line, where=self.where, found=found, allowed=allowed)

    def rule(self, key: str) -> Mistake:
        """This could stand elsewhere, but not here: `key` says why."""
        return Mistake(key, line=self.line, where=self.where, found=self.shown)

    @property
    def shown(self) -> str:
        if isinstance(self.value, str):
            return self.value
        if isinstance(self.value, dict):
            return "{" + ", ".join(f"{key}: …" for key in self.value) + "}"
        return "[…]" if self.value else "[]"


def tree(text: str) -> Node:
    """The document of a YAML text. Mistake when it is none, or has what a scenario may not have."""
    if len(text.encode("utf-8", "replace")) > LARGEST:
        raise Mistake("too_large", line=1, where="", found=len(text), allowed=(str(LARGEST),))
    try:
        _refuse(yaml.parse(text, Loader=yaml.SafeLoader))
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "?"
        raise Mistake("not_yaml", line=mark.line + 1 if mark else 1, where="", found=reason) from error
    if root is None:
        raise Mistake("missing", line=1, where="", found="name", allowed=("name", "use", "say", "steps"))
    return _node(root, "", root.start_mark.line + 1)


def _refuse(events: Iterator[Any]) -> None:
    depth = 0
    for event in events:
        fancy = isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) or getattr(event, "tag", None)
        if fancy:
            found = f"{'*' if isinstance(event, yaml.AliasEvent) else '&'}{fancy}" if event.anchor else event.tag
            raise Mistake("fancy", line=event.start_mark.line + 1, where="", found=found)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise Mistake("too_deep", line=event.start_mark.line + 1, where="", found=depth, allowed=(str(DEEPEST),))


def _node(raw: yaml.Node, where: str, line: int) -> Node:
    if isinstance(raw, yaml.ScalarNode):
        return Node(line, where, raw.value.strip())
    if isinstance(raw, yaml.SequenceNode):
        entries = enumerate(raw.value, start=1)
        return Node(line, where, tuple(_node(one, f"{where}[{n}]", one.start_mark.line + 1) for n, one in entries))
    found: dict[str, Node] = {}
    for key, value in raw.value:
        at = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise Mistake("wrong", line=at, where=where, found="[…]", allowed=("…",))
        name = key.value.strip()
        if name in found:
            raise Mistake("twice", line=at, where=where, found=name)
        found[name] = _node(value, f"{where}.{name}".lstrip("."), at)
    return Node(line, where, found)
