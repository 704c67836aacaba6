"""Texts become recordings ahead of any call: espeak-ng reads pinyin, a synthetic voice that nobody takes for a person.

espeak-ng's own Chinese dictionary guesses at characters with several readings; pypinyin knows more of them, so what is
handed over is pinyin (the voice `cmn-latn-pinyin`).
"""

from __future__ import annotations

import io
import shutil
import subprocess
from functools import cache
from math import gcd
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import resample_poly  # type: ignore[import-untyped]

from probe.errors import ScenarioError
from probe.hints import shown

ESPEAK = "espeak-ng"
RATE_HZ = 8000  # what a line plays
WORDS_PER_MINUTE = 150
PEAK = 0.5  # of full scale: as loud as the library's recordings
LIMIT_S = 30.0
_DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")  # one by one, as numbers are said on the telephone
_PAUSES = str.maketrans("，。、；：？！“”‘’（）—…", ",.,;:?!      ,,")


def pinyin(text: str) -> str:
    """Chinese text → "nin2 hao3, qing3 wen4 …", tones as digits (5: neutral)."""
    from pypinyin import Style, lazy_pinyin

    _know_phrases()
    said = lazy_pinyin(text.translate(_DIGITS), style=Style.TONE3, neutral_tone_with_five=True)
    return " ".join(piece.translate(_PAUSES) for piece in said)


@cache
def _know_phrases() -> None:
    """Lines do without pypinyin's phrase book (46 MB); here 银行行长 is to be read right."""
    from pypinyin import load_phrases_dict
    from pypinyin.phrases_dict import phrases_dict

    load_phrases_dict(phrases_dict)


def prepare(text: str, path: Path) -> float:
    """Write a WAV of this text (8 kHz, mono, 16 bit) and return its seconds. ScenarioError when that cannot be done."""
    program = shutil.which(ESPEAK)
    if program is None:
        raise ScenarioError("scenario.no_espeak")
    command = [program, "-v", "cmn-latn-pinyin", "-s", str(WORDS_PER_MINUTE), "--stdin", "--stdout"]
    try:
        done = subprocess.run(command, input=pinyin(text).encode(), capture_output=True, timeout=LIMIT_S, check=True)
        heard, rate_hz = soundfile.read(io.BytesIO(done.stdout), dtype="float64")
    except (OSError, subprocess.SubprocessError, soundfile.LibsndfileError) as error:
        raise ScenarioError("scenario.espeak_failed", text=shown(text), reason=shown(str(error))) from error
    if not np.any(heard):
        raise ScenarioError("scenario.espeak_failed", text=shown(text), reason="silence")
    common = gcd(RATE_HZ, rate_hz)
    wave = resample_poly(heard, RATE_HZ // common, rate_hz // common)
    wave *= PEAK / np.max(np.abs(wave))
    unfinished = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(unfinished, wave, RATE_HZ, subtype="PCM_16", format="WAV")
        unfinished.replace(path)
    except (OSError, soundfile.LibsndfileError) as error:
        raise ScenarioError("scenario.not_written", file=path, reason=shown(str(error))) from error
    return len(wave) / RATE_HZ
