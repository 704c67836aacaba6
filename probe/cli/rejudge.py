"""`probe rejudge`: what stored calls are judged to be today, and what changes by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from probe.cli import options
from probe.cli.hearing import recogniser
from probe.cli.lines import because, encode, verdict_line
from probe.cli.talk import Talk, emit, error_line
from probe.errors import CaseError

if TYPE_CHECKING:
    from probe.model import Verdict
    from probe.store import Store
    from probe.transcribe.engine import Engine

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
PIECE_OF_NEWS = 200  # calls between two lines of progress where there is no terminal


@dataclass(frozen=True, kw_only=True)
class Change:
    """One call or case whose verdict is another one today."""

    name: str
    number: str
    started_at: datetime
    old: Verdict
    new: Verdict
    heard_anew: bool  # from its recording; else from the sounds that were stored
    stored: bool


@click.command("rejudge")
@click.option("--since", metavar="DATE", help="Calls from this day on, YYYY-MM-DD (default: all). 起始日期")
@click.option("--number", "numbers", multiple=True, metavar="NUMBER", help="Only calls to it; repeatable. 号码")
@click.option(
    "--case",
    "cases",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Case folders instead of stored calls, held against their expect.json; repeatable. 案例文件夹",
)
@click.option("--dry-run", is_flag=True, help="Show what would change and store nothing. 只显示，不保存")
@click.option("--no-words", is_flag=True, help="Do not recognise what is said. 不识别语音内容")
@options.as_json
@click.pass_obj
def command(
    talk: Talk,
    since: str | None,
    numbers: tuple[str, ...],
    cases: tuple[Path, ...],
    dry_run: bool,
    no_words: bool,
    as_json: bool,
) -> int:
    """Judge stored calls again by the rules and known recordings of today; nobody is called. 重新判定已存的呼叫

    A call with a recording is heard anew; one without is judged by the sounds that were stored. The new verdict is
    stored, every former one is kept with its time and rules, and the call says what it was judged to be when made.
    The expectations of its scenario are checked anew as well.
    Exit code 7 when a case could not be read.
    """
    from probe.cli.prompts import use_library
    from probe.directory import normalise

    zone = talk.zone
    begin = BEGINNING if since is None else datetime.combine(_day(since), time.min, zone)
    robot = talk.settings_or_default.robot
    chosen = [normalise(text, country=robot.country, area_code=robot.area_code) for text in numbers]
    use_library(talk)
    engine = None if no_words else recogniser(talk)
    seen: Counter[str] = Counter()
    if cases:
        found = _cases(talk, cases, engine, seen)
        changes = list(_shown(talk, found, as_json))
    else:
        with talk.open_store() as store:
            found = _calls(talk, store, begin, chosen, engine, seen, store_it=not dry_run)
            changes = list(_shown(talk, found, as_json))
    if not as_json and changes:
        _print(talk, changes)
    talk.say("prompts.rejudged", n=seen["judged"], changed=len(changes), surer=seen["surer"], anew=seen["anew"])
    if seen["checks"]:
        talk.say("prompts.checks_changed", n=seen["checks"])
    if dry_run and changes:
        talk.say("prompts.dry_run")
    if seen["pruned"]:
        talk.say("evidence.not_judged_again", n=seen["pruned"])
    if seen["overtaken"]:
        talk.say("prompts.overtaken", n=seen["overtaken"])
    return 7 if seen["unread"] else 0


def _calls(
    talk: Talk,
    store: Store,
    since: datetime,
    numbers: list[str],
    engine: Callable[[], Engine] | None,
    seen: Counter[str],
    *,
    store_it: bool,
) -> Iterator[Change]:
    """The stored calls that are judged otherwise today; each is stored on its own, so that Ctrl-C loses nothing."""
    from probe.cli.choose import opening_hours
    from probe.recordings import find
    from probe.rejudge import as_sure, checks_again, judge_again, passed, same, with_history
    from probe.transcribe.delayed import Delayed
    from probe.wav import read_wav

    until = datetime.now(UTC)
    open_of = opening_hours(talk)
    kinds: list[str | None] = [*numbers] or [None]
    with _progress(talk, sum(store.count(since, until, number) for number in kinds)) as advance:
        for call in (call for number in kinds for call in store.records(since, until, number=number)):
            advance()
            record = call.record
            pcm = None
            place = find(talk.settings_or_default.data.folder, record.trace.recording)
            if place is None and record.trace.recording is not None and store.pruning.of(record.order.call_id).any:
                seen["pruned"] += 1  # what was heard is gone: without it, no better verdict can be had
                continue
            if place is not None:
                try:
                    pcm = read_wav(place, record.order.call_id)
                except CaseError as error:
                    click.echo(error_line(error, talk), err=True)
            sounds, verdict = judge_again(record, pcm, Delayed(engine) if engine and pcm is not None else None)
            seen["judged"] += 1
            seen["anew"] += pcm is not None
            old = record.verdict
            judged = msgspec.structs.replace(record, sounds=sounds, verdict=verdict)
            checks = checks_again(judged, talk.report_lang, partial(open_of, call.number, record.trace.started_at))
            unchanged = same(old, verdict) and as_sure(old, verdict)
            if unchanged and checks == record.checks:
                continue
            now = datetime.now(UTC)
            former = store.former(record.order.call_id)
            live = former[0].verdict if former else old
            verdict = old if unchanged else with_history(verdict, live, now, talk.report_lang)
            stored = store_it and store.rejudge(record.order.call_id, old, verdict, sounds, now, checks)
            seen["checks"] += passed(checks) != passed(record.checks)
            if store_it and not stored:
                seen["overtaken"] += 1
            elif same(old, verdict):
                seen["surer"] += not as_sure(old, verdict)
            else:
                yield Change(
                    name=record.order.call_id,
                    number=record.order.number,
                    started_at=record.trace.started_at,
                    old=old,
                    new=verdict,
                    heard_anew=pcm is not None,
                    stored=stored,
                )


def _cases(
    talk: Talk, paths: Iterable[Path], engine: Callable[[], Engine] | None, seen: Counter[str]
) -> Iterator[Change]:
    """The case folders whose verdict differs from what their expect.json says."""
    from probe.case import read_case
    from probe.live import replay
    from probe.model import OUTCOME_OF, Cause, Outcome
    from probe.transcribe.delayed import Delayed

    for path in paths:
        try:
            case = read_case(path)
        except CaseError as error:
            seen["unread"] += 1
            click.echo(error_line(error, talk), err=True)
            continue
        _, new = replay(case.trace, case.pcm, Delayed(engine) if engine else None)
        seen["judged"] += 1
        seen["anew"] += case.pcm is not None
        expect = case.expect or {}
        outcome = Outcome(expect.get("outcome", new.outcome))
        cause = Cause(expect.get("cause", new.cause if OUTCOME_OF[new.cause] is outcome else Cause.UNSURE))
        if (outcome, cause) != (new.outcome, new.cause):
            old = msgspec.structs.replace(new, outcome=outcome, cause=cause, confidence=1.0, because=())
            yield Change(
                name=case.name,
                number=case.trace.number,
                started_at=case.trace.started_at,
                old=old,
                new=new,
                heard_anew=case.pcm is not None,
                stored=False,
            )


def _shown(talk: Talk, changes: Iterable[Change], as_json: bool) -> Iterator[Change]:
    """The changes, each printed as soon as it is known when a machine reads them."""
    for change in changes:
        if as_json:
            line: dict[str, Any] = {
                "call_id": change.name,
                "number": change.number,
                "started_at": change.started_at,
                "old": verdict_line(change.old, talk.lang),
                "new": verdict_line(change.new, talk.lang),
                "heard_anew": change.heard_anew,
                "stored": change.stored,
            }
            emit(encode(line))
        yield change


def _print(talk: Talk, changes: list[Change]) -> None:
    from rich.table import Table
    from rich.text import Text

    zone = talk.zone
    table = Table()
    for column in ("call", "number", "before", "now", "why"):
        table.add_column(talk.words(f"prompts.{column}"), overflow="fold")
    for change in changes:
        when = change.started_at.astimezone(zone)
        table.add_row(
            Text(f"{when:%Y-%m-%d %H:%M}"),
            Text(change.number or change.name),
            _named(talk, change.old),
            _named(talk, change.new),
            Text("\n".join(because(change.new, talk.lang))),
        )
    talk.console.print(table)


def _named(talk: Talk, verdict: Verdict) -> str:
    names = (talk.words(f"names.{kind}_{getattr(verdict, kind)}") for kind in ("outcome", "cause"))
    return f"{' · '.join(names)} ({verdict.confidence:.0%})"


@contextmanager
def _progress(talk: Talk, total: int) -> Iterator[Callable[[], None]]:
    """How far it has come, on stderr: a bar on a terminal, a line now and then elsewhere."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True, highlight=False, emoji=False, markup=False)
    done = 0
    if console.is_terminal:
        with Progress(console=console, transient=True) as bar:
            task = bar.add_task(talk.words("prompts.judging"), total=total)
            yield lambda: bar.advance(task)
        return

    def advance() -> None:
        nonlocal done
        done += 1
        if done % PIECE_OF_NEWS == 0:
            talk.say("prompts.progress", done=done, total=total)

    yield advance


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(text, param_hint="--since YYYY-MM-DD") from None
