"""Is it a person, by the words? What people say when they pick up, and what they never say.

Without words these questions have no answer; the rules that ask them (answered.py) then go by timing alone.
"""

from __future__ import annotations

from collections.abc import Iterable

from probe.classify.facts import UNDERSTOOD, Facts, Utterance
from probe.classify.phrases import meanings_of, table
from probe.classify.spoken import meant, words_of
from probe.classify.syllables import tokens
from probe.model import Said

PERSONS_PHRASE = 3  # syllables: what is shorter is in any long speech by chance, but for its beginning and its end
GUESSED = 0.4  # confidence of the recogniser, below which it guesses
SHORT_GREETING = 6  # syllables: "您好" with much behind it is no more than the beginning of a longer speech
GREETING = 13  # syllables: who says more than hello and where we are says that, too, as people do
LAST_OF_NAME = 4  # characters: "请讲" may follow
OFFICES = frozenset("心局科所办辦口厅廳室处處队隊站馆館院会會部委组組线線")


def persons_words(said: Said) -> bool:
    """Whether it holds what only people say, and not by chance."""
    syllables = len(tokens(said.text))
    return said.confidence >= GUESSED and any(
        hit.meaning == "human"
        and not hit.weak
        and (hit.end - hit.begin >= PERSONS_PHRASE or hit.begin <= 1 or hit.end >= syllables - 1)
        for hit in meanings_of(said.text)
    )


def short_hello(said: Said) -> bool:
    """Whether all that is said is a word with which people pick up, and little more."""
    hits = [hit for hit in meanings_of(said.text) if hit.meaning == "human" and hit.begin == 0]
    return bool(hits) and len(tokens(said.text)) <= SHORT_GREETING


def names_the_office(said: Said) -> bool:
    """Whether it is a hello and where we are, and nothing else: "您好，青少年活动中心"."""
    hello = any(hit.meaning == "human" and hit.begin == 0 for hit in meanings_of(said.text))
    named = not OFFICES.isdisjoint(said.text.rstrip("。，,.!！?？ ")[-LAST_OF_NAME:])
    return hello and named and said.confidence >= GUESSED and len(tokens(said.text)) <= GREETING


def of_no_person(heard: Iterable[Said]) -> bool:
    """Whether something is said that announcements say, and nothing that people do."""
    heard = tuple(heard)
    return of_machines(heard) and not meant(heard) & {"human", "human?"}


def of_machines(heard: Iterable[Said]) -> bool:
    """Whether something is said that announcements and machines say."""
    named = _named(meant(heard))
    return bool(named & {"network", "again"}) or any(table().meanings[name].cause for name in named)


def words_of_nobody(facts: Facts, utterance: Utterance) -> bool:
    """Whether it was understood, and a person would hardly have said it: no more than a hello in a speech."""
    heard = [said for said in words_of(utterance, facts.words) if said.confidence >= UNDERSTOOD]
    meanings = meant(heard)
    speech = sum(len(tokens(said.text)) for said in heard) > GREETING
    if not heard or "human" in meanings:
        return False
    return speech or "human?" not in meanings or any(table().meanings[name].cause for name in _named(meanings))


def _named(meanings: Iterable[str]) -> set[str]:
    return {name.removesuffix("?") for name in meanings}
