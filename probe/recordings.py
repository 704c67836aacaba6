"""Where calls' recordings lie in the data folder, and how they are deleted: never through a link, never elsewhere.

A recording's path comes from the database. Whatever stands there, nothing but `recordings/…/NAME.wav` below the data
folder is ever read or deleted.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path, PurePosixPath

from probe.model import Fact

FOLDER = "recordings"
ENDING = ".wav"


class Deleted(Fact, frozen=True, kw_only=True):
    """What became of recordings that were to be deleted; their paths are those of their traces."""

    gone: tuple[str, ...] = ()  # not there any more, whether or not they were there before
    files: int = 0
    size_bytes: int = 0
    left: tuple[str, ...] = ()  # still there, or no path of a recording: a person must look


def parts_of(recording: str) -> tuple[str, ...] | None:
    """The pieces of a recording's path; None when it is the path of something else, or leads out of the folder."""
    parts = PurePosixPath(recording).parts
    if len(parts) < 2 or parts[0] != FOLDER or not parts[-1].endswith(ENDING):
        return None
    return None if ".." in parts or "\0" in recording else parts


def find(folder: Path, recording: str | None) -> Path | None:
    """Where a recording lies; None when it is not there, or only behind a symbolic link."""
    parts = None if recording is None else parts_of(recording)
    if parts is None:
        return None
    place = folder
    try:
        for part in parts:
            place = place / part
            if place.is_symlink():
                return None
        return place if place.is_file() else None
    except OSError:  # a name longer than the file system takes
        return None


def delete(folder: Path, recordings: Iterable[str], *, pretend: bool = False) -> Deleted:
    """Delete recordings; those that are gone when this returns stay gone after a power failure. Raises nothing.

    `pretend` only counts what would be deleted.
    """
    gone: list[str] = []
    left: list[str] = []
    files = size_bytes = 0
    for parents, group in groupby(recordings, key=lambda one: (parts_of(one) or ())[:-1]):
        names = list(group)
        if not parents:
            left += names
            continue
        try:
            with _opened(folder, parents) as parent:
                for name in names:
                    size = _delete(parent, name.rpartition("/")[2], pretend=pretend)
                    if size is None:
                        left.append(name)
                        continue
                    gone.append(name)
                    files += size >= 0
                    size_bytes += max(0, size)
                if not pretend:
                    os.fsync(parent)
        except FileNotFoundError:
            gone += names
        except OSError:
            left += [name for name in names if name not in gone]
    return Deleted(gone=tuple(gone), files=files, size_bytes=size_bytes, left=tuple(left))


def strays(folder: Path, before_s: float) -> Iterator[str]:
    """The recordings that were last written to before this moment (seconds since 1970), in order of their paths."""
    root = folder / FOLDER
    if root.is_symlink() or not root.is_dir():
        return
    for place, folders, names, parent in os.fwalk(root, follow_symlinks=False):
        folders.sort()
        for name in sorted(names):
            if not name.endswith(ENDING):
                continue
            found = os.stat(name, dir_fd=parent, follow_symlinks=False)
            if stat.S_ISREG(found.st_mode) and found.st_mtime < before_s:
                yield str(PurePosixPath(FOLDER, Path(place).relative_to(root).as_posix(), name))


def _delete(parent: int, name: str, *, pretend: bool) -> int | None:
    """The bytes that were freed; -1 when there was no such file, None when it is not ours to delete."""
    try:
        found = os.stat(name, dir_fd=parent, follow_symlinks=False)
        if not stat.S_ISREG(found.st_mode):
            return None
        if not pretend:
            os.unlink(name, dir_fd=parent)
    except FileNotFoundError:
        return -1
    except OSError:
        return None
    return found.st_size


@contextmanager
def _opened(folder: Path, parts: tuple[str, ...]) -> Iterator[int]:
    """The folder that holds a recording, opened piece by piece so that no link can be put in between."""
    here = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts:
            below = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=here)
            os.close(here)
            here = below
        yield here
    except OSError as error:
        if error.errno == errno.ENOTDIR:  # a file where a folder should be, or (on Linux) a link to a folder
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP)) from error
        raise
    finally:
        os.close(here)
