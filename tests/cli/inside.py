"""The program without a process of its own: many times faster, for commands that only use the database."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from probe.cli import main


@dataclass(frozen=True)
class Done:
    """What a command said, and its exit code; as `subprocess.CompletedProcess` names them."""

    returncode: int
    stdout: str
    stderr: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The JSON lines of stdout; anything else there is an error."""
        return [json.loads(line) for line in self.stdout.splitlines()]


class Inside:
    """Runs `probe …` in this process, with its errors and exit codes."""

    def __init__(self, caught: pytest.CaptureFixture[str]) -> None:
        self._caught = caught

    def __call__(self, *arguments: object) -> Done:
        self._caught.readouterr()
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        code = left.value.code
        return Done(code if isinstance(code, int) else 1, *self._caught.readouterr())
