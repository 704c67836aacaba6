"""What was said, by its words: which announcement, which machine, or a person.

One speech may mean several things (无人接听，请在滴声后留言); the table's order says which counts. What may still be
changed by the next sentence is not settled before a pause.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from probe.classify.facts import Facts, Utterance
from probe.classify.finding import because
from probe.classify.phrases import Hit, Meaning, meanings_of, table
from probe.classify.syllables import tokens
from probe.model import Because, Cause, Said

WORDS = 0.97  # what a phrase that is heard clearly is worth
NO_ANCHOR = 0.7  # of it, when a person might have said so as well
NO_ANCHOR_HELLO = 0.5  # and when somebody said hello
WEAK = 0.85
DOUBTFUL_TEXT = 0.45  # confidence of the recogniser, below which it counts for less
DOUBTFUL = 0.9
RIVAL = 0.85  # another meaning in the same speech
COMPLETE = 2  # syllables after a phrase, from which on it is not the recogniser's guess at a word cut in two
PAUSE_S = 0.3  # after which what was heard is not cut in two either
UNHEARD_S = 0.35  # speech so long after the end of the text is not in it

SAID_OF_PEOPLE = (  # after the answer a person may say these too, of somebody else
    Cause.BUSY_ANNOUNCEMENT,
    Cause.NO_ANSWER_ANNOUNCEMENT,
    Cause.REJECTED,
    Cause.POWERED_OFF,
    Cause.SUSPENDED,
    Cause.NO_COVERAGE,
    Cause.NETWORK_CONGESTION,
    Cause.VACANT_NUMBER,
    Cause.NUMBER_CHANGED,
)
SAID_BY_PEOPLE = (*SAID_OF_PEOPLE, Cause.OFF_HOURS, Cause.QUEUE)  # and these of themselves


class Spoken(msgspec.Struct, frozen=True):
    """An outcome that was said."""

    cause: Cause
    confidence: float
    evidence: Because
    settled: bool  # whatever comes next does not change it


def announced(facts: Facts, transcript: Sequence[Said], *, after: bool) -> Spoken | None:
    """The outcome that these words name, if any."""
    every = [(said, hit, table().meanings[hit.meaning]) for said in transcript for hit in meanings_of(said.text)]
    anchored = any(hit.meaning == "network" for _, hit, _ in every)
    doubtful = after and not anchored
    people = [hit for _, hit, _ in every if doubtful and hit.meaning == "human"]
    by_people = SAID_BY_PEOPLE if any(not hit.weak and hit.end - hit.begin > 2 for hit in people) else ()
    found = [
        (said, hit, meaning)
        for said, hit, meaning in every
        if meaning.cause
        and (after or not meaning.only_after)
        and (anchored or not hit.weak)
        and meaning.cause not in by_people
    ]
    if not found:
        return None
    said, hit, meaning = min(found, key=lambda f: (f[1].weak, f[1].loose, f[2].order, -f[1].likeness))
    assert meaning.cause is not None
    confidence = WORDS * hit.likeness**0.5
    if doubtful and meaning.cause in SAID_OF_PEOPLE:
        confidence *= NO_ANCHOR_HELLO if people else NO_ANCHOR
    if hit.weak:
        confidence *= WEAK
    if said.confidence < DOUBTFUL_TEXT:
        confidence *= DOUBTFUL
    if any(other.cause is not meaning.cause and not other.pause_s for _, _, other in found):
        confidence *= RIVAL
    again = any(h.meaning == "again" and (s is not said or h.begin >= hit.end) for s, h, _ in every)
    evidence = because("words", at_s=_at_s(said, hit), phrase=hit.text.replace("…", "……"), text=said.text)
    return Spoken(meaning.cause, confidence, evidence, _settled(facts, said, hit, meaning, again=again))


def meant(transcript: Iterable[Said]) -> frozenset[str]:
    """The names of all that these words mean; those of weak phrases with a question mark."""
    return frozenset(hit.meaning + "?" * hit.weak for said in transcript for hit in meanings_of(said.text))


def phrase_of(meaning: str, transcript: Iterable[Said]) -> str:
    """The phrase that was found of a meaning, the surest first; empty without one."""
    hits = [hit for said in transcript for hit in meanings_of(said.text) if hit.meaning == meaning]
    return min(hits, key=lambda hit: (hit.weak, -hit.likeness)).text if hits else ""


def words_of(utterance: Utterance, transcript: Iterable[Said]) -> tuple[Said, ...]:
    """What was understood of an utterance."""
    return tuple(s for s in transcript if s.start_s < utterance.end_s and s.end_s > utterance.start_s)


def goes_on_unheard(facts: Facts, said: Said) -> bool:
    """Whether speech goes on that is not in the text."""
    return _spoken_until_s(facts, said) - said.end_s > UNHEARD_S


def _spoken_until_s(facts: Facts, said: Said) -> float:
    return max((u.end_s for u in facts.utterances if u.start_s < said.end_s), default=said.end_s)


def _quiet_s(facts: Facts, said: Said) -> float:
    """For how long nobody has spoken since these words; 0 while speech goes on that is not in the text."""
    if goes_on_unheard(facts, said):
        return 0.0
    later_s = min((u.start_s for u in facts.utterances if u.start_s >= said.end_s), default=facts.heard_until_s)
    return later_s - _spoken_until_s(facts, said)


def _settled(facts: Facts, said: Said, hit: Hit, meaning: Meaning, *, again: bool) -> bool:
    if meaning.pause_s:
        return again or _quiet_s(facts, said) >= meaning.pause_s
    complete = len(tokens(said.text)) - hit.end >= COMPLETE
    return complete or _quiet_s(facts, said) >= PAUSE_S


def _at_s(said: Said, hit: Hit) -> float:
    """About when a phrase began: words are not timed, syllables are of much the same length."""
    share = hit.begin / max(1, len(tokens(said.text)))
    return said.start_s + share * (said.end_s - said.start_s)
