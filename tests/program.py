"""`probe …` in a process of its own, without the second of imports that each new interpreter takes.

A server (multiprocessing's "forkserver"), started once in each worker, has imported what the commands need; each
command is a fork of it, with its own arguments, folder, environment, output and exit code. Where a test sends signals
to a program, or watches it while it runs, it starts a real `python -m probe`.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from multiprocessing.context import ForkServerContext
from pathlib import Path

from probe.cli import COMMANDS, main

TIMEOUT_S = 300.0  # a call of a minute, on a machine that has other things to do
IMPORTED = (
    *(f"probe.cli.{name.replace('-', '_')}" for name in COMMANDS),
    *("probe.cli.calling", "probe.cli.exploring", "probe.rejudge", "probe.settings", "probe.store", "probe.live"),
    *("reports.charts", "reports.compose", "reports.gather", "reports.html"),
)


def run(arguments: tuple[str, ...], folder: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    with tempfile.NamedTemporaryFile() as out, tempfile.NamedTemporaryFile() as err:
        process = server().Process(target=_command, args=(arguments, folder, dict(environment), out.name, err.name))
        process.start()
        process.join(TIMEOUT_S)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(arguments, TIMEOUT_S)
        return subprocess.CompletedProcess(arguments, process.exitcode, out.read().decode(), err.read().decode())


@cache
def server() -> ForkServerContext:
    """Where forks come from that have imported everything."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(IMPORTED))
    return context


def _command(arguments: tuple[str, ...], folder: Path, environment: Mapping[str, str], out: str, err: str) -> None:
    """In the fork."""
    for number, name in ((1, out), (2, err)):
        file = os.open(name, os.O_WRONLY | os.O_APPEND)
        os.dup2(file, number)
        os.close(file)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["probe", *arguments]
    main()
