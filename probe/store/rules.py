"""Which rules made a verdict: the program's version, and a fingerprint of what hears and judges."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path

from probe import __version__

PARTS = ("hear", "classify", "transcribe", "data")


@cache
def rules_version() -> str:
    """Such as "0.1.0+3fa9c1d2"; other programs, tables or shipped recordings give another one."""
    root = Path(str(files("probe")))
    digest = hashlib.sha256()
    for part in PARTS:
        for path in sorted((root / part).rglob("*")):
            if path.suffix in (".py", ".toml", ".json"):
                digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return f"{__version__}+{digest.hexdigest()[:8]}"
