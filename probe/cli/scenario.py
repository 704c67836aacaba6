"""`probe scenario check|prepare|list|show|run`: what the robot does during a call, rehearsed before it is done."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from probe.cli import options
from probe.cli.talk import OWN_SCENARIOS, Talk, emit, use_own_scenarios

if TYPE_CHECKING:
    from scenarios import Scenario


@click.group("scenario")
def command() -> None:
    """Scenarios: what the robot does during a call, and what it expects. 拨测场景

    Your own are YAML files in the folder scenarios/ of the data folder; docs/scenarios.md explains the language.
    """


@command.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.pass_obj
def check(talk: Talk, files: tuple[Path, ...]) -> int:
    """Look over scenario FILES: the first mistake of each, with its line. 检查场景文件"""
    from probe.cli.talk import error_line
    from probe.errors import ScenarioError
    from probe.script import shelf

    code = 0
    for file in files:
        try:
            found = shelf.read(file)
        except ScenarioError as error:
            click.echo(error_line(error, talk), err=True)
            code = error.exit_code
        else:
            talk.say("scenario.all_right", file=file, name=found.name, n=len(found.steps), m=len(found.expect))
    return code


@command.command("prepare")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.pass_obj
def prepare(talk: Talk, files: tuple[Path, ...]) -> None:
    """Make a synthetic voice of each `text` in scenario FILES, ahead of any call. 把场景里的文字合成语音

    It needs espeak-ng. The recordings lie in the folder prepared/ beside the file; a changed text wants a new one.
    """
    from probe.script import shelf
    from probe.script.prepare import prepare as synthesise

    for file in files:
        texts = shelf.texts(file)
        for path, text in texts.items():
            talk.say("scenario.prepared", file=path, seconds=synthesise(text, path), text=text)
        if not texts:
            talk.say("scenario.no_texts", file=file)


@command.command("list")
@options.as_json
@click.pass_obj
def list_(talk: Talk, as_json: bool) -> None:
    """Print the scenarios and when to use each. 列出场景"""
    import msgspec

    import scenarios

    use_own_scenarios(talk.settings_or_default.data.folder)
    for name in scenarios.names():
        one = scenarios.load(name)
        if as_json:
            emit(msgspec.json.encode({"name": name, "use": one.use, "shipped": name in scenarios.shipped()}))
        else:
            click.echo(f"{name:<24} {one.use[talk.lang]}")


@command.command("show")
@click.argument("name")
@click.pass_obj
def show(talk: Talk, name: str) -> None:
    """Print the scenario NAME as it is written, to read or to copy. 显示场景全文"""
    import scenarios

    load(talk, name)
    own = talk.settings_or_default.data.folder / OWN_SCENARIOS / f"{name}.yaml"
    path = scenarios.path_of(name) if name in scenarios.shipped() else own
    click.echo(path.read_text(encoding="utf-8"), nl=False)


@command.command("run")
@click.argument("name")
@click.option("--number", metavar="NUMBER", help="Whom to call on the practice exchange. 练习交换机上的号码")
@click.option("--district", type=click.Path(dir_okay=False, path_type=Path), help="Another district file. 自定义场景")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="Keep the recording here. 保留录音")
@options.as_json
@click.pass_obj
def run(talk: Talk, name: str, number: str | None, district: Path | None, folder: Path | None, as_json: bool) -> int:
    """Rehearse the scenario NAME (or a YAML file) on the practice exchange; nobody real is called. 在练习交换机上演练

    Without --number it calls a clerk, and for a scenario that presses keys an office with a menu.
    """
    from probe.cli.rehearsal import rehearse

    return rehearse(talk, scenario_of(talk, name), number=number, district=district, folder=folder, as_json=as_json)


def scenario_of(talk: Talk, name: str) -> Scenario:
    """By its name, or a YAML file that need not lie in the folder yet."""
    import scenarios
    from probe.script import shelf

    if not name.endswith((".yaml", ".yml")):
        return load(talk, name)
    found = shelf.read(Path(name))
    scenarios.use(lambda: [found])
    return found


def load(talk: Talk, name: str) -> Scenario:
    """One of the shipped ones or of the user's own. ScenarioError when there is none of this name."""
    from probe.script import shelf

    use_own_scenarios(talk.settings_or_default.data.folder)
    return shelf.load(name)
