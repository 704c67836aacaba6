"""A user's folder, and the program as a user runs it: `probe …` in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from probe.exchange import running
from tests import program
from tests.practice import settings

Probe = Callable[..., "subprocess.CompletedProcess[str]"]

NUMBERS = """单位,科室,号码
区公安分局,户籍窗口,0571-87250020
区人社局,办公室,0571-87250016
"""


@pytest.fixture(scope="session")
def exchange() -> Iterator[str]:
    """The practice exchange with its own district; its address."""
    with running() as address:
        yield address


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that the commands run in, with nothing of this machine's settings."""
    monkeypatch.chdir(tmp_path)
    for name in ("TONGBUTONG_SETTINGS", "TONGBUTONG_LANG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    return tmp_path


@pytest.fixture
def desk(home: Path, exchange: str, probe: Probe) -> Path:
    """A folder with settings whose trunk is the practice exchange, and two numbers imported."""
    (home / "probe.toml").write_text(settings(exchange), encoding="utf-8")
    (home / "numbers.csv").write_text(NUMBERS, encoding="utf-8")
    assert probe("numbers", "import", "numbers.csv").returncode == 0
    return home


@pytest.fixture
def probe(home: Path) -> Probe:
    """Run the command line in a process of its own."""

    def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        return program.run(tuple(map(str, arguments)), home, os.environ | environment)

    return run


def lines(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """The JSON lines of stdout; anything else there is an error."""
    return [json.loads(line) for line in done.stdout.splitlines()]
