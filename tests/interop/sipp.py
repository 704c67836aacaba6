"""SIPp (Debian `sip-tester`) as the called side, acting out a scenario of `scenarios/`."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from probe.exchange.sounds import PCMA, PCMU, encoded
from tests.interop.peers import free_port, started

SCENARIOS = Path(__file__).parent / "scenarios"
LOOPBACK = ("-i", "127.0.0.1", "-mi", "127.0.0.1", "-ci", "127.0.0.1")


@cache
def sounds() -> dict[str, bytes]:
    """What a peer may send: file name → ten seconds or so of it."""

    def quiet(seconds: float, law: int) -> bytes:
        return (encoded("silence", "line", law) * 20)[: int(seconds * 8000)]

    def clerk(law: int) -> bytes:
        return quiet(0.5, law) + encoded("prompt/human-6-zf_xiaoyi", "line", law) + quiet(12.0, law)

    return {
        "busy.alaw": (encoded("tone/busy", "line", PCMA) * 20)[: 10 * 8000],
        "clerk.alaw": clerk(PCMA),
        "clerk.ulaw": clerk(PCMU),
        "announced.alaw": encoded("prompt/busy_announcement-1-zf_xiaoyi", "line", PCMA) + quiet(2.0, PCMA),
    }


@contextlib.contextmanager
def sipp_peer(scenario: str | Path, *options: str) -> Iterator[str]:
    """SIPp with a scenario, by its name or as a file of one's own; yields its address, "127.0.0.1:PORT".

    Beside it lies what it may send, as G.711: `busy.alaw` (ten seconds of busy tone), `clerk.alaw` and `clerk.ulaw` (a
    greeting, then waiting), `announced.alaw` ("is engaged", again and again). It takes any number of calls.
    """
    file = scenario if isinstance(scenario, Path) else SCENARIOS / f"{scenario}.xml"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file_name, sound in sounds().items():
            (folder / file_name).write_bytes(sound)
        with contextlib.ExitStack() as stack:
            for last in (False, False, True):  # somebody else may take a port meanwhile
                ports = ("-p", str(free_port()), "-mp", str(free_port()))  # left to itself, SIPp finds about sixty
                command = ["sipp", "-sf", str(file), "-nostdin", *ports, *LOOPBACK, *options]
                try:
                    address = stack.enter_context(started(command, folder))
                    break
                except AssertionError:
                    if last:
                        raise
            yield address
