"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

as_json = click.option("--json", "as_json", is_flag=True, help="JSON lines on stdout, nothing else. 输出 JSON")


def calling(command: F) -> F:
    """What every command that makes calls may be told: `--trunk`, `--lines`, `--ring-limit`, `--json`."""
    for option in (
        as_json,
        click.option(
            "--ring-limit",
            "ring_limit_s",
            type=click.FloatRange(1, 120),
            metavar="S",
            help="Ring no longer. 最长振铃秒数",
        ),
        click.option("--lines", type=click.IntRange(1, 200), help="Lines at once (default: the trunk's). 线路数"),
        click.option("--trunk", "trunk_name", metavar="NAME", help="The trunk (default: by preference). 使用的中继"),
    ):
        command = option(command)
    return command
