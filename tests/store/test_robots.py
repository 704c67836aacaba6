"""Several programs on one database, and programs that are killed at any moment."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import psutil
import pytest

from probe.model import Cause
from probe.store import Store, is_alive, this_owner
from tests.program import server
from tests.records import MORNING, call, number
from tests.store import robots

pytestmark = pytest.mark.long
ROOT = Path(__file__).parents[2]
STEPS = 160  # more than all migrations and a round take
PATIENCE_S = 60.0


@contextmanager
def dialling(url: str, log: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.store.robots", url, str(log)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as robots:
        assert answer(robots) == "ready"
        yield robots


@contextmanager
def robot(work: Callable[..., None], *arguments: str) -> Iterator[tuple[ForkServerProcess, Connection]]:
    """A program of its own, and what it is told and says."""
    ours, theirs = server().Pipe()
    with ours:
        process = server().Process(target=work, args=(theirs, *arguments))
        process.start()
        theirs.close()  # so that we see it end
        yield process, ours
        process.join(PATIENCE_S)


def together(*robots: tuple[Callable[..., None], *tuple[str, ...]], steps: int = 1) -> list[list[object]]:
    """Start these robots, let them take each step at the same moment, and return what they said at each."""
    with ExitStack() as stack:
        started = [stack.enter_context(robot(*one)) for one in robots]
        assert [told.recv() for _, told in started] == ["ready"] * len(robots)
        said = []
        for _ in range(steps):
            for _, told in started:
                told.send("go")
            said.append([told.recv() for _, told in started])
    assert [process.exitcode for process, _ in started] == [0] * len(robots)
    return said


def tell(robot: subprocess.Popen[str], line: str) -> None:
    assert robot.stdin is not None
    robot.stdin.write(f"{line}\n")
    robot.stdin.flush()


def answer(robots: subprocess.Popen[str]) -> str:
    """Its next line."""
    assert robots.stdout is not None
    return robots.stdout.readline().strip()


def test_killed_at_any_moment_no_call_is_lost_or_dialled_twice(url: str, tmp_path: Path) -> None:
    """At every single step of a robot's first rounds, each kill hitting what the earlier ones left behind."""
    log = tmp_path / "dialled"
    steps = list(range(1, STEPS))
    random.Random(20250725).shuffle(steps)
    with dialling(url, log) as robots:
        for step in steps:
            tell(robots, str(step))
            assert answer(robots) == "SIGKILL"
        robots.communicate(timeout=PATIENCE_S)
    dialled = log.read_text().split()
    assert len(dialled) > STEPS, "the robots hardly did anything"
    assert max(Counter(dialled).values()) == 1, "dialled twice"
    with Store.open(url) as store:
        store.recover(datetime.now(UTC), is_alive)
        assert store.recover(datetime.now(UTC) + timedelta(days=1), is_alive) == ()
        day = timedelta(days=1)
        recorded = Counter(
            c.record.order.call_id for c in store.records(datetime.now(UTC) - day, datetime.now(UTC) + day)
        )
        assert set(dialled) <= set(recorded), "dialled and not accounted for"
        assert max(recorded.values()) == 1
        waiting = {order.call_id for round_id in store.open_rounds() for order in store.pending(round_id)}
        assert not waiting & set(dialled), "dialled and about to be dialled again"


def test_two_racing_claimers_never_get_the_same_call(url: str) -> None:
    orders = [call(of=number(i), call_id=f"call-{i}").record.order for i in range(60)]
    with Store.open(url) as store:
        store.begin_round("r1", orders, MORNING)
    races = together((robots.claim, url, "r1"), (robots.claim, url, "r1"), steps=len(orders))
    assert [sorted(race) for race in races] == [[False, True]] * len(orders)


def test_first_starts_at_the_same_time(url: str) -> None:
    assert together(*[(robots.open_, url)] * 5) == [["open"] * 5]


class TestOwner:
    def test_this_process_lives(self) -> None:
        assert is_alive(this_owner())

    def test_a_killed_process_is_dead_even_before_its_parent_looks(self) -> None:
        with subprocess.Popen(["sleep", "60"]) as program:
            created = psutil.Process(program.pid).create_time()
            owner = f"{this_owner().rsplit(':', 2)[0]}:{program.pid}:{created:.2f}"
            assert is_alive(owner)
            program.kill()
            psutil.Process(program.pid).wait(timeout=PATIENCE_S)
            assert not is_alive(owner)

    def test_another_process_with_the_same_id_is_not_it(self) -> None:
        host, pid, start_s = this_owner().rsplit(":", 2)
        assert not is_alive(f"{host}:{pid}:{float(start_s) - 5:.2f}")

    def test_of_another_host_only_the_lease_can_tell(self) -> None:
        assert is_alive("another-host:1:0.00")


def test_a_killed_robot_s_call_is_recovered_at_the_next_start(sqlite_url: str) -> None:
    order = call(call_id="c").record.order
    with Store.open(sqlite_url) as store:
        store.claim(order, MORNING, "another-host:1:0.00", 60.0)
        assert store.recover(MORNING, is_alive) == ()
        (record,) = store.recover(MORNING + timedelta(seconds=60), is_alive)
        assert record.verdict.cause is Cause.ROBOT
