"""Several programs on one database, and programs that are killed at any moment."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from probe.model import Cause
from probe.store import Store, is_alive, this_owner
from tests.records import MORNING, call, number

ROOT = Path(__file__).parents[2]
KILLS = 15
PATIENCE_S = 60.0


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.store.robots", *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def together(commands: Sequence[Sequence[str]]) -> list[list[str]]:
    """Start these robots, let them go at the same moment, and return the lines that each printed."""
    with ExitStack() as stack:
        robots = [stack.enter_context(start(*command)) for command in commands]
        for robot in robots:
            assert robot.stdout is not None
            assert robot.stdout.readline() == "ready\n"
        for robot in robots:
            assert robot.stdin is not None
            robot.stdin.write("go\n")
            robot.stdin.flush()
        printed = [robot.communicate(timeout=PATIENCE_S)[0].split() for robot in robots]
    assert [robot.returncode for robot in robots] == [0] * len(robots)
    return printed


@pytest.mark.parametrize("seed", [1])
def test_killed_at_any_moment_no_call_is_lost_or_dialled_twice(url: str, seed: int, tmp_path: Path) -> None:
    moments = random.Random(seed)
    log = tmp_path / "dialled"
    for _ in range(KILLS):
        with start("dial", url, str(log)) as robot:
            assert robot.stdout is not None
            assert robot.stdout.readline() == "open\n"
            with pytest.raises(subprocess.TimeoutExpired):
                robot.wait(timeout=moments.uniform(0.0, 0.08))
            robot.kill()
    dialled = log.read_text().split()
    assert len(dialled) > KILLS, "the robots were killed before they did anything"
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
    orders = [call(of=number(i), call_id=f"call-{i}").record.order for i in range(150)]
    with Store.open(url) as store:
        store.begin_round("r1", orders, MORNING)
    first, second = together([["claim", url, "r1", "1"], ["claim", url, "r1", "2"]])
    assert sorted(first + second) == sorted(order.call_id for order in orders)
    assert first, "no race: one did nothing"
    assert second, "no race: one did nothing"


def test_first_starts_at_the_same_time(url: str) -> None:
    assert together([["open", url]] * 5) == [["open"]] * 5


class TestOwner:
    def test_this_process_lives(self) -> None:
        assert is_alive(this_owner())

    def test_a_killed_process_is_dead_even_before_its_parent_looks(self, sqlite_url: str) -> None:
        with start("open", sqlite_url) as robot:
            created = psutil.Process(robot.pid).create_time()
            owner = f"{this_owner().rsplit(':', 2)[0]}:{robot.pid}:{created:.2f}"
            assert is_alive(owner)
            robot.kill()
            psutil.Process(robot.pid).wait(timeout=PATIENCE_S)
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
