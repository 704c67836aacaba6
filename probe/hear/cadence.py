"""Call-progress tones by their cadence: which tones of a country a sequence of on and off times can still be.

A `Guess` is one tone of the table, joined at one place of its pattern. Every interval heard throws out the guesses that
it does not fit; what is left, and how much of it was heard, is the answer. GB/T 3380-1982 allows ± 10 % at the source;
± 15 % and 30 ms are allowed here, for what a packet network adds, and 20 ms more once a train has begun.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

import msgspec

from probe.hear.bursts import Burst
from probe.model import Kind

STRETCH = 0.15
SLACK_S = 0.03
EDGE_S = 0.02  # more for an interval within a train: a lost packet at its edge, or what AMR leaves of an edge
HZ_SLACK = 28.0  # GB/T 3380: ± 25 Hz, and what 10 dB of noise does to the measurement
UNRESOLVED_HZ = 70.0  # two sines closer than this are heard as one, half-way between
PAUSE_S = 0.25  # a cycle is heard out when its last pulse has been followed by a pause of this length
ALIASES = {"UK": "GB"}
KINDS = (Kind.RINGBACK, Kind.BUSY, Kind.CONGESTION, Kind.VACANT, Kind.DIAL, Kind.FAX)


class Tone(msgspec.Struct, frozen=True):
    """One row of `data/tones.toml`. `cadence` alternates on and off, in seconds; a single value is continuous."""

    kind: Kind
    hz: float
    second_hz: float
    cadence: tuple[float, ...]

    @property
    def continuous(self) -> bool:
        return len(self.cadence) == 1

    def pitched_like(self, burst: Burst) -> bool:
        return abs(self.hz - burst.hz) <= HZ_SLACK and abs(self.second_hz - burst.second_hz) <= HZ_SLACK


@cache
def countries() -> tuple[str, ...]:
    """The countries whose tones are known."""
    return tuple(code for code in _file() if code != "all")


def known_country(code: str) -> bool:
    """Whether the tones of a country (ISO 3166, any case; UK for GB) are known."""
    return ALIASES.get(code.upper(), code.upper()) in countries()


@cache
def table(country: str) -> tuple[Tone, ...]:
    """The tones to expect in a country; for one that is not in the table only those used everywhere."""
    code = ALIASES.get(country.upper(), country.upper())
    rows = [*_file().get(code, {}).items(), *_file()["all"].items()]
    return tuple(_tone(Kind(kind), row["hz"], row["cadence"]) for kind, tones in rows for row in tones)


def _file() -> dict[str, dict[str, list[dict[str, list[float]]]]]:
    return tomllib.loads((files("probe") / "data" / "tones.toml").read_text(encoding="utf-8"))


def _tone(kind: Kind, hz: list[float], cadence: list[float]) -> Tone:
    low, high = min(hz), max(hz)
    one = high - low < UNRESOLVED_HZ
    return Tone(kind, (low + high) / 2 if one else low, 0.0 if one else high, tuple(cadence))


class Guess(msgspec.Struct, frozen=True):
    """One tone that the intervals so far can be. `phase` is the place in its pattern of the next interval."""

    tone: Tone
    phase: int
    matched: int  # intervals heard in full that fit
    pulses: int  # last pulses of a cycle heard: for ringback, rings
    whole: bool  # the first pulse was heard from its beginning

    def after(self, seconds: float) -> Guess | None:
        """With one more interval heard to its end; None when it does not fit."""
        nominal = self.tone.cadence[self.phase]
        if not shortest(nominal) - EDGE_S <= seconds <= longest(nominal) + EDGE_S:
            return None
        return msgspec.structs.replace(
            self,
            phase=(self.phase + 1) % len(self.tone.cadence),
            matched=self.matched + 1,
            pulses=self.pulses + (self.phase == len(self.tone.cadence) - 2),
        )

    def during(self, seconds: float) -> bool:
        """Whether the next interval may be going on, and has lasted this long."""
        return seconds <= longest(self.tone.cadence[self.phase]) + EDGE_S

    @property
    def rest_s(self) -> float:
        """The length of the interval that is due, by the table."""
        return self.tone.cadence[self.phase]


def shortest(nominal: float) -> float:
    """The least that passes for an interval of the table."""
    return nominal * (1 - STRETCH) - SLACK_S


def longest(nominal: float) -> float:
    """The most that passes for an interval of the table."""
    return nominal * (1 + STRETCH) + SLACK_S


def fits(seconds: float, nominal: float) -> bool:
    """Whether a measured interval passes for one of the table."""
    return shortest(nominal) <= seconds <= longest(nominal)


def begin(tones: tuple[Tone, ...], burst: Burst, *, going_on: bool = False) -> tuple[Guess, ...]:
    """What a first pulse can be: a whole one, or the end of one that began before we listened."""
    found: list[Guess] = []
    for tone in tones:
        if tone.continuous or not tone.pitched_like(burst):
            continue
        size = len(tone.cadence)
        for phase in range(0, size, 2):
            if burst.duration_s > longest(tone.cadence[phase]):
                continue
            if going_on:
                found.append(Guess(tone, phase, 0, 0, whole=True))
            else:
                whole = fits(burst.duration_s, tone.cadence[phase])
                found.append(Guess(tone, phase + 1, int(whole), int(phase == size - 2), whole))
    return tuple(found)
