"""Known recordings as people grow them: a folder of their own beside the shipped library, and what is not known yet.

`shelf` is the folder, `unknown` keeps what was heard and not recognised, `labels` says what a recording can be.
"""

from __future__ import annotations

from pathlib import Path

FOLDER = "prompts"


def prompts_folder(data_folder: Path) -> Path:
    """Where the user's recordings lie."""
    return data_folder / FOLDER
