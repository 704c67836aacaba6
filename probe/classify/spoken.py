"""What was said, by its words: which announcement, which machine, or a person.

One speech may mean several things (无人接听，请在滴声后留言); the table's order says which counts. What may still be
changed by the next sentence is not settled before a pause.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec
from rapidfuzz.distance import Levenshtein

from probe.classify.facts import UNDERSTOOD, Facts, Utterance
from probe.classify.finding import because
from probe.classify.phrases import Hit, Meaning, meanings_of, table
from probe.classify.quotes import unquoted
from probe.classify.syllables import tokens
from probe.model import Because, Cause, Said

WORDS = 0.97  # what a phrase that is heard clearly is worth
NO_ANCHOR = 0.7  # of it, when a person might have said so as well
NO_ANCHOR_HELLO = 0.5  # and when somebody said hello
WEAK = 0.85
DOUBTFUL_TEXT = 0.45  # confidence of the recogniser, below which it counts for less
DOUBTFUL = 0.9
RIVAL = 0.85  # another meaning in the same speech
SURE = 0.8  # below, the announcement is heard once more
AS_SURE = 0.12  # so much less sure is a meaning that comes before another
SENTENCE, ALIKE = 6, 0.6  # syllables of a sentence, and how many of them are alike when it is heard again
MOST_HEARINGS = 2  # that count: what is misheard alike is misheard again
OF_IT = 3  # syllables between what was dialled and what is said of it
HELLO = 2  # syllables before a hello at most: later, it is part of another word
COMPLETE = 2  # syllables after a phrase, from which on it is not the recogniser's guess at a word cut in two
LONG_HIT = 8  # syllables: what spans so much is no cut word, 请按一，失业金请按
GUESSED_PAUSE_S = 0.45  # after which more of a sentence is not to come
READ_WELL = 0.9  # likeness
PAUSE_S = 0.3  # after which what was heard is not cut in two either
UNHEARD_S = 0.35  # speech so long after the end of the text is not in it

WHOM_WE_CALLED = ("拨打", "拨叫", "呼叫", "所拨", "用户", "被叫", "机主", "subscriber")
_CASUAL = re.compile(
    "[吧呢呀嘛啦哦噢咱]|那[个個]|[我他她](现在|這|这|也|帮|幫|给|給|正|不|没|沒|刚|剛|让|讓|跟|今天|的手)|你(找|说|說|留|過來|过来|大|這|这|那|哪|稍等)|[來来]得及"
)

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


class _Reading(msgspec.Struct, frozen=True):
    """A meaning that was read in a passage."""

    said: Said
    hit: Hit
    meaning: Meaning

    @property
    def confidence(self) -> float:
        confidence: float = WORDS * self.hit.likeness**0.5
        if self.hit.weak:
            confidence *= WEAK
        return confidence * DOUBTFUL if self.said.confidence < DOUBTFUL_TEXT else confidence


def announced(facts: Facts, transcript: Sequence[Said], *, after: bool) -> Spoken | None:
    """The outcome that these words name, if any."""
    every = [(said, hit) for said in transcript for hit in meanings_of(said.text)]
    meanings = table().meanings
    again_alike = any(same_words([one], [other]) for one, other in pairwise(transcript))
    anchored = again_alike or any(hit.meaning == "network" for _, hit in every)  # only machines say a sentence twice
    casual = after and talks(transcript)
    doubtful = after and (casual or not anchored)
    people = [hit for _, hit in every if doubtful and hit.meaning == "human"]
    by_people = SAID_BY_PEOPLE if casual or any(not h.weak and h.end - h.begin > 2 for h in people) else ()
    found = [
        _Reading(said, hit, meaning)
        for said, hit in every
        if (meaning := meanings[hit.meaning]).cause
        and (after or not meaning.only_after)
        and (anchored or not hit.weak)
        and meaning.cause not in by_people
    ]
    if any(_of_a_number(reading, every) for reading in found):
        found = [reading for reading in found if not reading.meaning.only_after]  # 请拨八 is then no menu
    if not found:
        return None
    said_of_people = (NO_ANCHOR_HELLO if people or casual else NO_ANCHOR) if doubtful else 1.0
    best, confidence = _weighed(found, said_of_people)
    said, hit, meaning = best.said, best.hit, best.meaning
    assert meaning.cause is not None
    if any(other.meaning.cause is not meaning.cause and not other.meaning.pause_s for other in found):
        confidence *= RIVAL
    evidence = because("words", at_s=_at_s(said, hit), phrase=hit.text.replace("…", "……"), text=said.text)
    evidence = unquoted(evidence) if after else evidence  # a person may have said the rest
    settled = confidence >= SURE and any(
        _settled(facts, transcript, reading, every, after=after)
        for reading in found
        if reading.meaning.cause is meaning.cause and reading.hit.likeness >= hit.likeness
    )
    return Spoken(meaning.cause, confidence, evidence, settled)


def talks(transcript: Iterable[Said]) -> bool:
    """Whether it is put as people talk and no recording does: 你找谁呀, 我现在忙着呢, 他的手机关机了."""
    transcript = tuple(transcript)
    casual = any(_CASUAL.search(said.text) and said.confidence >= UNDERSTOOD for said in transcript)
    return casual and not names_whom_we_called(transcript)


def names_whom_we_called(transcript: Iterable[Said]) -> bool:
    """Whether the network speaks, for certain: 您拨打的用户, 机主."""
    return any(_firm(hit) for said in transcript for hit in meanings_of(said.text))


def _firm(hit: Hit) -> bool:
    return hit.meaning == "network" and not hit.loose and any(word in hit.text for word in WHOM_WE_CALLED)


def _of_a_number(reading: _Reading, every: Sequence[tuple[Said, Hit]]) -> bool:
    """Whether it is said of a number that was dialled, right behind its name: 您拨打的用户已停机."""
    hit = reading.hit
    return not (reading.meaning.only_after or hit.weak or hit.loose) and any(
        other.meaning == "network"
        and said is reading.said
        and hit.end - other.end >= 0
        and hit.begin - other.end <= OF_IT
        and hit.begin > other.begin
        for said, other in every
    )


def _comes_round(said: Said, hit: Hit, every: Sequence[tuple[Said, Hit]]) -> bool:
    """Whether the announcement has begun anew since: 您拨打的用户 is said before its outcome and behind it."""
    here = [h for s, h in every if s is said and h.meaning == "network"]
    return any(h.end <= hit.end and h.text in {later.text for later in here if later.begin >= hit.end} for h in here)


def _weighed(found: list[_Reading], said_of_people: float) -> tuple[_Reading, float]:
    """The reading that counts, and its confidence. An announcement that comes round is heard anew each time: what is
    read in it again is surer, and what was read in it once has to be as sure as that."""
    each: dict[Cause, list[_Reading]] = {}
    for passage in {reading.said.start_s: None for reading in found}:
        heard = min((r for r in found if r.said.start_s == passage), key=_rank)
        assert heard.meaning.cause is not None
        each.setdefault(heard.meaning.cause, []).append(heard)
    total: dict[Cause, float] = {}
    for cause, readings in each.items():
        factor = said_of_people if cause in SAID_OF_PEOPLE else 1.0
        doubt = 1.0
        for reading in sorted(readings, key=lambda r: -r.confidence)[:MOST_HEARINGS]:
            doubt *= 1 - reading.confidence
        total[cause] = WORDS * min(1.0, (1 - doubt) / WORDS) * factor
    most = max(total.values())
    best = min((r for cause, rs in each.items() if total[cause] >= most - AS_SURE for r in rs), key=_rank)
    assert best.meaning.cause is not None
    return best, total[best.meaning.cause]


def _rank(reading: _Reading) -> tuple[bool, bool, int, float]:
    hit = reading.hit
    return hit.weak, hit.loose, reading.meaning.order, -hit.likeness


def same_words(first: Iterable[Said], second: Iterable[Said]) -> bool:
    """Whether a whole sentence is said twice, as machines do."""
    one, other = (tuple(t for said in heard for t in tokens(said.text)) for heard in (first, second))
    longest = max(len(one), len(other))
    return longest >= SENTENCE and 1 - Levenshtein.distance(one, other) / longest >= ALIKE


def meant(transcript: Iterable[Said]) -> frozenset[str]:
    """The names of all that these words mean; those of weak phrases with a question mark."""
    return frozenset(
        hit.meaning + "?" * hit.weak
        for said in transcript
        for hit in meanings_of(said.text)
        if not (hit.weak and hit.meaning == "human" and hit.begin > HELLO)
    )


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


def _settled(
    facts: Facts, transcript: Sequence[Said], reading: _Reading, every: Sequence[tuple[Said, Hit]], *, after: bool
) -> bool:
    """Whether nothing can come that changes it: enough was said behind it, or it is quiet."""
    said, hit, meaning = reading.said, reading.hit, reading.meaning
    pause_s = 0.0 if meaning.final_before and not after else meaning.pause_s
    if hit.weak or hit.likeness < READ_WELL:  # the rest of the sentence may say it better
        return _quiet_s(facts, said) >= max(pause_s, GUESSED_PAUSE_S)
    if pause_s:
        again = any(h.meaning == "again" and (s is not said or h.begin >= hit.end) for s, h in every)
        return again or _comes_round(said, hit, every) or _quiet_s(facts, said) >= pause_s
    if hit.end - hit.begin >= LONG_HIT:
        return True
    later = sum(len(tokens(other.text)) for other in transcript if other.start_s >= said.end_s)
    return len(tokens(said.text)) - hit.end + later >= COMPLETE or _quiet_s(facts, said) >= PAUSE_S


def _at_s(said: Said, hit: Hit) -> float:
    """About when a phrase began: words are not timed, syllables are of much the same length."""
    share = hit.begin / max(1, len(tokens(said.text)))
    return said.start_s + share * (said.end_s - said.start_s)
