"""When the words that decide have been said, in each prompt: `python -m tests.corpus.key_phrases` makes the table.

Nobody marked the clips by hand. All syllables of a text are taken to be of one length, and its pauses to be none
(true to about 0.1 s for this even, synthetic speech).
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tests import audio

TABLE = Path(__file__).parent / "key_phrases.tsv"
FRAME = 80  # 10 ms
ACTIVE = 0.03  # of the loudest frame
PAUSE = 6  # frames; a shorter one is a closed consonant
STOPS = "，。？、"
PHRASES: dict[str, tuple[str, ...]] = {  # class of a prompt: the phrases, of which each text has one
    "busy_announcement": ("正在通话中", "正忙"),
    "carrier_assistant": ("智能助理", "来电提醒", "通信助理"),
    "greeting": ("留言", "答录机"),
    "ivr": ("请按一", "请按星号", "输入有误"),
    "switchboard": ("请拨分机号",),
    "no_answer_announcement": ("无人接听",),
    "no_coverage": ("无法接通", "不在服务区"),
    "powered_off": ("已关机",),
    "queue": ("正在转接", "坐席正忙", "坐席全忙"),
    "suspended": ("已停机", "暂停服务"),
    "vacant_number": ("空号",),
    "rejected": ("不方便接听", "拒接"),
    "number_changed": ("已变更", "已改为"),
    "network_congestion": ("网络拥塞", "线路繁忙"),
    "own_line": ("已欠费",),
    "dial_plan": ("加拨区号", "不用加零"),
    "barred": ("限制呼入",),
    "off_hours": ("下班时间", "周一至周五"),
}


@cache
def key_phrases() -> dict[str, float]:
    """Seconds from the start of each prompt to the end of its key phrase."""
    rows = TABLE.read_text(encoding="utf-8").splitlines()[1:]
    return {name: float(end_s) for name, _, end_s in (row.split("\t") for row in rows)}


def measured() -> dict[str, tuple[str, float]]:
    """The table anew: prompt, phrase, seconds."""
    found = {}
    for name, kind, text in audio.prompts():
        phrase = next((p for p in PHRASES.get(kind, ()) if p in text), None)
        if phrase:
            found[name] = phrase, round(said_by_s(audio.prompt(name), text, phrase), 2)
    return found


def spoken_until_s(pcm: audio.Pcm) -> float:
    """The end of the last sound."""
    loud = _loud(pcm)
    return float(len(loud) - int(np.argmax(loud[::-1]))) * FRAME / audio.RATE if loud.any() else 0.0


def said_by_s(pcm: audio.Pcm, text: str, phrase: str) -> float:
    """When `phrase` has been said, in a clip that says `text`."""
    until = text.index(phrase) + len(phrase)
    share = _syllables(text[:until]) / _syllables(text)
    sounding = np.flatnonzero(_closed(_loud(pcm)))
    return float(sounding[min(len(sounding) - 1, round(share * len(sounding)))]) * FRAME / audio.RATE


def _syllables(text: str) -> int:
    return sum(c not in STOPS for c in text)


def _loud(pcm: audio.Pcm) -> npt.NDArray[np.bool_]:
    frames = pcm[: len(pcm) // FRAME * FRAME].reshape(-1, FRAME).astype(np.float64)
    rms = np.sqrt((frames**2).mean(axis=1))
    return rms > ACTIVE * rms.max(initial=0.0)


def _closed(loud: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """With the gaps filled that are too short for a pause."""
    filled = loud.copy()
    sounding = np.flatnonzero(loud)
    for before, after in pairwise(sounding):
        if after - before <= PAUSE:
            filled[before:after] = True
    return filled


def main() -> None:
    """Write the table."""
    rows = [f"{name}\t{phrase}\t{end_s:.2f}" for name, (phrase, end_s) in sorted(measured().items())]
    TABLE.write_text("\n".join(["prompt\tphrase\tend_s", *rows]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
