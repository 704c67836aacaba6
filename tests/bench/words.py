"""What the recogniser costs and how well it reads: `python -m tests.bench.words` prints the figures of docs/words.md.

The syllable error is the Levenshtein distance between the pinyin said and the pinyin read, as a telephone is heard
(zh=z, ch=c, sh=s, ng=n), over all shipped prompts. The row of AMR needs `sox`; without it the row is left out.
"""

from __future__ import annotations

import contextlib
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
from rapidfuzz.distance import Levenshtein

from probe.classify.syllables import tokens
from probe.transcribe.client import Client
from probe.transcribe.engine import Engine
from probe.transcribe.keeper import Keeper
from probe.transcribe.model_folder import find_model
from probe.transcribe.pending import STALE_S
from tests.audio import RATE, Pcm, alaw, gain, join, prompt, prompts, with_noise
from tests.line import amr
from tests.transcribe.test_keeper import up

LOADS = ((1, 20, 1.2), (8, 8, 3.6), (8, 12, 1.2))  # one line in which somebody speaks; eight, a third of the time; all


CHANNELS: dict[str, Callable[[Pcm], Pcm]] = {
    "as recorded": lambda pcm: pcm,
    "A-law, 20 dB softer": lambda pcm: alaw(gain(pcm, -20)),
    "A-law, white noise 20 dB below": lambda pcm: alaw(with_noise(pcm, 20)),
    "A-law, white noise 15 dB below": lambda pcm: alaw(with_noise(pcm, 15)),
    "AMR 7.4": amr,
}


def accuracy(engine: Engine) -> None:
    """One row for each channel."""
    print(
        "| channel | syllable error | zf_xiaoni | zf_xiaoyi | zm_yunxi | zm_yunxia | left without text |\n|"
        + "---|" * 7
    )
    for channel, through in CHANNELS.items():
        wrong: dict[str, int] = defaultdict(int)
        said: dict[str, int] = defaultdict(int)
        empty = 0
        for name, _, text in prompts():
            words = engine.hear(through(prompt(name)))
            empty += not words.text
            for key in ("all", name.rpartition("-")[2]):
                wrong[key] += Levenshtein.distance(tokens(text), tokens(words.text))
                said[key] += len(tokens(text))
        cells = (f"{wrong[key] / said[key]:.1%}" for key in ("all", "zf_xiaoni", "zf_xiaoyi", "zm_yunxi", "zm_yunxia"))
        print(f"| {channel} | {' | '.join(cells)} | {empty} of {len(prompts())} |", flush=True)


def cost(engine: Engine) -> None:
    """CPU by length, of speech without a pause."""
    speech = join(*(prompt(name) for name, kind, _ in prompts() if kind == "ivr"))
    print("\n| sound | CPU |\n|---|---|")
    for seconds in (1, 3, 5, 8):
        pieces = [speech[n * RATE * seconds :][: RATE * seconds] for n in range(3)]
        began = time.process_time()
        for piece in pieces:
            engine.hear(piece)
        print(f"| {seconds} s | {(time.process_time() - began) / len(pieces):.2f} s |", flush=True)


def latency(path: Path, lines: int, each: int, every_s: float) -> None:
    """How long answers take, when each of so many lines asks every so often, on average, about 1 to 5 s of speech."""
    took: list[float] = []
    unanswered = 0
    sounds = [prompt(name) for name, _, _ in prompts()]

    def line(seed: int) -> None:
        nonlocal unanswered
        rng = np.random.default_rng(seed)
        with contextlib.closing(Client(path).new_call()) as client:
            for n in range(each):
                time.sleep(rng.uniform(0.5, 1.5) * every_s)
                pcm = sounds[rng.integers(len(sounds))][: int(RATE * rng.uniform(1, 5))]
                began = time.monotonic()
                client.ask(n, pcm, float(n))
                while not (answers := client.ready(0.0)) and time.monotonic() - began < STALE_S:
                    time.sleep(0.005)
                if answers:
                    took.append(time.monotonic() - began)
                else:
                    unanswered += 1

    threads = [threading.Thread(target=line, args=(seed,)) for seed in range(lines)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    p50, p95 = np.percentile(took, [50, 95])
    print(f"| {lines} | {every_s} s | {p50:.2f} s | {p95:.2f} s | {unanswered} of {lines * each} |", flush=True)


def main() -> None:
    """All tables."""
    model = find_model(None)
    assert model is not None
    began = time.monotonic()
    engine = Engine(model)
    print(f"model loaded in {time.monotonic() - began:.2f} s\n")
    accuracy(engine)
    cost(engine)
    print()
    with tempfile.TemporaryDirectory(prefix="w") as folder, Keeper(model, runtime=Path(folder)) as keeper:
        began = time.monotonic()
        pid = up(keeper.socket)
        print(f"service ready after {time.monotonic() - began:.2f} s\n")
        print("| lines | each asks every | p50 | p95 | no answer in 3 s |\n|---|---|---|---|---|")
        for lines, each, every_s in LOADS:
            latency(keeper.socket, lines, each, every_s)
        print(f"\nservice takes {psutil.Process(pid).memory_full_info().pss / 1e6:.0f} MB (PSS)")
        psutil.Process(pid).terminate()


if __name__ == "__main__":
    main()
