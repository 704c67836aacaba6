"""`--help` answers in both languages, at once, everywhere."""

from __future__ import annotations

import re
import subprocess
import sys

import click
import pytest

from probe.cli import COMMANDS, cli


def all_commands() -> list[list[str]]:
    context = click.Context(cli)
    found: list[list[str]] = []
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        found.append([name])
        if isinstance(command, click.Group):
            found += [[name, sub] for sub in command.list_commands(context)]
    return found


@pytest.mark.parametrize("words", all_commands(), ids=" ".join)
def test_every_command_explains_itself_in_chinese_and_english(words: list[str]) -> None:
    command: click.Command = cli
    for word in words:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), word)
        assert found is not None
        command = found
    text = command.get_help(click.Context(command, info_name=words[-1]))
    assert re.search(r"[\u4e00-\u9fff]{2}", text)
    assert re.search(r"[A-Za-z]{3}", command.help or "")


def test_help_loads_nothing_heavy() -> None:
    code = "import sys\nfrom probe.cli import main\ntry: main(['--help'])\nexcept SystemExit: print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "click" in loaded
    assert not loaded & {"numpy", "pydantic", "sqlalchemy", "rich", "pjsua2", "jinja2", "phonenumbers"}
