"""What the words of a menu offer: which key for what. Pure, and forgiving of what a recogniser writes."""

from __future__ import annotations

import re

from rapidfuzz.distance import Levenshtein

from probe.classify.syllables import tokens

SAME_WORDS = 0.75  # of the syllables of two hearings of one prompt; two sentences of one menu share less
MOST_LABEL = 24  # characters

_NAMED = [
    (re.compile(r"星号键?|米字键|星键|星花键|star(?: key)?", re.I), "*"),
    (re.compile(r"井号键?|警号键?|井字键|井键|(?:pound|hash)(?: key| sign)?", re.I), "#"),
]
_DIGITS = str.maketrans("零〇一壹幺二两三四五六七八九", "00111223456789")
_ENGLISH = {n: str(i) for i, n in enumerate("zero one two three four five six seven eight nine".split())}  # noqa: SIM905
_KEY = r"([0-9*#])(?![0-9])"
_OFFER = re.compile(
    rf"(?:请?直?接?[按拨摁]|选择?)(?:1下|数字|数码|下|键)?\s*{_KEY}\s*(?:号?键|号)?"
    rf"|\bpress(?:ing)?\s+(?:the\s+)?(?:number\s+)?{_KEY}",
    re.I,
)
_CUT = re.compile(r"[，。、；：！？,.;:!?]")
_LEADING = re.compile(r"^(?:\s|请|如需|若需|需要|如果|如|to\s+|for\s+|or\s+|and\s+)+", re.I)
_INVALID = re.compile(
    r"(?:输入|按键|选择|号码|分机|操作)(?:有误|错误|无效|不正确)|无效(?:的)?(?:按键|输入|选择|键)|没有(?:此|该|这个)(?:选项|选择|菜单|分机)"
    r"|重新(?:输入|选择|按键)|invalid|not a valid|incorrect (?:choice|entry|option)",
    re.I,
)
_PERSON = re.compile(
    r"人工|坐席|座席|话务员|接线员|客服代表|工作人员|operator|agent|representative|speak to (?:a|some)", re.I
)
_BACK = re.compile(r"返回|主菜单|上一?级|上一?层|重听|main menu|previous|go back|return|repeat", re.I)


def offers(text: str) -> dict[str, str]:
    """The keys that these words offer, each with what it is said to lead to ("" when that was not understood)."""
    written = _named(text)
    plain = written.translate(_DIGITS)  # as long, character by character
    found: dict[str, str] = {}
    since = 0
    for match in _OFFER.finditer(plain):
        key = match[1] or match[2]
        before = _CUT.split(written[since : match.start()].rstrip("，。、；：,.;: "))[-1]
        label = _LEADING.sub("", before).strip()
        if match[2] and not label:  # "press 1 for English"
            label = _LEADING.sub("", _CUT.split(written[match.end() :])[0]).strip()
        found.setdefault(key, label[-MOST_LABEL:])
        since = match.end()
    return found


def says_invalid(text: str) -> bool:
    """Whether these words say that a key was none of the menu's."""
    return _INVALID.search(text) is not None and len(offers(text)) < 2


def says_person(label: str) -> bool:
    """Whether what a key is said to lead to is a person."""
    return _PERSON.search(label) is not None


def says_back(label: str) -> bool:
    """Whether what a key is said to lead to is where one comes from."""
    return _BACK.search(label) is not None


def same_words(one: str, other: str) -> bool:
    """Whether two texts are the same sentence, as two hearings of it would be written; by sound."""
    return likeness(one, other) >= SAME_WORDS


def likeness(one: str, other: str) -> float:
    """How alike two texts sound, 0..1."""
    return float(Levenshtein.normalized_similarity(tokens(one), tokens(other)))


def _named(text: str) -> str:
    """With the keys that have names as they stand on a telephone."""
    for pattern, key in _NAMED:
        text = pattern.sub(key, text)
    return re.sub(r"\b(" + "|".join(_ENGLISH) + r")\b", lambda m: _ENGLISH[m[1].lower()], text, flags=re.I)
