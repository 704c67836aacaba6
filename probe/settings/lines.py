"""On which line of a TOML file a key stands: `tomllib` does not tell.

The file has been accepted by `tomllib` before, so cutting it into tokens is enough; nothing is validated here.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

Path = tuple[str, ...]

_MARKS = frozenset("[]{}=,.\n")
_TOKEN = re.compile(
    r'''
    (?P<skip>   [ \t\r]+ | \#[^\n]* )
  | (?P<string> """(?:\\.|[^\\])*?"{3,5} | \'\'\'.*?\'{3,5} | "(?:\\.|[^"\\\n])*" | '[^'\n]*' )
  | (?P<mark>   [\[\]{}=,.\n] )
  | (?P<bare>   [^\s\[\]{}=,.\#"']+ )
    ''',
    re.VERBOSE | re.DOTALL,
)


def lines_of(text: str) -> dict[Path, int]:
    """Every table and key → the first line (from 1) that names it, keys of inline tables included."""
    found: dict[Path, int] = {}
    base: Path = ()  # the table that the next key belongs to
    path: Path = ()  # the key whose value is being read
    parts: list[str] = []  # of a key or a table's name
    opened: list[tuple[str, Path, Path]] = []  # brackets in a value, each with the base and path outside of it
    state = "key"
    for token, line in _tokens(text):
        if state == "key" and token == "[" and not opened:
            state = "header"
        elif state == "header" and token == "]":
            base, parts, state = tuple(parts), [], "key"
            _note(found, base, line)
        elif state == "key" and token == "=":
            path, parts, state = (*base, *parts), [], "value"
            _note(found, path, line)
        elif token in ("]", "}") and opened:
            _, base, path = opened.pop()
            state = "value"
        elif state == "value" and token in ("[", "{"):
            opened.append((token, base, path))
            if token == "{":
                base, state = path, "key"
        elif state == "value" and (
            (token == "," and opened and opened[-1][0] == "{") or (token == "\n" and not opened)
        ):
            state = "key"
        elif state != "value" and token not in _MARKS:
            parts.append(tomllib.loads(f"k = {token}")["k"] if token[0] in "\"'" else token)
    return found


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    line = 1
    for match in _TOKEN.finditer(text):
        if match.lastgroup != "skip":
            yield match.group(), line
        line += match.group().count("\n")


def _note(found: dict[Path, int], path: Path, line: int) -> None:
    for length in range(1, len(path) + 1):
        found.setdefault(path[:length], line)
