"""Every case on many lines: the same call through other codecs, levels, noises and losses. Deterministic.

What a recipe says of its own line stays as it is; a variant fills in the rest. Variant 0 is the case itself.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import msgspec

from tests.corpus.evidence import read_expect
from tests.corpus.recipe import Recipe, folders
from tests.line import Line

FAINTEST_DBM0 = -35.0  # the faintest that is to be heard (telephony.md, section 1)
PROMPT_DBM0 = -13.0  # of the practice prompts as they are
LEVELS_DB = (-10.0, 5.0)
LEAST_SNR_DB = {"tone": 10.0}
SPEECH_SNR_DB = 15.0
QUIETEST_DBM0, LOUDEST_FLOOR_DBM0 = -66.0, -54.0


def calls(total: int) -> list[tuple[Path, int]]:
    """At least so many calls if there are fewer cases than that: the cases, then all that have sound on other lines."""
    silent = [folder for folder in folders() if not (folder / "recipe.yaml").exists()]
    heard = [folder for folder in folders() if folder not in silent]
    lines = max(1, -(-(total - len(silent)) // len(heard)))
    every = [(folder, 0) for folder in silent] + [(folder, i) for i in range(lines) for folder in heard]

    def place(call: tuple[Path, int]) -> tuple[int, float]:
        folder, number = call
        return number, Random(f"{folder.name} {number}").random()  # the same wherever the checkout lies

    return sorted(every, key=place)[: max(total, 1)] if total else every


def line_of(folder: Path, recipe: Recipe, number: int) -> Line:
    """The line of a variant."""
    if number == 0:
        return recipe.line
    kind = read_expect(folder)["kind"]
    drawn = _drawn(Random(f"{folder.name}/{number}"), kind, _level_dbm0(recipe))
    own: dict[str, Any] = msgspec.to_builtins(recipe.line)
    if "snr_db" in own or "noise_dbm0" in own:
        drawn = {key: value for key, value in drawn.items() if key not in ("noise", "snr_db", "noise_dbm0")}
    return msgspec.convert({**drawn, **own}, Line)


def _drawn(rng: Random, kind: str, level_dbm0: float) -> dict[str, Any]:
    low_db = max(LEVELS_DB[0], min(0.0, FAINTEST_DBM0 - level_dbm0))
    line: dict[str, Any] = {
        "seed": rng.randrange(10**6),
        "level_db": round(rng.uniform(low_db, LEVELS_DB[1]), 1),
        "codec": rng.choices(("alaw", "ulaw", "amr"), (6, 2, 2))[0],
        "noise": rng.choices(("white", "pink", "hum", "babble", "office"), (4, 3, 1, 1, 1))[0],
    }
    if rng.random() < 0.4 and kind != "silence":
        people = line["noise"] in ("babble", "office")
        least_db = SPEECH_SNR_DB if people else LEAST_SNR_DB.get(kind, SPEECH_SNR_DB)
        line["snr_db"] = round(rng.uniform(least_db, 30.0), 1)
    else:
        line["noise_dbm0"] = round(rng.uniform(QUIETEST_DBM0, LOUDEST_FLOOR_DBM0), 1)
    if rng.random() < 0.3:
        line["loss"] = rng.choice((0.01, 0.02, 0.03))
        line["conceal"] = rng.random() < 0.5
    if rng.random() < 0.3:
        line["drift"] = round(rng.uniform(-0.005, 0.005), 4)
    if rng.random() < 0.15:
        line["band"] = [300, 3400]
    if rng.random() < 0.05:
        line["gap_s"] = round(rng.uniform(0.06, 0.12), 2)
    return line


def _level_dbm0(recipe: Recipe) -> float:
    """Of the faintest tone or prompt."""
    levels = [step.dbm0 for step in recipe.sounds if step.tone is not None]
    levels += [PROMPT_DBM0 + step.db for step in recipe.sounds if step.prompt is not None]
    return min(levels, default=0.0)
