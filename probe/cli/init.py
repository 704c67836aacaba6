"""`probe init`: a commented probe.toml and a sample directory, never over what is there."""

from __future__ import annotations

from pathlib import Path

import click

from probe.cli.talk import Talk


@click.command("init")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=Path())
@click.pass_obj
def command(talk: Talk, folder: Path) -> None:
    """Write a commented probe.toml and a sample directory into FOLDER (default: here).

    在 FOLDER（默认当前文件夹）中写入带注释的配置文件和号码表样例，不会覆盖已有文件。
    """
    from probe.settings import init

    written = init(folder)
    talk.say("cli.init_done", files=", ".join(str(path) for path in written))
