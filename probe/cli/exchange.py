"""`probe exchange`: the practice exchange in the foreground, for trials of one's own."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import click

from probe.cli.talk import Talk


@click.command("exchange")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, show_default=True, help="UDP port; 0 takes a free one."
)
@click.option("--district", type=click.Path(dir_okay=False, path_type=Path), help="Another district file. 自定义场景")
@click.option("--log", type=click.Path(dir_okay=False, path_type=Path), help="Write each call as a JSON line to FILE.")
@click.pass_obj
def command(talk: Talk, port: int, district: Path | None, log: Path | None) -> None:
    """Run the practice exchange on loopback until Ctrl-C. 在本机运行练习交换机

    Its offices are fictitious; `probe/exchange/district.yaml` says how each behaves and how to write your own.
    """
    from probe.exchange.district import SHIPPED, load
    from probe.exchange.serve import Exchange

    offices = load(district or SHIPPED)

    async def serve() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        async with Exchange(offices, port=port, log=log) as exchange:
            example = next(iter(offices.entries)).number
            click.echo(talk.words("cli.exchange_at", address=exchange.address, example=example))
            await stop.wait()

    asyncio.run(serve())
