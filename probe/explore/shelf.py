"""Where explorations lie: one file each, to be read by people and compared line by line, and the prints beside it.

`explorations/NUMBER/BEGAN.json` in the data folder holds the tree, `BEGAN.prints.json` what its prompts are recognised
by, from which no speech can be made. Recordings are those of the calls.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import msgspec

from probe.errors import ExploreError
from probe.explore.tree import MACHINE, Peak, Tree

FOLDER = "explorations"
PRINTS = ".prints.json"

Prints = dict[str, tuple[Peak, ...]]
_tree = msgspec.json.Decoder(Tree)
_prints = msgspec.json.Decoder(Prints)


def place(data_folder: Path, number: str, began_at: datetime) -> Path:
    """The file of an exploration."""
    return folder_of(data_folder, number) / f"{_stem(began_at)}.json"


def folder_of(data_folder: Path, number: str) -> Path:
    """The folder of a number's explorations."""
    plain = number.removeprefix("+")
    if not (plain.isascii() and plain.isdigit()):
        readable = "".join(c if c.isascii() and c.isalnum() else "-" for c in number)[:40].strip("-")
        plain = f"{readable}-{sha256(number.encode()).hexdigest()[:8]}"
    return data_folder / FOLDER / plain


def save(path: Path, tree: Tree) -> None:
    """Write it; after a power failure the file is the old or the new one. ExploreError when it cannot be written."""
    over = tree.ended_at is not None
    prints = {str(n.id): n.peaks for n in tree.nodes if n.peaks and not (over and n.what not in MACHINE)}
    bare = msgspec.structs.replace(tree, nodes=tuple(msgspec.structs.replace(n, peaks=()) for n in tree.nodes))
    text = msgspec.json.format(msgspec.json.encode(bare), indent=1)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(path.with_suffix(PRINTS), msgspec.json.encode(prints))  # first: a tree is never without its prints
        _write(path, text)
    except OSError as error:
        raise ExploreError("explore.not_written", file=path, reason=error.strerror or str(error)) from error


def load(path: Path) -> Tree:
    """Read it. ExploreError when it is not one."""
    try:
        tree = _tree.decode(path.read_bytes())
        beside = path.with_suffix(PRINTS)
        prints = _prints.decode(beside.read_bytes()) if beside.exists() else {}
    except OSError as error:
        raise ExploreError("explore.unreadable", file=path, reason=error.strerror or str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ExploreError("explore.unreadable", file=path, reason=str(error)) from error
    nodes = tuple(msgspec.structs.replace(n, peaks=prints.get(str(n.id), ())) for n in tree.nodes)
    if [n.id for n in nodes] != list(range(len(nodes))):
        raise ExploreError("explore.unreadable", file=path, reason="$.nodes: id")
    return msgspec.structs.replace(tree, nodes=nodes)


def files(data_folder: Path, number: str | None = None) -> tuple[Path, ...]:
    """The explorations of a number (of all), oldest first."""
    root = folder_of(data_folder, number) if number is not None else data_folder / FOLDER
    found = root.glob("*.json") if number is not None else root.glob("*/*.json")
    return tuple(sorted((p for p in found if not p.name.endswith(PRINTS)), key=lambda p: (p.name, p.parent.name)))


def forget(
    data_folder: Path, words_before: datetime, sounds_before: datetime, *, pretend: bool = False
) -> tuple[int, tuple[str, ...]]:
    """Take what was said out of explorations that began before a moment, and delete pages, which hold sound, of those
    before another; of how many, and what could not be. Keys, times and prints stay."""
    root = data_folder / FOLDER
    if root.is_symlink():
        return 0, (str(root),)
    forgotten, left = 0, []
    for path in files(data_folder):
        if path.is_symlink() or path.parent.is_symlink():
            left.append(str(path))
            continue
        try:
            forgotten += _forget(path, words_before, sounds_before, pretend=pretend)
        except (ExploreError, OSError):
            left.append(str(path))
    return forgotten, tuple(left)


def _forget(path: Path, words_before: datetime, sounds_before: datetime, *, pretend: bool) -> bool:
    page = path.with_suffix(".html")
    old_page = path.stem < _stem(sounds_before) and page.exists()
    if old_page and not pretend:
        page.unlink()
    if path.stem >= _stem(words_before):
        return old_page
    tree = load(path)
    nodes = tuple(msgspec.structs.replace(n, words="", offers=dict.fromkeys(n.offers, "")) for n in tree.nodes)
    if nodes == tree.nodes:
        return old_page
    if not pretend:
        page.unlink(missing_ok=True)  # it quotes them
        save(path, msgspec.structs.replace(tree, nodes=nodes))
    return True


def _stem(began_at: datetime) -> str:
    return f"{began_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _write(path: Path, text: bytes) -> None:
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(fd, "wb") as file:
            file.write(text + b"\n")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
