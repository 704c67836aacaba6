"""SIPp (Debian `sip-tester`) as the called side, acting out a scenario of `scenarios/`."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from probe.exchange.sounds import PCMA, encoded
from tests.interop.peers import started

SCENARIOS = Path(__file__).parent / "scenarios"
LOOPBACK = ("-i", "127.0.0.1", "-mi", "127.0.0.1", "-ci", "127.0.0.1")


@contextlib.contextmanager
def sipp_peer(scenario: str | Path, *options: str) -> Iterator[str]:
    """SIPp with a scenario, by its name or as a file of one's own; yields its address, "127.0.0.1:PORT".

    Beside it lies `busy.alaw`, ten seconds of busy tone for `rtp_stream`. It takes any number of calls.
    """
    file = scenario if isinstance(scenario, Path) else SCENARIOS / f"{scenario}.xml"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tone = encoded("tone/busy", "line", PCMA)
        (folder / "busy.alaw").write_bytes((tone * 20)[: 10 * 8000])
        with started(["sipp", "-sf", str(file), "-nostdin", *LOOPBACK, *options], folder) as address:
            yield address
