"""The command line. Each command is a file of its own, imported only when it is asked for: `--help` is quick."""

from __future__ import annotations

import importlib
import sys

import click

from probe import __version__
from probe.cli.talk import Talk, error_line
from probe.errors import ProbeError

COMMANDS = {
    "demo": "Try everything on the practice exchange; nobody real is called. 在练习交换机上完整演示",
    "init": "Write a commented probe.toml and a sample directory. 生成配置文件和号码表样例",
    "check": "Look over settings, folders, database and trunks before anyone is called. 拨打前检查",
    "numbers": "The directory: check, import and list the numbers. 号码表",
    "dial": "Call numbers now and say what happened. 立即拨打",
    "round": "Call every number of the directory once. 全部拨打一轮",
    "run": "Plan each day and call every number at its times, until stopped. 按计划自动拨测",
    "plan": "A day's programme: when, whom, why, and what became of it. 某天的拨测计划",
    "stop": "The kill switch: stop every call, or release it. 紧急停拨",
    "classify": "Judge stored calls: case folders or recordings. 判定已有的录音和信令",
    "rejudge": "Judge stored calls again by the rules and recordings of today. 用现在的规则重新判定",
    "prompts": "Known recordings: list, add and label them. 已知录音库",
    "incidents": "Lines on which citizens get nowhere, and what is done about them. 办不成事：问题台账",
    "show": "One call: SIP ladder, what was heard, the verdict and why. 查看一次呼叫的信令、声音和判定",
    "evidence": "Pack the evidence of a call or an incident into one zip. 生成证据包",
    "prune": "Delete recordings and transcripts that were kept long enough. 按保存期限删除录音",
    "import-cdr": "Put an office's own call records beside the robot's evidence. 导入单位话单并对照",
    "report": "Write the report of a period, or mail it. 生成或邮寄报告",
    "post": "Letters: what was sent, what waits, what came back. 发件箱与退信",
    "explore": "Walk a number's menu: prompts, seconds, where a person is. 走查语音菜单",
    "scenario": "What the robot does during a call: check, list, show, rehearse. 拨测场景：检查、查看、演练",
    "exchange": "Run the practice exchange for your own trials. 运行练习交换机",
}


class Lazy(click.Group):
    """A group whose commands live in `probe.cli.<name>` as `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"probe.cli.{cmd_name.replace('-', '_')}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--settings", "settings_file", metavar="FILE", help="The settings (default: ./probe.toml). 配置文件")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of what people read. 界面语言")
@click.version_option(__version__, "--version", prog_name="tongbutong (通不通)")
@click.pass_context
def cli(ctx: click.Context, settings_file: str | None, lang: str | None) -> None:
    """Tongbutong (通不通) phones published service numbers the way a citizen would and says honestly what happened.

    Start with `probe demo`: a practice district is dialled over real SIP, and a report is written. Then `probe init`.

    \b
    Exit codes: 0 all well · 1 a verdict of the demo or of a case was wrong · 2 wrong usage · 3 settings
    4 directory · 5 trunk, line or recordings folder · 6 database · 7 unreadable case · 8 number refused
    9 scenario · 10 calls were made, but some failed through our own fault · 11 practice exchange
    12 report · 13 letter, mail server or chat service · 14 incident · 15 a telephone system's call records
    16 exploration · 130 stopped by Ctrl-C
    """
    ctx.obj = Talk(settings_file=settings_file, lang=lang)


def main(argv: list[str] | None = None) -> None:
    """Entry point `probe`: runs a command and turns what people can mend into one line and an exit code."""
    ctx: click.Context | None = None
    try:
        ctx = cli.make_context("probe", list(sys.argv[1:] if argv is None else argv))
        with ctx:
            code = cli.invoke(ctx)
        sys.exit(code if isinstance(code, int) else 0)
    except ProbeError as error:
        click.echo(error_line(error, ctx.obj if ctx else None), err=True)
        sys.exit(error.exit_code)
    except click.exceptions.Exit as leave:
        sys.exit(leave.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        sys.exit(130)
