"""The exchange as a program of its own: `python -m probe.exchange`, and `running`, which starts and stops one."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from probe.errors import ExchangeError, ProbeError

STOP_S = 5.0


def main(argv: list[str] | None = None) -> int:
    """Print {"address": "127.0.0.1:PORT"}, then take calls until SIGTERM, SIGINT or, if asked for, the end of stdin.

    When it cannot start it prints {"error": "…"} instead.
    """
    options = argparse.ArgumentParser(prog="python -m probe.exchange", description=__doc__)
    options.add_argument("--port", type=int, default=0, help="UDP port on 127.0.0.1; 0 takes a free one")
    options.add_argument("--district", type=Path, help="a district file of your own")
    options.add_argument("--log", type=Path, help="write each call as JSON lines to this file")
    options.add_argument("--until-stdin-closes", action="store_true", help="stop when stdin closes, too")
    chosen = options.parse_args(argv)
    try:
        asyncio.run(serve(chosen.district, chosen.port, chosen.log, chosen.until_stdin_closes))
    except ProbeError as error:
        print(json.dumps({"error": str(error)}), flush=True)
        return error.exit_code
    return 0


async def serve(district: Path | None, port: int, log: Path | None, until_stdin_closes: bool) -> None:
    from probe.exchange.district import SHIPPED, load
    from probe.exchange.serve import Exchange

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    if until_stdin_closes:
        loop.add_reader(0, lambda: None if os.read(0, 4096) else stop.set())
    async with Exchange(load(district or SHIPPED), port=port, log=log) as exchange:
        print(json.dumps({"address": exchange.address}), flush=True)
        await stop.wait()


@contextlib.contextmanager
def running(district: Path | None = None, log: Path | None = None) -> Iterator[str]:
    """An exchange in a process of its own, at the address that is yielded ("127.0.0.1:PORT").

    It stops with the block, or with this process however that ends. ExchangeError, with the reason, if it cannot start.
    """
    command = [sys.executable, "-m", "probe.exchange", "--until-stdin-closes"]
    command += ["--district", str(district)] if district else []
    command += ["--log", str(log)] if log else []
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C is for the caller: it hangs up first, and then this stops
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            said = json.loads(process.stdout.readline() or '{"error": "?"}')
            if "error" in said:
                raise ExchangeError("exchange.not_started", reason=said["error"])
            yield str(said["address"])
        finally:
            process.stdin.close()
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
