"""The tables of the hearing benchmark, from what came of each call."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from itertools import pairwise

import msgspec
import numpy as np

from probe.model import Outcome
from tests.bench.amd import Amd
from tests.bench.heard import Heard

BINS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.01)
TONE_CAUSES = ("busy_tone", "network_congestion", "vacant_number")


class Table(msgspec.Struct, frozen=True):
    """Rows of text under a title."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    def markdown(self) -> str:
        lines = [self.head, ["---"] * len(self.head), *self.rows]
        return f"**{self.title}**\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"

    def text(self) -> str:
        every = [self.head, *self.rows]
        widths = [max(len(row[i]) for row in every) for i in range(len(self.head))]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in every]
        return f"{self.title}\n" + "\n".join(f"  {line.rstrip()}" for line in lines) + "\n"


def tables(results: list[Heard], *, with_words: bool) -> list[Table]:
    """All of them, in the order of the documentation."""
    answered = [r for r in results if r.amd is not None]
    return [
        _summary(results, with_words=with_words),
        _confusion(results),
        _by_kind(results),
        _delays(results),
        _cost(results, with_words=with_words),
        _reliability(results),
        _against_amd(answered),
    ]


def worst(results: list[Heard], most: int) -> Table:
    """The cases that are wrong on most lines, with what they are taken for."""
    wrong: defaultdict[str, Counter[str]] = defaultdict(Counter)
    lines = Counter(r.case for r in results)
    for r in results:
        if not (r.right and r.cause_right) and not (r.needs_words and r.unsure):
            wrong[r.case][f"{r.outcome}/{r.cause}"] += 1
    ranked = sorted(wrong.items(), key=lambda item: (-item[1].total() / lines[item[0]], item[0]))[:most]
    wanted = {r.case: f"{r.wanted_outcome}/{r.wanted_cause}" for r in results}
    rows = [
        [
            case,
            f"{taken.total()} of {lines[case]}",
            wanted[case],
            ", ".join(f"{n}× {what}" for what, n in taken.most_common()),
        ]
        for case, taken in ranked
    ]
    return Table("Wrong most often", ["case", "calls", "wanted", "taken for"], rows)


def _share(some: int, of: int) -> str:
    return f"{100 * some / of:.2f} % ({some} of {of})" if of else "none"


def _count(results: Sequence[Heard], test: Callable[[Heard], bool]) -> int:
    return sum(test(r) for r in results)


def _summary(results: list[Heard], *, with_words: bool) -> Table:
    human = [r for r in results if r.wanted_cause == "human"]
    others = [r for r in results if r.wanted_cause != "human"]
    tones = [r for r in results if _is_tone(r)]
    rows = [["outcome right", _share(_count(results, lambda r: r.right), len(results))]]
    if not with_words:
        allowed = _count(results, lambda r: r.right or (r.needs_words and r.unsure))
        rows.append(["outcome right, or unsure of words that it cannot know", _share(allowed, len(results))])
    rows += [
        ["cause right", _share(_count(results, lambda r: r.cause_right), len(results))],
        ["called human but not human", _share(_count(others, lambda r: r.cause == "human"), len(others))],
        ["human but not called answered", _share(_count(human, lambda r: r.outcome != "answered"), len(human))],
        [
            "tones right (busy, congestion, vacant, ringback)",
            _share(_count(tones, lambda r: r.cause_right), len(tones)),
        ],
        ["unsure", _share(_count(results, lambda r: r.unsure), len(results))],
        ["unsure though sure was possible", _share(_count(results, lambda r: r.unsure and not r.right), len(results))],
    ]
    return Table("Right and wrong", ["", "measured"], rows)


def _is_tone(r: Heard) -> bool:
    ringback = r.wanted_cause == "rang_out" and r.audio_s > 0 and "colour-ring" not in r.case
    return ringback or (r.kind == "tone" and r.wanted_cause in TONE_CAUSES)


def _confusion(results: list[Heard]) -> Table:
    names = [outcome.value for outcome in Outcome]
    seen = Counter((r.wanted_outcome, r.outcome) for r in results)
    rows = [[wanted, *(str(seen[wanted, got] or "·") for got in names)] for wanted in names]
    return Table("Outcomes: rows are what it was, columns what it was called", ["", *names], rows)


