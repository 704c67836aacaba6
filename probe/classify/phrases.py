"""What a text means: phrases of `data/phrases.toml`, found by sound, wherever they stand in it.

A phrase is found where its edit distance to a stretch of the text is small (P. H. Sellers, "The theory and computation
of evolutionary distances", Journal of Algorithms 1, 1980), with syllables that sound alike costing less than others.
Each phrase is short and says something by itself: 已停机, never 停机.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise, product
from typing import Any

import msgspec
import numpy as np

from probe.classify.syllables import SAME, distance, tokens
from probe.model import Cause

EDIT = 0.9  # a syllable too many or too few
ALLOWED = 0.12  # of a phrase's length
SHORT = 3  # syllables: a phrase no longer than this must be heard exactly, or what is written for it
LONG = 6  # syllables: of more than that one may be missing
LOOSE = 0.21  # what is allowed beside a phrase of the network, which says that an announcement is being heard
MOST_LOOSE = 0.85  # of a short one: never a whole syllable
BESIDE = 2  # syllables between the two …
SHARED = 3  # … or that both have: 您拨打的电话, 电话已关机
NETWORK = ("network", "again")
GAPS = {"…": 8, "~": 3}  # most syllables that these stand for
_GAP = re.compile("([…~])")
_EITHER = re.compile(r"\{([^{}]*)\}")


class Hit(msgspec.Struct, frozen=True):
    """A meaning found in a text. `begin` and `end` count its syllables."""

    meaning: str
    begin: int
    end: int
    likeness: float  # 1: exactly so
    weak: bool
    loose: bool  # so little alike that it counts beside a sure hit only: an outcome beside the network, or the reverse
    text: str  # the phrase as the table has it


class Meaning(msgspec.Struct, frozen=True):
    """One table of the file. `cause` is None for what is no outcome: the network's phrases, a person's …"""

    name: str
    cause: Cause | None
    order: int
    pause_s: float = 0.0  # after which nothing follows that changes it
    final_before: bool = False  # before the answer it is final at once
    only_after: bool = False
    least: float = 0.0  # likeness


class _Phrase(msgspec.Struct, frozen=True):
    meaning: str
    weak: bool
    text: str
    parts: tuple[tuple[str, ...], ...]  # each a run of tokens
    gaps: tuple[int, ...]  # most syllables between them


class Table:
    """All phrases, ready to be looked for at once."""

    def __init__(self, data: dict[str, Any]) -> None:
        parts = data.pop("parts")
        meanings: dict[str, dict[str, Any]] = data.pop("meaning")
        named: dict[str, tuple[dict[str, Any], Cause | None]]
        named = {name: (table, Cause(table.get("cause", name))) for name, table in meanings.items()}
        named |= {name: (table, None) for name, table in data.items()}
        self.meanings: dict[str, Meaning] = {}
        self._phrases: list[_Phrase] = []
        for order, (name, (table, cause)) in enumerate(named.items()):
            options = {key: table[key] for key in ("pause_s", "final_before", "only_after", "least") if key in table}
            self.meanings[name] = Meaning(name, cause, order, **options)
            for weak in (False, True):
                for written in table.get("weak" if weak else "strong", ()):
                    self._phrases += _phrases(name, weak, written, parts)
        runs = dict.fromkeys(part for phrase in self._phrases for part in phrase.parts)
        self._numbers = {run: number for number, run in enumerate(runs)}
        self._beginning: dict[int, list[_Phrase]] = defaultdict(list)
        for phrase in self._phrases:
            self._beginning[self._numbers[phrase.parts[0]]].append(phrase)
        self._lengths = np.array([len(run) for run in runs])
        self._allowed = LOOSE * self._lengths
        self._allowed[self._lengths <= LONG] = np.minimum(self._allowed, MOST_LOOSE)[self._lengths <= LONG]
        self._symbols = {token: i for i, token in enumerate(dict.fromkeys(t for run in runs for t in run))}
        self._runs = np.full((len(runs), int(self._lengths.max())), -1, np.int32)
        for run, row in self._numbers.items():
            self._runs[row, : len(run)] = [self._symbols[token] for token in run]

    def find(self, text: str) -> tuple[Hit, ...]:
        """What the text means, in order of place; of hits that overlap and disagree the better stays."""
        said = tokens(text)
        if not said:
            return ()
        places = self._places(said)
        found = [hit for row in places for phrase in self._beginning[row] for hit in self._hits(phrase, places)]
        sure = [hit for hit in found if not hit.loose]
        network = [hit for hit in sure if hit.meaning in NETWORK]
        causes = [hit for hit in sure if self._names_a_cause(hit)]
        counted = sure + [
            hit
            for hit in found
            if hit.loose
            and not hit.weak
            and ((self._announced(hit) and _beside(hit, network)) or (hit.meaning in NETWORK and _beside(hit, causes)))
        ]
        return tuple(sorted(self._best(counted), key=lambda hit: (hit.begin, hit.end)))

    def _ways(
        self, phrase: _Phrase, places: dict[int, list[tuple[int, int, float]]]
    ) -> Iterator[tuple[tuple[int, int, float], ...]]:
        """The places of its parts that are in order and near enough to each other."""
        for way in product(*(places.get(self._numbers[part], []) for part in phrase.parts)):
            if all(0 <= b[0] - a[1] <= gap for (a, b), gap in zip(pairwise(way), phrase.gaps, strict=True)):
                yield way

    def _hits(self, phrase: _Phrase, places: dict[int, list[tuple[int, int, float]]]) -> Iterator[Hit]:
        for way in self._ways(phrase, places):
            length = sum(len(part) for part in phrase.parts)
            cost = sum(place[2] for place in way)
            likeness = 1 - cost / length
            if likeness < self.meanings[phrase.meaning].least:
                continue
            loose = cost > (SAME if length <= SHORT else ALLOWED * length) + 1e-6
            yield Hit(phrase.meaning, way[0][0], way[-1][1], round(likeness, 3), phrase.weak, loose, phrase.text)

    def _best(self, found: list[Hit]) -> list[Hit]:
        """One of each kind at each place, and none that a better one of another kind leaves no room for. What only
        says who speaks (the network, a machine) disputes nothing."""
        kept: list[Hit] = []
        for hit in sorted(found, key=lambda h: (h.weak, -(h.end - h.begin) * h.likeness**4)):
            rivals = [k for k in kept if k.begin < hit.end and hit.begin < k.end]
            if any(k.meaning == hit.meaning for k in rivals):
                continue
            if not self._says(hit) or not any(self._says(k) and _beats(k, hit) for k in rivals):
                kept.append(hit)
        return kept

    def _says(self, hit: Hit) -> bool:
        return self._names_a_cause(hit) or hit.meaning == "human"

    def _announced(self, hit: Hit) -> bool:
        """Whether the network says it: no menu comes with 您拨打的用户."""
        return self._names_a_cause(hit) and not self.meanings[hit.meaning].only_after

    def _names_a_cause(self, hit: Hit) -> bool:
        return self.meanings[hit.meaning].cause is not None

    def _places(self, said: tuple[str, ...]) -> dict[int, list[tuple[int, int, float]]]:
        """Where each run of tokens stands: begin, end, cost. All runs at once, a token of the text at a time."""
        cost = np.array([[distance(token, other) for token in self._symbols] for other in said], np.float32)
        cost = np.hstack([cost, np.zeros((len(said), 1), np.float32)])  # behind the end of a run
        least = np.minimum(cost.min(axis=0), EDIT)[self._runs].sum(axis=1)  # whatever the order
        chosen = np.nonzero(least <= self._allowed + 1e-6)[0]
        runs, lengths, allowed = self._runs[chosen], self._lengths[chosen], self._allowed[chosen]
        rows, width = runs.shape
        every = np.arange(rows)
        best = np.tile(np.arange(width + 1, dtype=np.float32) * EDIT, (rows, 1))  # nothing of the text yet
        begin = np.zeros((rows, width + 1), np.int32)
        found: dict[int, list[tuple[int, int, float]]] = {}
        for at in range(len(said)):
            before, from_ = best, begin
            best, begin = np.zeros_like(before), np.full_like(from_, at + 1)
            for i in range(1, width + 1):
                ways = (before[:, i - 1] + cost[at, runs[:, i - 1]], before[:, i] + EDIT, best[:, i - 1] + EDIT)
                which = np.argmin(ways, axis=0)
                best[:, i] = np.choose(which, ways)
                begin[:, i] = np.choose(which, (from_[:, i - 1], from_[:, i], begin[:, i - 1]))
            ends = best[every, lengths]
            for row in np.nonzero(ends <= allowed + 1e-6)[0].tolist():
                place = (int(begin[row, lengths[row]]), at + 1, float(ends[row]))
                _note(found.setdefault(int(chosen[row]), []), place)
        return found


def _note(places: list[tuple[int, int, float]], place: tuple[int, int, float]) -> None:
    """Of places that overlap, keep the cheapest."""
    if places and place[0] < places[-1][1]:
        if place[2] < places[-1][2]:
            places[-1] = place
    else:
        places.append(place)


def _beside(hit: Hit, others: list[Hit]) -> bool:
    """Whether it follows one of the others, or is followed by one."""
    return any(
        -SHARED <= hit.begin - other.end <= BESIDE if other.begin < hit.begin else -1 <= other.begin - hit.end <= BESIDE
        for other in others
    )


def _beats(one: Hit, other: Hit) -> bool:
    """Whether a hit leaves no room for another: they share half of its place, and one is longer or more alike."""
    shared = min(one.end, other.end) - max(one.begin, other.begin)
    if 2 * shared < other.end - other.begin:
        return False
    longer = (one.end - one.begin) - (other.end - other.begin)
    better = one.likeness - other.likeness
    return (longer > 0 and better >= -0.05) or (longer == 0 and better > 0) or better > 0.1


def _phrases(meaning: str, weak: bool, written: str, parts: dict[str, str]) -> Iterator[_Phrase]:
    """The phrases that an entry of the table stands for."""
    for name, value in parts.items():
        written = written.replace(f"%{name}", value)
    written = written.replace("[", "{|").replace("]", "}")
    for text in _expanded(written):
        pieces = _GAP.split(text)  # parts and, between them, what stands for a gap
        runs = tuple(tokens(part) for part in pieces[::2])
        if all(runs):
            shown = text.strip().replace("~", "…")
            yield _Phrase(meaning, weak, shown, runs, tuple(GAPS[gap] for gap in pieces[1::2]))


def _expanded(written: str) -> Iterator[str]:
    match = _EITHER.search(written)
    if match is None:
        yield written
        return
    for way in match[1].split("|"):
        yield from _expanded(written[: match.start()] + way + written[match.end() :])


@cache
def table() -> Table:
    """The table that comes with the program."""
    return Table(tomllib.loads((files("probe") / "data" / "phrases.toml").read_text(encoding="utf-8")))


@lru_cache(maxsize=4096)
def meanings_of(text: str) -> tuple[Hit, ...]:
    """What a text means."""
    return table().find(text)
