"""Write the golden file anew, to be looked at in the diff: `python -m tests.analyse.golden`."""

from __future__ import annotations

from pathlib import Path

from tests.analyse.month import month, told

FILE = Path(__file__).parent / "golden" / "month.txt"

if __name__ == "__main__":
    FILE.write_text(told(month()), encoding="utf-8")
