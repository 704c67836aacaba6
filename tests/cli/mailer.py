"""A program that the tests start, to kill it while it mails reports: `python -m tests.cli.mailer`.

At each line "N FOLDER" on stdin it forks a process that runs `probe report --mail --due` in that folder and kills
itself with SIGKILL at its Nth step (see tests/post/postmen.py; 0: never). Prints what ended it; a process that ends by
itself leaves a file "steps" with their number and its exit code.
Pictures are not drawn: they are no steps, and take most of the time.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

import reports.html
import reports.mail
from probe.cli import main as probe
from tests.post.postmen import die_at


def main() -> None:
    print("ready", flush=True)
    for line in sys.stdin:
        step, folder = line.rstrip("\n").split(" ", 1)
        child = os.fork()
        if child == 0:
            _work(int(step), Path(folder))
        _, status = os.waitpid(child, 0)
        print(signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else "done", flush=True)


def _work(last_step: int, folder: Path) -> NoReturn:
    os.chdir(folder)
    reports.html.pictures = lambda show: {}  # type: ignore[assignment]
    steps = die_at(last_step)
    try:
        probe(["report", "--mail", "--due"])
    except SystemExit as left:
        (folder / "steps").write_text(f"{steps()} {left.code}")
    os._exit(0)


if __name__ == "__main__":
    main()
