"""Work beside the programme: in a process of its own, one at a time, ended with it."""

from __future__ import annotations

import asyncio
import logging
import sys
import time

import pytest

from probe.schedule.aside import Aside


def aside(code: str, wanted: list[bool]) -> Aside:
    """`wanted` are the answers, in turn; then no more."""
    made = Aside(lambda: wanted.pop(0) if wanted else False, [])
    made._command = [sys.executable, "-c", code]
    return made


async def ended(work: Aside) -> None:
    assert work._running is not None
    await work._running


def test_it_runs_when_there_is_something_to_do_and_says_what_it_said(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    work = aside("import sys; print('三封信', file=sys.stderr)", [False, True])

    async def go() -> None:
        await work.look()
        assert work._running is None
        await work.look()
        await ended(work)

    asyncio.run(go())
    assert "三封信" in caplog.text


def test_looking_does_not_wait_and_nothing_runs_twice_at_once() -> None:
    work = aside("import time; time.sleep(60)", [True, True])

    async def go() -> None:
        began = time.monotonic()
        await work.look()
        first = work._running
        await work.look()
        assert work._running is first
        await work.stop()
        assert time.monotonic() - began < 50
        assert work._process is not None
        assert work._process.returncode == -15

    asyncio.run(go())


def test_after_a_failure_it_is_left_alone_for_a_while() -> None:
    work = aside("raise SystemExit(13)", [True, True])

    async def go() -> None:
        await work.look()
        await ended(work)
        first = work._running
        await work.look()
        assert work._running is first

    asyncio.run(go())


def test_a_program_that_cannot_be_started_is_a_failure(caplog: pytest.LogCaptureFixture) -> None:
    work = aside("", [True, True])
    work._command = ["/nowhere/probe"]

    async def go() -> None:
        await work.look()
        await work.look()
        assert work._running is None

    asyncio.run(go())
    assert "/nowhere/probe" in caplog.text
