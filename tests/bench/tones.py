"""How often call-progress tones are heard for what they are, over levels, pitches, cadences, noises, codecs and losses.

`python -m tests.bench.tones --calls 2000`. A call is right when a live listener is sure of its tone (the cycles of
`probe.classify`, one ring, 2 s of dial tone) and at no moment of another. Deterministic for a seed.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

import msgspec

from probe.classify.unanswered import SURE_CYCLES
from probe.hear import Ear
from probe.hear.cadence import Tone, table
from probe.model import Kind, Segment
from tests import audio
from tests.line import amr

ABROAD = ("US", "GB", "DE", "FR", "JP", "HK")
SURE = {**SURE_CYCLES, Kind.RINGBACK: 1}
CODECS: dict[str, Callable[[audio.Pcm], audio.Pcm]] = {
    "alaw": audio.alaw,
    "ulaw": audio.ulaw,
    "amr 4.75": lambda pcm: amr(pcm, 4750),
    "amr 7.4": lambda pcm: amr(pcm, 7400),
}
LEAD_S, DIAL_S, STEP = 0.6, 5.0, 800
CYCLES = {Kind.RINGBACK: 2.3, Kind.VACANT: 3.4}


class Call(msgspec.Struct, frozen=True):
    """One call; `joined` is the share of a cycle that was over before we listened."""

    number: int
    country: str
    tone: Tone
    dbm0: float
    off_hz: float
    stretch: float
    noise: str
    snr_db: float
    codec: str
    loss: float
    joined: float


class Heard(msgspec.Struct, frozen=True):
    """What came of it; `delay_s` from the end of the deciding cycle's sound."""

    call: Call
    result: str
    delay_s: float | None
    cpu_s: float
    audio_s: float


def calls(total: int, seed: int) -> list[Call]:
    """Half of them Chinese; every noise equally often."""
    rng = random.Random(seed)
    home = [("CN", tone) for tone in table("CN") if tone.kind is not Kind.FAX]
    abroad = [(c, tone) for c in ABROAD for tone in table(c) if tone.kind in (Kind.BUSY, Kind.CONGESTION)]
    drawn = []
    for number in range(total):
        country, tone = rng.choice(home if number % 2 else abroad)
        dbm0, off_hz, stretch = rng.choice((-10, -22, -35)), rng.choice((-25, 0, 25)), rng.choice((0.85, 1.0, 1.15))
        noise, snr_db = list(audio.COLOURS)[number // 2 % len(audio.COLOURS)], rng.choice((25, 15, 10))
        codec, loss, joined = rng.choice(list(CODECS)), rng.choice((0.0, 0.03)), rng.choice((0.0, rng.random()))
        drawn.append(Call(number, country, tone, dbm0, off_hz, stretch, noise, snr_db, codec, loss, joined))
    return drawn


def hear(call: Call) -> Heard:
    """Render one call and listen to it live, 0.1 s at a time."""
    tone = call.tone
    sines = [hz + call.off_hz for hz in (tone.hz, tone.second_hz) if hz]
    pattern = (DIAL_S, 1.0) if tone.continuous else tuple(s * call.stretch for s in tone.cadence)
    cycle_s, join_s = sum(pattern), 0.0 if tone.continuous else call.joined * sum(pattern)
    seconds = DIAL_S if tone.continuous else CYCLES.get(tone.kind, 6.4) * cycle_s
    pcm = audio.join(audio.silence(LEAD_S), audio.cadence(sines, pattern, seconds, call.dbm0, join_s))
    pcm = audio.with_noise(audio.join(pcm, audio.silence(0.8)), call.snr_db, call.number, call.noise)
    pcm = audio.lose(CODECS[call.codec](pcm), call.loss, call.number)

    ear, sure_s, others, began = Ear(call.country), None, False, time.process_time()
    for end in range(STEP, len(pcm) + 1, STEP):
        ear.feed(pcm[end - STEP : end])
        sure = {s.kind for s in ear.sounds().segments if _sure(s)}
        sure_s = end / audio.RATE if sure_s is None and tone.kind in sure else sure_s
        others = others or bool(sure - {tone.kind})
    cpu_s = time.process_time() - began
    ends = [LEAD_S + n * cycle_s + cycle_s - pattern[-1] - join_s for n in range(9)]
    ends = [end for end in ends if end > LEAD_S + 0.05]
    timed = sure_s is not None and tone.kind in SURE_CYCLES
    delay_s = sure_s - ends[SURE[tone.kind] - 1] if timed and sure_s is not None else None
    result = "wrong" if others else "unsure" if sure_s is None else "right"
    return Heard(call, result, delay_s, cpu_s, len(pcm) / audio.RATE)


def _sure(segment: Segment) -> bool:
    if segment.kind is Kind.DIAL:
        return segment.duration_s >= 2.0
    return segment.kind in SURE and segment.cycles >= SURE[segment.kind]


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--calls", type=int, default=2000)
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--jobs", type=int, default=2)
    wanted = ask.parse_args()
    with ProcessPoolExecutor(wanted.jobs) as pool:
        heard = list(pool.map(hear, calls(wanted.calls, wanted.seed), chunksize=16))
    groups: dict[str, list[Heard]] = {"all": heard}
    for one in heard:
        call = one.call
        names = (f"{call.country} {call.tone.kind}", f"over {call.noise}", f"at {call.snr_db} dB", call.codec)
        for name in (*names, f"{call.dbm0} dBm0"):
            groups.setdefault(name, []).append(one)
    for name, some in sorted(groups.items()):
        found = Counter(one.result for one in some)
        shares = "  ".join(f"{what} {100 * found[what] / len(some):6.2f} %" for what in ("right", "wrong", "unsure"))
        print(f"{name:16} {len(some):5}  {shares}")
    delays = sorted(one.delay_s for one in heard if one.delay_s is not None and one.result == "right")
    if delays:
        at = {share: delays[round(share * (len(delays) - 1))] for share in (0.5, 0.95, 0.99)}
        print("sure after the cycle: " + ", ".join(f"p{share * 100:.0f} {s:.2f} s" for share, s in at.items()))
    cpu_ms = 1000 * sum(one.cpu_s for one in heard) / sum(one.audio_s for one in heard)
    print(f"CPU of the ear: {cpu_ms:.2f} ms per audio second")


if __name__ == "__main__":
    main()
