"""The numbers that may be dialled at all, as a sorted file: tens of lines search it without holding it in memory."""

from __future__ import annotations

import mmap
from collections.abc import Iterable
from pathlib import Path


def write(path: Path, numbers: Iterable[str]) -> None:
    """Write the numbers, one a line, in the order of their bytes; lines that search it meanwhile see all or nothing."""
    lines = sorted({number.encode() for number in numbers if number and "\n" not in number})
    new = path.with_suffix(".new")
    new.write_bytes(b"".join(line + b"\n" for line in lines))
    new.replace(path)


def contains(path: Path, number: str) -> bool:
    """Whether the file has exactly this line. OSError when it cannot be read."""
    wanted = number.encode()
    if not wanted or b"\n" in wanted or path.stat().st_size == 0:
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        low, high = 0, len(text)
        while low < high:
            start = text.rfind(b"\n", 0, (low + high) // 2) + 1
            end = text.find(b"\n", start)
            end = len(text) if end < 0 else end
            line = text[start:end]
            if line == wanted:
                return True
            if line < wanted:
                low = end + 1
            else:
                high = start
    return False
