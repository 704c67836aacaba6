"""`probe explore NUMBER`: walks a menu by keys, says where a person is, and what has changed since the last time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from probe.cli import options
from probe.cli.talk import Talk, emit

if TYPE_CHECKING:
    from rich.text import Text
    from rich.tree import Tree as RichTree

    from probe.explore import Tree
    from probe.explore.compare import Change
    from probe.explore.outline import Branch

KEYS = "1234567890*#"


@click.command("explore")
@click.argument("number")
@click.option("--depth", type=click.IntRange(0, 8), default=3, show_default=True, help="Keys in a row. 最多几层")
@click.option("--keys", default="", metavar="KEYS", help="Try these (default: those offered, and 0). 只试这些键")
@click.option("--calls", type=click.IntRange(1, 200), default=12, show_default=True, help="In all. 最多呼叫几次")
@click.option(
    "--call-limit", type=click.FloatRange(30, 540), default=300, show_default=True, help="Seconds. 每次通话最长"
)
@click.option(
    "--queue", type=click.FloatRange(0, 300), default=60, show_default=True, help="Seconds to queue. 排队最久"
)
@click.option("--anew", is_flag=True, help="Begin a new one, though the last is not finished. 重新开始")
@click.option("--show", is_flag=True, help="Call nobody: show the last one. 只显示上次结果，不拨打")
@click.option("--page", type=click.Path(dir_okay=False, path_type=Path), help="Where the page goes. 网页文件")
@click.option("--practice", is_flag=True, help="On the practice exchange; nobody real is called. 在练习交换机上走查")
@click.option("--district", type=click.Path(dir_okay=False, path_type=Path), help="With --practice. 自定义练习区")
@click.option("--trunk", "trunk_name", metavar="NAME", help="The trunk (default: the first). 使用的中继")
@options.as_json
@click.pass_obj
def command(
    talk: Talk,
    number: str,
    depth: int,
    keys: str,
    calls: int,
    call_limit: float,
    queue: float,
    anew: bool,
    show: bool,
    page: Path | None,
    practice: bool,
    district: Path | None,
    trunk_name: str | None,
    as_json: bool,
) -> int:
    """Walk the menu of NUMBER: every prompt, the seconds to it, where a person is. 走查语音菜单

    Every call counts against the manners: three that are answered a day. Then it stops, and the next run goes on. A
    person who is reached is told who calls, and is not reached that way again. Ctrl-C keeps what was found.
    """
    from probe.cli.exploring import PRACTICE, explore, practise, subject
    from probe.explore import Limits, shelf

    limits = Limits(depth=depth, keys=_checked(keys), calls=calls, call_s=call_limit, queue_s=queue)
    data = talk.settings_or_default.data.folder
    if practice:
        data = data / PRACTICE
    if show:
        who = subject(talk, number, practice=practice, district=district)
        found = shelf.files(data, who.number)
        if not found:
            from probe.errors import ExploreError

            raise ExploreError("explore.none_yet", number=who.written)
        tree, code = shelf.load(found[-1]), 0
    elif practice:
        who, tree, code = practise(talk, number, limits, district=district, data=data, anew=anew, quiet=as_json)
    else:
        who, tree, code = explore(talk, number, limits, trunk_name=trunk_name, anew=anew, quiet=as_json)
    if tree.calls or tree.nodes:
        _tell(talk, tree, who.written, data, page, as_json=as_json)
    elif as_json:
        emit(_json(talk, tree, None))
    return code


def _checked(keys: str) -> str:
    from probe.errors import ExploreError

    if set(keys) - set(KEYS) or len(set(keys)) != len(keys):
        raise ExploreError("explore.bad_keys", value=keys[:40])
    return keys


def _tell(talk: Talk, tree: Tree, written: str, data: Path, page: Path | None, *, as_json: bool) -> None:
    """The tree and what changed, on the terminal or as JSON, and the page."""
    from probe.explore import shelf
    from probe.explore.compare import compare
    from reports.explored import render

    path = shelf.place(data, tree.number, tree.began_at)
    earlier = [file for file in shelf.files(data, tree.number) if file.name < path.name]
    before = shelf.load(earlier[-1]) if earlier else None
    changes = None if before is None else compare(before, tree)
    out = page or path.with_suffix(".html")
    out.write_text(
        render(tree, changes, talk.report_lang, talk.zone, data_folder=data, written=written, before=before),
        encoding="utf-8",
    )
    if as_json:
        emit(_json(talk, tree, changes))
    else:
        _print(talk, tree, written, changes, before)
        talk.say("explore.kept", file=path)
        talk.say("explore.page", file=out)


def _json(talk: Talk, tree: Tree, changes: tuple[Change, ...] | None) -> bytes:
    """One object: the tree without prints, each node with its path and seconds, and the changes."""
    import msgspec

    from probe.explore.outline import finding
    from probe.explore.route import goals
    from probe.explore.tell import headline, next_path
    from probe.explore.tree import reaches

    ways = reaches(tree)
    nodes = []
    for node in tree.nodes:
        made = {"words": "", "offers": {}, "confidence": 1.0, "heard": 1}  # those that are left out otherwise
        made |= msgspec.to_builtins(msgspec.structs.replace(node, peaks=()))
        way = ways.get(node.id)
        made |= {"path": None if way is None else way.path, "seconds": None if way is None else way.seconds}
        nodes.append(made)
    edges = [{"at": e.at, "key": e.key, "to": e.to} for e in tree.edges]
    bare = msgspec.to_builtins(msgspec.structs.replace(tree, nodes=(), edges=()))
    bare |= {
        "finding": finding(tree),
        "headline": headline(tree, talk.lang),
        "next": next_path(tree, "en") if goals(tree) else None,
        "nodes": nodes,
        "edges": edges,
        "changes": None if changes is None else msgspec.to_builtins(changes),
    }
    return msgspec.json.encode(bare)


def _print(talk: Talk, tree: Tree, written: str, changes: tuple[Change, ...] | None, before: Tree | None) -> None:
    from rich.text import Text

    from probe.explore.outline import finding, outline
    from probe.explore.tell import change_words, headline, state

    colour = {"person": "bold green", "none": "bold white on red", "nobody": "bold white on red"}
    say = talk.console.print
    say(Text(f" {headline(tree, talk.lang)} ", style=colour.get(finding(tree), "bold yellow")), soft_wrap=True)
    root = outline(tree)
    if root is not None:
        say(_rich(talk, root, written))
    say(Text(state(tree, talk.lang), style="bright_black"), soft_wrap=True)
    if before is None or changes is None:
        return
    date = f"{before.began_at.astimezone(talk.zone):%Y-%m-%d}"
    if not changes:
        say(Text(talk.words("explore.no_changes", date=date)), soft_wrap=True)
        return
    say(Text(talk.words("explore.changes", date=date, n=len(changes)), style="bold"), soft_wrap=True)
    for change in changes:
        say(Text(f"  · {change_words(change, talk.lang)}"), soft_wrap=True)


def _rich(talk: Talk, root: Branch, written: str) -> RichTree:
    from rich.tree import Tree as RichTree

    made = RichTree(_line(talk, root, written), guide_style="bright_black")
    _grow(talk, made, root)
    return made


def _grow(talk: Talk, made: RichTree, branch: Branch) -> None:
    for one in branch.branches:
        _grow(talk, made.add(_line(talk, one, "")), one)


def _line(talk: Talk, branch: Branch, written: str) -> Text:
    from rich.text import Text

    from probe.explore.tell import branch_words, key_words, short, what_words

    line = Text()
    keys = written or key_words(branch, talk.lang)
    line.append(f"{keys} ", style="bold")
    if branch.label:
        line.append(f"{branch.label} ")
    if branch.node is None or branch.reach is None:
        line.append(branch_words(branch, talk.lang), style="bright_black")
        return line
    style = {
        "human": "bold green",
        "menu": "cyan",
        "queue": "blue",
        "busy": "red",
        "unanswered": "red",
        "hung_up": "red",
    }
    line.append(what_words(branch.node, talk.lang), style=style.get(branch.node.what, "yellow"))
    line.append(f" {talk.words('explore.page_seconds', seconds=branch.reach.seconds)}", style="bright_black")
    if branch.node.words:
        line.append(f" “{short(branch.node.words)}”", style="bright_black")
    return line
