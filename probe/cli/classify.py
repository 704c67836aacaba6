"""`probe classify CASE…`: judge stored calls, many per run; a case that cannot be read does not stop the others."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import click

from probe.cli import options
from probe.cli.hearing import recogniser
from probe.cli.lines import encode, verdict_line
from probe.cli.talk import Talk, emit, error_line
from probe.errors import CaseError
from probe.words import words


@click.command("classify")
@click.argument("cases", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="CASE...")
@click.option(
    "--answered-at",
    "answered_at_s",
    type=click.FloatRange(min=0),
    metavar="S",
    help="For a bare recording: seconds from its start to the answer. 裸录音的接通时刻",
)
@click.option("--no-words", is_flag=True, help="Do not recognise what is said. 不识别语音内容")
@options.as_json
@click.pass_obj
def command(talk: Talk, cases: tuple[Path, ...], answered_at_s: float | None, no_words: bool, as_json: bool) -> int:
    """Judge stored calls: CASE is a case folder (trace.json, call.wav) or a recording. 判定已有的呼叫

    Exit code 1 when a verdict differs from the case's expect.json, 7 when a case could not be read.
    """
    from probe.case import read_case
    from probe.cli.prompts import use_library
    from probe.live import replay
    from probe.transcribe.delayed import Delayed

    use_library(talk)
    load = None if no_words else recogniser(talk)
    seen: Counter[str] = Counter()
    for path in cases:
        try:
            case = read_case(path, answered_at_s=answered_at_s)
        except CaseError as error:
            seen["unread"] += 1
            if as_json:
                emit(encode({"case": path.name, "error": error.text(talk.lang)}))
            click.echo(error_line(error, talk), err=True)
            continue
        verdict = replay(case.trace, case.pcm, Delayed(load) if load else None)[1]
        line: dict[str, Any] = {"case": case.name, **verdict_line(verdict, talk.lang)}
        if case.expect:
            line["expected"] = case.expect
            right = all(
                line[key] == value for key, value in case.expect.items() if key in ("outcome", "cause", "blame")
            )
            seen["right" if right else "wrong"] += 1
            line["right"] = right
        if as_json:
            emit(encode(line))
        else:
            _print(talk, line)
    if not as_json and len(cases) > 1:
        talk.say("cli.case_summary", n=len(cases), right=seen["right"], wrong=seen["wrong"], unread=seen["unread"])
    return 7 if seen["unread"] else 1 if seen["wrong"] else 0


def _print(talk: Talk, line: dict[str, Any]) -> None:
    """A case as a person reads it: the verdict in one line, its reasons beneath."""
    name = {kind: words(f"names.{kind}_{line[kind]}", talk.lang) for kind in ("outcome", "cause")}
    mark = {True: "✓ ", False: "✗ ", None: ""}[line.get("right")]
    click.echo(f"{mark}{line['case']}: {name['outcome']} · {name['cause']} ({line['confidence']:.0%})")
    if line.get("right") is False:
        expected = line["expected"]
        kinds = [
            words(f"names.{kind}_{expected[kind]}", talk.lang) for kind in ("outcome", "cause") if kind in expected
        ]
        click.echo("  " + talk.words("cli.case_wrong", expected=" · ".join(kinds)))
    for sentence in line["because"]:
        click.echo(f"  - {sentence}")
