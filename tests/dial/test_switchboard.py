"""The switchboard with lines that only pretend: who is called when, and that a line's fate costs one call at most."""

from __future__ import annotations

import asyncio
import shutil
import socket
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest

from probe.dial import switchboard
from probe.dial.messages import Refused, State
from probe.dial.switchboard import Result, Switchboard
from probe.dial.trunk import Trunk
from probe.errors import DialError, StoreError
from probe.model import Order, Record
from tests.dial.one_line import order_for

pytestmark = pytest.mark.hears
FAKE_LINE = (sys.executable, "-m", "probe.dial.nursery", "tests.dial.fake_line")


def orders(*acts: str, office: str | None = None, **limits: Any) -> list[Order]:
    """One order per act ("ok", "die", "hang", … of the fake line), each to an office of its own."""
    return [
        msgspec.structs.replace(order_for(f"sip:{act}-{n}@127.0.0.1", **limits), office=office or f"office {n}")
        for n, act in enumerate(acts)
    ]


class Office:
    """A switchboard over fake lines, with what became of everything."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.progress: list[tuple[int, str, State]] = []
        self.claimed: list[str] = []
        self.pids: set[int] = set()
        self._changed = asyncio.Event()

    def journal(self) -> list[list[str]]:
        path = self.folder / "journal"
        return [line.split() for line in path.read_text().splitlines()] if path.exists() else []

    def begun(self) -> list[str]:
        return [number for _, what, number in self.journal() if what == "begin"]

    async def dialling(self, count: int) -> None:
        """Wait until this many calls have been begun."""
        while len([state for _, _, state in self.progress if state == "dialling"]) < count:
            self._changed.clear()
            await self._changed.wait()

    def _note(self, line: int, order: Order, state: State) -> None:
        self.progress.append((line, order.number, state))
        self._changed.set()

    @asynccontextmanager
    async def board(
        self, *, lines: int = 2, calls_per_second: float = 1000, trunk: Trunk | None = None, **more: Any
    ) -> AsyncIterator[Switchboard]:
        def claim(order: Order) -> bool:
            self.claimed.append(order.number)
            return True

        more = {"claim": claim, "line_command": (*FAKE_LINE, str(self.folder / "journal")), **more}
        async with Switchboard(
            trunk,
            lines=lines,
            calls_per_second=calls_per_second,
            data_folder=self.folder / "data",
            on_progress=self._note,
            lang="en",
            **more,
        ) as board:
            yield board
            self.pids = set(board.pids)
        assert not [pid for pid in self.pids if psutil.pid_exists(pid)], "no line is left behind"

    async def make(self, wanted: Iterable[Order], **board: Any) -> list[Result]:
        async with self.board(**board) as made:
            return [result async for result in made.run(wanted)]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def run(coroutine: Awaitable[Any]) -> Any:
    async def bounded() -> Any:
        async with asyncio.timeout(20):
            return await coroutine

    return asyncio.run(bounded())


def numbers(results: Iterable[Result]) -> list[str]:
    return sorted(r.order.number for r in results if isinstance(r, Record))


def faults(results: Iterable[Result]) -> dict[str, str | None]:
    return {r.order.number.split("-")[0]: r.trace.robot_fault for r in results if isinstance(r, Record)}


def test_every_order_has_its_record_and_lines_are_reused(office: Office) -> None:
    wanted = orders(*["ok"] * 7)
    results = run(office.make(wanted))
    assert numbers(results) == [order.number for order in wanted]
    assert len({pid for pid, _, _ in office.journal()}) == 2
    assert office.claimed == [order.number for order in wanted], "in their order"
    assert [state for _, number, state in office.progress if number == wanted[0].number] == ["dialling", "ended"]


def test_an_office_is_never_on_two_lines(office: Office) -> None:
    wanted = orders(*["ok"] * 4, office="same")
    same = {order.number for order in wanted}
    others = [msgspec.structs.replace(order_for(f"sip:ok-other{n}@127.0.0.1"), office=f"other {n}") for n in range(4)]
    run(office.make([*wanted, *others], lines=3))
    busy = most = 0
    for _, what, number in office.journal():
        if number in same:
            busy += 1 if what == "begin" else -1
            most = max(most, busy)
    assert most == 1
    assert len(office.journal()) == 16


def test_calls_keep_their_pace(office: Office) -> None:
    moments: list[float] = []

    def claim(order: Order) -> bool:
        moments.append(time.monotonic())
        return True

    began = time.monotonic()
    run(office.make(orders(*["ok"] * 5), lines=5, calls_per_second=10, claim=claim))
    assert all(moment - began > 0.1 * n - 0.02 for n, moment in enumerate(moments))
    assert moments[-1] - moments[0] < 4.0  # on a busy machine too; not one a second


def test_what_somebody_else_has_claimed_is_not_dialled(office: Office) -> None:
    wanted = orders("ok", "ok", "ok")
    results = run(office.make(wanted, claim=lambda order: order is not wanted[1]))
    assert numbers(results) == [wanted[0].number, wanted[2].number]
    assert wanted[1].number not in office.begun()


def test_refused_orders_are_told_and_never_claimed(office: Office) -> None:
    good, police, unlisted, odd = (
        order_for(n) for n in ("sip:ok@127.0.0.1", "sip:110@127.0.0.1", "sip:1@10.0.0.1", "+8657187250001")
    )
    results = run(office.make([good, police, unlisted, odd]))
    refused = {r.call_id: r.key for r in results if isinstance(r, Refused)}
    assert refused == {
        police.call_id: "never_dial.emergency",
        unlisted.call_id: "dial.not_allowed",
        odd.call_id: "dial.no_trunk",
    }
    assert office.claimed == [good.number]
    assert office.begun() == [good.number]


def test_a_refusal_by_the_line_is_told_too(office: Office) -> None:
    (refused,) = run(office.make(orders("refuse")))
    assert isinstance(refused, Refused)


def test_a_host_that_nobody_knows_concerns_its_own_order(office: Office) -> None:
    lost = order_for("sip:1@no-such-host.invalid")
    results = run(office.make([lost, *orders("ok")], allowed=[lost.number]))
    assert [r.key for r in results if isinstance(r, Refused)] == ["dial.host_unknown"]
    assert len(numbers(results)) == 1


def test_a_line_that_dies_costs_its_own_call(office: Office) -> None:
    wanted = orders("die", "ok", "ok", "ok")
    results = run(office.make(wanted, lines=1))
    assert numbers(results) == sorted(order.number for order in wanted)
    assert faults(results)["sip:die"] == "the line program ended during the call (SIGABRT)"
    trace = next(r.trace for r in results if r.trace.robot_fault)
    assert [s.sent or s.received for s in trace.signals] == ["INVITE", "SIP/2.0 180 Ringing"], "what it had told"
    assert (trace.media_started_at_s, trace.recording) == (0.2, "recordings/x.wav")
    assert len({pid for pid, _, _ in office.journal()}) == 2, "a new line took its place"


def test_a_line_that_hangs_is_killed_and_replaced(office: Office) -> None:
    wanted = [*orders("hang", deadline_s=0.3), *orders("ok", office="other")]
    results = run(office.make(wanted, lines=1, grace_s=0.2))
    assert faults(results) == {
        "sip:hang": "the line program had no result after 0 s and was killed",
        "sip:ok": None,
    }


def test_a_line_that_talks_nonsense_is_replaced(office: Office) -> None:
    results = run(office.make(orders("nonsense", "ok"), lines=1))
    assert "unreadable message" in str(faults(results)["sip:nonsense"])
    assert faults(results)["sip:ok"] is None


def test_a_line_that_leaves_after_its_last_call_is_replaced(office: Office) -> None:
    results = run(office.make(orders("last", "ok"), lines=1))
    assert faults(results) == {"sip:last": None, "sip:ok": None}
    assert len({pid for pid, _, _ in office.journal()}) == 2


def test_stop_hangs_up_and_still_delivers(office: Office) -> None:
    async def stopping() -> list[Result]:
        async with office.board(lines=2) as board:
            found = []
            async for result in board.run(orders("ok", "long", "long", "long")):
                found.append(result)
                if len(found) == 1:
                    await office.dialling(3)
                    board.stop()
            return found

    results = run(stopping())
    assert len(results) == 3, "the fourth was never dialled"
    assert sorted(str(r.trace.robot_fault) for r in results) == ["None", "stopped", "stopped"]
    assert len(office.claimed) == 3


def test_a_line_that_does_not_obey_is_killed(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("probe.dial.line_process.HANG_UP_LIMIT_S", 0.3)

    async def stopping() -> list[Result]:
        async with office.board(lines=1) as board:

            async def stop() -> None:
                await office.dialling(1)
                board.stop()

            stopper = asyncio.create_task(stop())
            found = [result async for result in board.run(orders("hang"))]
            await stopper
            return found

    assert faults(run(stopping())) == {"sip:hang": "the operator stopped the call"}


def test_cancelling_delivers_the_records_first(office: Office) -> None:
    found: list[Result] = []

    async def consume() -> None:
        async with office.board(lines=2) as board:
            async for result in board.run(orders("long", "long", "ok")):
                found.append(result)

    async def cancelling() -> None:
        task = asyncio.create_task(consume())
        await office.dialling(2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(cancelling())
    assert [str(r.trace.robot_fault) for r in found if isinstance(r, Record)] == ["stopped", "stopped"]
    assert sorted(office.claimed) == sorted(office.begun())


def test_a_consumer_that_breaks_off_finds_the_rest_in_leftovers(office: Office) -> None:
    async def breaking_off() -> list[Result]:
        async with office.board(lines=2) as board:
            async for _ in board.run(orders("ok", "long", "long")):
                break
            await office.dialling(3)
        return board.leftovers()

    results = run(breaking_off())
    assert [r.trace.robot_fault for r in results] == ["stopped", "stopped"]


def test_a_store_that_fails_ends_the_round_without_losing_a_call(office: Office) -> None:
    found: list[Result] = []

    def claim(order: Order) -> bool:
        if len(office.begun()) == 2:
            raise StoreError("dial.no_trunk", number="locked")
        return True

    async def failing() -> None:
        async with office.board(lines=2, claim=claim) as board:
            async for result in board.run(orders("ok", "long", "ok", "ok")):
                found.append(result)

    with pytest.raises(StoreError):
        run(failing())
    assert sorted(str(r.trace.robot_fault) for r in found if isinstance(r, Record)) == ["None", "stopped"]


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (("/nowhere/line",), "No such file or directory: '/nowhere/line'"),
        ((*FAKE_LINE, "journal", "broken"), "pjsua2 is broken"),
    ],
)
def test_lines_that_do_not_start_are_an_error(office: Office, command: tuple[str, ...], reason: str) -> None:
    with pytest.raises(DialError, match=reason):
        run(office.make(orders("ok", "ok"), line_command=command))
    assert office.claimed == [], "nothing was dialled, and nothing claimed"


def test_a_trunk_that_nobody_knows_is_an_error_before_anything_is_dialled(office: Office) -> None:
    with pytest.raises(DialError, match=r"trunk 'ims': its host 'no-such-host\.invalid' has no network address"):
        run(office.make(orders("ok"), trunk=Trunk(name="ims", proxy="sip:no-such-host.invalid")))
    assert office.begun() == []


def test_a_recordings_folder_of_no_use_is_an_error(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    (office.folder / "data").write_text("a file where a folder should be")
    with pytest.raises(DialError, match="cannot be written"):
        run(office.make(orders("ok")))
    (office.folder / "data").unlink()
    usage = shutil.disk_usage(office.folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=3_000_000))
    with pytest.raises(DialError, match="only 3 MB are free"):
        run(office.make(orders("ok")))
    assert office.begun() == []


def test_a_trunk_that_moves_is_found_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[str | OSError] = ["127.0.0.1", "127.0.0.2", OSError("no name service"), "127.0.0.3"]

    def look_up(host: str, *rest: object, **more: object) -> list[tuple[object, ...]]:
        answer = answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return [(socket.AF_INET, socket.SOCK_DGRAM, 0, "", (answer, 0))]

    async def asked() -> list[str]:
        async with office.board() as board:
            monkeypatch.setattr(socket, "getaddrinfo", look_up)
            found = [await board._address_of("trunk.example"), await board._address_of("trunk.example")]
            monkeypatch.setattr(switchboard, "LOOK_UP_S", 0.0)
            return found + [await board._address_of("trunk.example") for _ in range(3)]

    assert run(asked()) == ["127.0.0.1", "127.0.0.1", "127.0.0.2", "127.0.0.2", "127.0.0.3"]