def _by_kind(results: list[Heard]) -> Table:
    rows = []
    for kind in sorted({r.kind for r in results}):
        of = [r for r in results if r.kind == kind]
        right, cause = _count(of, lambda r: r.right), _count(of, lambda r: r.cause_right)
        rows.append([kind, str(len(of)), f"{right / len(of):.1%}", f"{cause / len(of):.1%}"])
    return Table("By what decides", ["", "calls", "outcome right", "cause right"], rows)


def _delays(results: list[Heard]) -> Table:
    """Of right verdicts; "nothing" has no evidence to be late with."""
    timed = [r for r in results if r.right and r.cause_right and r.kind != "nothing"]
    rows = [_delay_row("all", timed)]
    rows += [_delay_row(kind, [r for r in timed if r.kind == kind]) for kind in sorted({r.kind for r in timed})]
    head = ["", "calls", "median", "p95", "max", "sure before the end"]
    return Table("Seconds from the earliest possible moment to the verdict (right ones)", head, rows)


def _delay_row(name: str, timed: list[Heard]) -> list[str]:
    delays = np.array([r.delay_s for r in timed] or [np.nan])
    median, p95, most = np.median(delays), np.percentile(delays, 95), delays.max()
    sure = _count(timed, lambda r: r.sure) / max(1, len(timed))
    return [name, str(len(timed)), f"{median:.2f}", f"{p95:.2f}", f"{most:.2f}", f"{sure:.0%}"]


def _cost(results: list[Heard], *, with_words: bool) -> Table:
    heard = [r for r in results if r.audio_s]
    per_s = np.array([1000 * r.cpu_s / r.audio_s for r in heard] or [0.0])
    mean = 1000 * sum(r.cpu_s for r in heard) / max(1e-9, sum(r.audio_s for r in heard))
    rows = [["ms per second of audio", f"{mean:.2f}", f"{np.percentile(per_s, 95):.2f}", f"{per_s.max():.2f}"]]
    if with_words:
        per_call = np.array([r.cpu_s for r in heard] or [0.0])
        figures = per_call.mean(), np.percentile(per_call, 95), per_call.max()
        rows = [["seconds per call, words included", *(f"{f:.2f}" for f in figures)]]
    return Table("CPU time of one core", ["", "mean", "p95", "max"], rows)


def _reliability(results: list[Heard]) -> Table:
    """Of verdicts that claim something; is 0.9 right nine times in ten?"""
    rows = []
    for low, high in pairwise(BINS):
        of = [r for r in results if not r.unsure and low <= r.confidence < high]
        if of:
            mean = sum(r.confidence for r in of) / len(of)
            right = _count(of, lambda r: r.right) / len(of)
            cause = _count(of, lambda r: r.cause_right) / len(of)
            rows.append(
                [f"{low:.2f}–{min(high, 1.0):.2f}", str(len(of)), f"{mean:.3f}", f"{right:.3f}", f"{cause:.3f}"]
            )
    return Table("Confidence", ["between", "verdicts", "claimed (mean)", "outcome right", "cause right"], rows)


def _against_amd(answered: list[Heard]) -> Table:
    human = [r for r in answered if r.wanted_cause == "human"]
    others = [r for r in answered if r.wanted_cause != "human"]
    rows = [
        [
            "person called something else",
            _share(_count(human, lambda r: r.amd is Amd.MACHINE), len(human)),
            _share(_count(human, lambda r: r.cause != "human" and not r.unsure), len(human)),
        ],
        [
            "person, and not sure",
            _share(_count(human, lambda r: r.amd in (Amd.NOTSURE, Amd.HANGUP)), len(human)),
            _share(_count(human, lambda r: r.unsure), len(human)),
        ],
        [
            "something else called a person",
            _share(_count(others, lambda r: r.amd is Amd.HUMAN), len(others)),
            _share(_count(others, lambda r: r.cause == "human"), len(others)),
        ],
    ]
    return Table("After the answer, beside Asterisk's AMD rules", ["", "AMD", "this"], rows)
