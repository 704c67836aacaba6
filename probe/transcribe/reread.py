"""A second look at an announcement whose deciding words were misread.

Where 您拨打的用户 was read and nothing that says why, few words can follow (data/reread.toml). The model is asked how
likely each of them is, given the sound and what was read before. In noise the right ones are above those of other
causes by two to four nats a token, and other speech is far from all of them: no announcement is read into it.
"""

from __future__ import annotations

import math
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from probe.classify.phrases import NETWORK, Hit, meanings_of, table
from probe.classify.syllables import distance, placed, tokens
from probe.model import Cause

LEAST_REST = 3  # syllables after the beginning: with less, the rest has not been heard yet
LATEST = 12  # syllables within which the beginning ends: it is the sentence's first
NEAR_VERB, NEAR = 1.1, 2.0  # how far 拨打, and all of 拨打的用户, may be from what was read there …
NEAR_SUBJECT = 0.35  # … and 的用户 alone, where the network speaks
LIKELY = ((-2.3, 1.2), (-4.5, 2.2))  # mean log-probability of a token, and by how much it is above every other cause's
LEAST_FIRST = -7.0  # log-probability of the first token; with less, nothing here was said
MOST = 12  # endings that are compared to their end
_DIALLED = tuple(map(tokens, ("拨打", "拨叫", "呼叫", "所拨", "要找")))
_SUBJECTS = tuple(map(tokens, ("用户", "电话", "号码", "手机", "客户", "分机")))
_OF = tokens("的")
_OURS = frozenset(tokens("您你敬"))  # 您的电话, 尊敬的用户: not whom we called
_SIMPLE = "无应暂时联务区关机处于状态费线话号没记变来绝设现听经启断办开换销户为"
_TRADITIONAL = "無應暫時聯務區關機處於狀態費線話號沒記變來絕設現聽經啟斷辦開換銷戶為"

Ending = tuple[int, ...]  # tokens
Floats = npt.NDArray[Any]


def beginning(text: str) -> str | None:
    """The text up to where the network says why, when no reason was read there; None when there is no need, or no such
    place."""
    said = placed(text)
    sounds = tuple(sound for sound, _ in said)
    hits = meanings_of(text)
    network = any(hit.meaning in NETWORK for hit in hits)
    for at in range(2, min(LATEST, len(said) - LEAST_REST + 1)):
        if _names_whom_we_called(sounds[:at], network=network):
            return None if any(_says_why(hit) for hit in hits) else text[: said[at - 1][1]]
    return None


def _names_whom_we_called(sounds: tuple[str, ...], *, network: bool) -> bool:
    """Whether 您拨打的用户 ends here, as far as it was read."""
    subject = min(_unlike(sounds[-2:], name) for name in _SUBJECTS)
    of = _unlike(sounds[-3:-2], _OF)
    dialled = min(_unlike(sounds[-5:-3], verb) for verb in _DIALLED)
    if dialled <= NEAR_VERB and dialled + of + subject <= NEAR:
        return True
    return network and of + subject <= NEAR_SUBJECT and _OURS.isdisjoint(sounds[-4:-3])


def _unlike(sounds: tuple[str, ...], others: tuple[str, ...]) -> float:
    if len(sounds) < len(others):
        return len(others)
    return sum(map(distance, sounds, others))


def _says_why(hit: Hit) -> bool:
    meaning = table().meanings[hit.meaning]
    return meaning.cause is not None and not hit.weak and not meaning.only_after


@cache
def _causes() -> dict[str, Cause]:
    """The endings, simplified and traditional: the model goes on in the script in which it began."""
    data = tomllib.loads((files("probe") / "data" / "reread.toml").read_text(encoding="utf-8"))
    simple = {text: Cause(cause) for cause, texts in data.items() for text in texts}
    return simple | {text.translate(str.maketrans(_SIMPLE, _TRADITIONAL)): cause for text, cause in simple.items()}


class Rereader:
    """Asks a loaded Whisper model (CTranslate2) again. `prompt`: the tokens before any text."""

    def __init__(self, whisper: Any, tokenizer: Any, prompt: list[int]) -> None:
        from ctranslate2 import StorageView

        self._view = StorageView.from_array
        self._whisper = whisper
        self._tokenizer = tokenizer
        self._prompt = prompt
        self._endings: dict[Ending, str] = {tuple(tokenizer.encode(text)): text for text in _causes()}

    def read(self, encoded: Any, text: str) -> str:
        """The text with the ending that fits this sound best, or as it is. `encoded`: of one passage."""
        begun = beginning(text)
        if begun is None:
            return text
        liked = self._liked(np.array(encoded), self._tokenizer.encode(begun))
        best = max(liked, key=lambda ending: liked[ending], default=None)
        if best is None:
            return text
        cause = _causes()[self._endings[best]]
        others = [score for ending, score in liked.items() if _causes()[self._endings[ending]] is not cause]
        clearer = liked[best] - max(others, default=-math.inf)
        if not any(liked[best] >= least and clearer >= enough for least, enough in LIKELY):
            return text
        return begun + self._endings[best] + "，" + text[len(begun) :]

    def _liked(self, encoded: Floats, known: list[int]) -> dict[Ending, float]:
        """Mean log-probability of a token of each ending that may fit; first those are dropped that begin otherwise."""
        first = self._likely(encoded, known, [()])[0][0]
        begun = sorted(self._endings, key=lambda ending: -first[ending[0]])[:MOST]
        if first[begun[0][0]] < LEAST_FIRST:
            return {}
        each = self._likely(encoded, known, begun)
        return {
            ending: float(np.mean([row[token] for row, token in zip(rows, ending, strict=False)]))
            for ending, rows in zip(begun, each, strict=True)
        }

    def _likely(self, encoded: Floats, known: list[int], endings: list[Ending]) -> list[list[Floats]]:
        """For each of these the log-probabilities of every token in its place, and of what comes after it."""
        steps = len(known) + max(map(len, endings)) + 1
        results = self._whisper.generate(
            self._view(np.ascontiguousarray(np.repeat(encoded, len(endings), axis=0))),
            [[*self._prompt, *known, *ending] for ending in endings],
            beam_size=1,
            max_length=max(2 * steps, steps + len(self._prompt)),  # half of it is for the text
            suppress_blank=False,
            suppress_tokens=[],
            return_logits_vocab=True,
        )
        return [[_log_softmax(row) for row in result.logits[0][len(known) : steps]] for result in results]


def _log_softmax(logits: Any) -> Floats:
    row: Floats = np.array(logits).reshape(-1).astype(np.float64)
    row -= row.max()
    row -= np.log(np.exp(row).sum())
    return row
