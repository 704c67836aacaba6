"""How well known recordings are recognised, condition by condition: the table of docs/prompts.md.

    python -m tests.bench.prompts [EVERY]

EVERY: take each n-th recording only (1 takes all, five minutes of CPU).
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np

from probe.hear import Ear
from probe.hear.library import Library, shipped
from probe.hear.prints import LABELS, NOT_KNOWN
from tests import audio
from tests.line import amr
from tests.voices import resampled

KNOWN = [(name, LABELS.get(kind, kind), text) for name, kind, text in audio.prompts() if kind not in NOT_KNOWN]
UNKNOWN = [name for name, kind, _ in audio.prompts() if kind in NOT_KNOWN]
Channel = Callable[[audio.Pcm, int], audio.Pcm]


def line(pcm: audio.Pcm, snr_db: float, seed: int, bits_per_s: int = 0, after_s: float = 1.0) -> audio.Pcm:
    heard = audio.join(audio.silence(0.7), audio.gain(pcm, -9), audio.silence(after_s))
    noisy = audio.with_noise(heard, snr_db, seed)
    return audio.alaw(amr(noisy, bits_per_s) if bits_per_s else noisy)


def part(pcm: audio.Pcm, seconds: float, where: float) -> audio.Pcm:
    """So many seconds of what is loud of it: from the beginning (0), the middle (0.5) or the end (1)."""
    loud = np.nonzero(np.abs(pcm.astype(np.int32)) > 300)[0]
    sound, length = pcm[loud[0] : loud[-1]], round(seconds * audio.RATE)
    start = round(max(0, len(sound) - length) * where)
    return sound[start : start + length]


DRIFTS = (-0.5, -0.3, -0.1, 0.1, 0.3, 0.5)  # percent
CHANNELS: dict[str, Channel] = {
    **{f"noise {db} dB below": (lambda p, s, db=db: line(p, db, s)) for db in (60, 25, 15, 10)},
    **{f"AMR {rate} bit/s": (lambda p, s, r=rate: line(p, 35, s, r)) for rate in (7400, 4750)},
    **{f"AMR {rate} bit/s, 15 dB": (lambda p, s, r=rate: line(p, 15, s, r)) for rate in (7400, 4750)},
    "3 % of packets lost": lambda p, s: audio.lose(line(p, 25, s), 0.03, s),
    **{
        f"clock {d:+} %": (lambda p, s, d=d: line(resampled(p, 1 - d / 100), 20, s))
        for d in (-0.5, -0.3, -0.1, 0.1, 0.3, 0.5)
    },
    "joined in the middle, 15 dB": lambda p, s: line(p[max(0, len(p) - 21600) // 2 :], 15, s),
    **{f"{t} s from the middle": (lambda p, s, t=t: line(part(p, t, 0.5), 25, s, after_s=0.3)) for t in (2, 2.5)},
    "the last 2.5 s, 15 dB": lambda p, s: line(part(p, 2.5, 1), 15, s, after_s=0.3),
    **{f"the first {t} s": (lambda p, s, t=t: line(part(p, t, 0), 25, s, after_s=0.3)) for t in (2, 3)},
}


def names_heard(pcm: audio.Pcm, library: Library) -> set[str]:
    ear = Ear(library=lambda: library)
    ear.feed(pcm)
    return {s.known for s in ear.sounds().segments if s.known}


def main(every: int) -> None:
    chosen = list(enumerate(KNOWN))[::every]
    for name, channel in CHANNELS.items():
        heard = [(names_heard(channel(audio.prompt(n), seed), shipped()), label) for seed, (n, label, _) in chosen]
        right, wrong = sum(h == {label} for h, label in heard), sum(bool(h - {label}) for h, label in heard)
        print(f"{name:30} {right / len(heard):6.1%}  wrong {wrong} of {len(heard)}", flush=True)
    prints, wrong = shipped().prints, 0
    for seed, (name, label, text) in chosen:
        rest = Library(p for p in prints if not (p.text == text and name.endswith(p.origin.split()[-1])))
        wrong += bool(names_heard(line(audio.prompt(name), 25, seed), rest) - {label})
    print(f"{'taken out of the library':30}         wrong {wrong} of {len(chosen)}")
    people = [names_heard(line(audio.prompt(n), db, s), shipped()) for s, n in enumerate(UNKNOWN) for db in (25, 15)]
    print(f"{'speech of no library':30}         wrong {sum(map(bool, people))} of {len(people)}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
