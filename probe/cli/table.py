"""What is shown while calls are made: to a person one row per line in use and a bar, to a machine JSON lines."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.cells import cell_len
from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from probe.cli.lines import because, call_line, encode
from probe.cli.talk import Talk, emit
from probe.dial.messages import Refused
from probe.model import Order, Outcome, Record

if TYPE_CHECKING:
    from rich.console import RenderableType

COLOUR = {
    Outcome.ANSWERED: "green",
    Outcome.VOICEMAIL: "yellow",
    Outcome.UNANSWERED: "red",
    Outcome.BUSY: "red",
    Outcome.UNREACHABLE: "magenta",
    Outcome.INCONCLUSIVE: "bright_black",
}

NUMBER_CELLS = 16  # columns on a terminal; a Chinese character takes two
VERDICT_CELLS = 38


class CallTable:
    """A live table on a terminal, plain lines elsewhere; each finished call is printed above it and stays."""

    def __init__(self, talk: Talk, total: int, *, reasons: bool) -> None:
        self._talk = talk
        self._total = total
        self._reasons = reasons
        self._done = 0
        self._lines: dict[int, tuple[Order, str, float]] = {}
        self._console: Console = talk.console
        self._live = Live(get_renderable=self._render, console=self._console, refresh_per_second=4, transient=True)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._console.is_terminal:
            self._live.stop()

    def progress(self, line: int, order: Order, state: str) -> None:
        """A line has got on with its call, or (state "ended") is free again."""
        if state == "ended":
            self._lines.pop(line, None)
        else:
            began = self._lines[line][2] if line in self._lines else time.monotonic()
            self._lines[line] = (order, state, began)

    def finished(self, record: Record) -> None:
        """Print one finished call: its verdict, and its reasons when few calls are made."""
        self._done += 1
        verdict = record.verdict
        name = self._talk.words(f"names.outcome_{verdict.outcome}")
        cause = self._talk.words(f"names.cause_{verdict.cause}")
        line = Text(_padded(record.order.number, NUMBER_CELLS))
        line.append(name, style=f"bold {COLOUR[verdict.outcome]}")
        line.append(_padded(f" · {cause}", VERDICT_CELLS - cell_len(name)))
        line.append(f"{verdict.confidence:>4.0%}  {record.order.office}")
        self._console.print(line, soft_wrap=True)
        if self._reasons:
            for sentence in because(verdict, self._talk.lang):
                self._console.print(Text(f"    - {sentence}"), soft_wrap=True)

    def refused(self, refused: Refused) -> None:
        """Say why a number was not dialled."""
        self._done += 1
        _say_refused(self._talk, refused)

    def _render(self) -> RenderableType:
        words = self._talk.words
        table = Table(*(words(f"cli.{c}") for c in ("line", "number", "unit", "state", "seconds")), expand=False)
        for line, (order, state, began) in sorted(self._lines.items()):
            table.add_row(
                str(line + 1),
                Text(order.number),
                Text(order.office),
                words(f"cli.state_{state}"),
                f"{time.monotonic() - began:.0f}",
            )
        count = Text(" " + words("cli.progress", done=self._done, total=self._total))
        bar = Table.grid()
        bar.add_row(ProgressBar(total=max(1, self._total), completed=self._done, width=40), count)
        return Group(table, bar)


class JsonLines:
    """One JSON object per finished call on stdout; whatever else is to be said goes to stderr."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def progress(self, line: int, order: Order, state: str) -> None:
        """Machines wait for the end."""

    def finished(self, record: Record) -> None:
        emit(encode(call_line(record, self._talk.lang)))

    def refused(self, refused: Refused) -> None:
        _say_refused(self._talk, refused)


def _say_refused(talk: Talk, refused: Refused) -> None:
    number = str(refused.values.get("number", refused.call_id))
    talk.say("cli.refused", number=number, reason=talk.words(refused.key, **refused.values))


def _padded(text: str, cells: int) -> str:
    """The text, with at least one space behind it, up to a column of the terminal."""
    return text + " " * max(1, cells - cell_len(text))
