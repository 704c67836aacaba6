"""Rules for a call that was answered: a person, a machine, or nothing at all.

Without words a person is told by waiting: who picks up says something short and then listens. A machine talks on,
beeps, plays music, repeats itself, or is a known recording. Calling a machine a person is the worst mistake here, so
the longer the first utterance is, the longer the wait must be.
"""

from __future__ import annotations

from itertools import pairwise

from probe.classify.facts import QUIETER_DB, UNDERSTOOD, UNDERSTOOD_QUIETER_DB, Facts, Utterance, is_quiet
from probe.classify.finding import LEAST, Finding, Rule, because
from probe.classify.persons import (
    names_the_office,
    of_machines,
    of_no_person,
    persons_words,
    short_hello,
    words_of_nobody,
)
from probe.classify.signalling import network_failed
from probe.classify.spoken import (
    announced,
    goes_on_unheard,
    meant,
    names_whom_we_called,
    phrase_of,
    same_words,
    talks,
    words_of,
)
from probe.classify.unanswered import SURE_CYCLES, TONES, recording, tone_heard
from probe.model import Because, Cause, Kind, Segment

DROPPED_S = 3.0  # telephony.md §4
SILENT_S = 8.0
NOISE_S = 9.5  # in noise somebody might be there who speaks softly
FAX_S = 0.7
BEEP_AFTER_SPEECH_S = 1.2  # a greeting is at least this long
BEEP_WAIT_S = 0.4  # after the beep: no second one follows
RING_WAIT_S = 4.6  # after one that may be a ring of the phone that we are put through to
RING_HZ, RING_S = (444.0, 456.0), 0.8  # Chinese ringback, as it is where we mostly call
MUSIC_S, MUSIC_SURE_S, MUSIC_SPOKEN_SURE_S = 2.0, 4.0, 8.0
TALKS_ON_S = 10.0  # nobody who picks up says more than this without waiting
SHORT_S, SHORT_WAIT_S = 1.85, 0.9  # "喂，你好" and then nothing; the shortest announcement known takes 2.0 s
PERSON_S, PERSON_WAIT_S = 6.2, 4.5  # a whole greeting; by then most announcements have begun again, or beeped
UNDERSTOOD_WAIT_S = 2.5  # after a sentence that was read and in which nothing is a machine's
PERSON_SURE_S = 7.0  # and by then nearly all
LONG_SENTENCE_S = 4.2  # what is longer, and not followed by a question, is more often a recording
QUESTION_S = 1.3  # "喂？您好？" after a long greeting; "您的输入有误" takes longer
FIRST_WORD_S = 7.0  # after the answer
LEAST_SPEECH_S = 0.2
GREETING_S = 10.0  # of speech: a long greeting
GREETED_WAIT_S = 0.7  # after words that only people say
TAIL_WAIT_S = 3.0  # after a few words that people do not say: the end of an announcement that comes round
HELLO_WAIT_S = 3.5  # after a whole greeting of which no more than "您好" was understood
GUESSED_WAIT_S = 1.5  # where the words of more than a hello are half guessed: a machine only draws breath
OFFICE_WAIT_S = 1.3  # after a hello and the name of an office
WELCOMED_WAIT_S = 2.5  # "欢迎致电" and a pause: a menu may follow
AGAIN_S = (1.2, 7.0)  # silence after which a person asks again, "喂？喂？"
PIECES_S, PIECES_WAIT_S = 5.0, 6.5
MACHINE_S = 1.8  # a shorter repeat may be a person who says the same again
MENU_LAG_S = 7.5  # announcements come round sooner than this, most menus later
LEAVES_S = 4.0  # a machine that hangs up so soon after it has spoken was no menu


def known_recording(facts: Facts) -> Finding | None:
    """Words that are known: an announcement after a 200, a menu, a queue or a voicemail."""
    heard = next((u.known for u in facts.said if u.known), None)
    if heard is None or heard.known is None:
        return None
    return Finding(Cause(heard.known), 0.95, (_answer(facts), recording(heard)), sure=True)


def words(facts: Facts) -> Finding | None:
    """What an announcement, a menu or a machine says."""
    spoken = announced(facts, facts.words, after=True)
    if spoken is None or spoken.confidence < LEAST:
        return None
    return Finding(spoken.cause, spoken.confidence, (_answer(facts), spoken.evidence), sure=spoken.settled)


def greets(facts: Facts) -> Finding | None:
    """Somebody says what people say when they pick up, and waits for us."""
    people = _people(facts)
    if not people or facts.answered_s is None or sum(u.speech_s for u in people) > GREETING_S:
        return None
    last = people[-1]
    heard = words_of(last, facts.words)
    if not heard or goes_on_unheard(facts, heard[-1]) or names_whom_we_called(heard):
        return None
    meanings = meant(heard)
    if any(persons_words(said) for said in heard):
        enough_s = GREETED_WAIT_S
    elif any(short_hello(said) for said in heard):
        enough_s = WELCOMED_WAIT_S if "welcome" in meanings else SHORT_WAIT_S
    elif (names_the_office(heard[-1]) and "welcome" not in meanings) or talks(heard):
        enough_s = OFFICE_WAIT_S
    else:
        return None
    if last.duration_s > SHORT_S and min(said.confidence for said in heard) < UNDERSTOOD:
        enough_s = max(enough_s, GUESSED_WAIT_S)
    wait_s = _wait_s(facts, last)
    if wait_s < enough_s:
        return None
    after_s = people[0].start_s - facts.answered_s
    # what else a person said is nobody's business
    told = because("greeted", after_s=after_s, phrase=phrase_of("human", heard), wait_s=wait_s)
    return Finding(Cause.HUMAN, 0.95, (_answer(facts), told), sure=True)


def fax(facts: Facts) -> Finding | None:
    """CED, ITU-T T.30."""
    for segment in facts.after:
        if segment.kind is Kind.FAX and (segment.duration_s >= FAX_S or segment.cycles >= 2):
            heard = because("tone_fax", at_s=segment.start_s, hz=segment.hz or 0.0, seconds=segment.duration_s)
            return Finding(Cause.FAX, 0.97, (_answer(facts), heard), sure=True)
    return None


def voicemail(facts: Facts) -> Finding | None:
    """Speech, then one beep, then silence; unless the speech was about being put through."""
    if "notice" in meant(facts.words):
        return None
    for index, segment in enumerate(facts.after):
        ring = segment.kind is Kind.RINGBACK and segment.cycles == 1  # as high and as long as a ring, and only one
        if not (ring or segment.kind is Kind.BEEP):
            continue
        if facts.now_s - segment.end_s < (RING_WAIT_S if _like_a_ring(segment) else BEEP_WAIT_S):
            continue
        spoken_s = sum(s.duration_s for s in facts.after[:index] if s.kind is Kind.SPEECH)
        later = [s for s in facts.after[index + 1 :] if s.kind not in (Kind.SILENCE, Kind.NOISE)]
        if spoken_s >= BEEP_AFTER_SPEECH_S and not (later and later[0].start_s - segment.end_s < BEEP_WAIT_S):
            heard = because(
                "beep",
                seconds=spoken_s,
                at_s=segment.start_s,
                hz=segment.hz or 0.0,
                beep_s=segment.duration_s,
            )
            cause = Cause.OFF_HOURS if "off_hours" in meant(facts.words) else Cause.GREETING
            return Finding(cause, 0.93, (_answer(facts), heard), sure=True)
    return None


def tone(facts: Facts) -> Finding | None:
    """A call-progress tone although a 200 came; after words of somebody it only says that they hung up."""
    if facts.said:
        return None
    for segment in reversed(facts.after):
        if segment.kind in TONES and segment.cycles >= SURE_CYCLES[segment.kind] - 1:
            sure = segment.cycles >= SURE_CYCLES[segment.kind]
            return Finding(TONES[segment.kind], 0.9 if sure else 0.6, (_answer(facts), tone_heard(segment)), sure=sure)
    return None


def queue(facts: Facts) -> Finding | None:
    """Music after the answer: we are made to wait."""
    music = [s for s in facts.after if s.kind is Kind.MUSIC]
    heard_s = sum(s.duration_s for s in music)
    if heard_s < MUSIC_S:
        return None
    over_it = any(u.start_s >= music[0].start_s and not u.known for u in facts.said)  # a menu, perhaps
    sure = heard_s >= (MUSIC_SPOKEN_SURE_S if over_it else MUSIC_SURE_S)
    heard = because("music", at_s=music[0].start_s, seconds=heard_s)
    return Finding(Cause.QUEUE, 0.88 if sure else 0.6, (_answer(facts), heard), sure=sure)


def repeats_itself(facts: Facts) -> Finding | None:
    """The same recording again: a machine. A long one is a menu; a short one may be any announcement."""
    again = [u for u in facts.said if u.repeated and u.duration_s >= MACHINE_S]
    if not again:
        return None
    heard = because("repeats", at_s=again[0].start_s, seconds=again[0].duration_s)
    lags = [s.start_s - s.repeat_of_s for s in facts.after if s.repeat_of_s is not None]
    if min(lags) >= MENU_LAG_S and not _left(facts):
        return Finding(Cause.IVR, 0.62, (_answer(facts), heard))
    return Finding(Cause.UNSURE, 0.5, (_answer(facts), heard))


def talks_on(facts: Facts) -> Finding | None:
    """Speech without a pause for an answer: a menu, most likely; a voicemail would beep in the end."""
    long = [u for u in facts.said if u.duration_s >= TALKS_ON_S]
    if not long or _left(facts):
        return None
    heard = because("talks_on", at_s=long[0].start_s, seconds=long[0].duration_s)
    return Finding(Cause.IVR, 0.62, (_answer(facts), heard))


def person(facts: Facts) -> Finding | None:
    """Somebody says something and waits."""
    said = [u for u in _people(facts) if u.speech_s >= LEAST_SPEECH_S]
    if not said or facts.answered_s is None or "network" in meant(facts.words):
        return None
    first = said[0]
    if first.start_s - facts.answered_s > FIRST_WORD_S:
        return None
    if first.duration_s > PERSON_S and not any(u.duration_s <= QUESTION_S for u in said[1:2]):
        return None
    human = talks(facts.words) or meant(facts.words) & {"human", "human?"}
    if facts.words and not human and first.duration_s > SHORT_S:
        return None  # with words, a long speech of which none is a person's is not taken for one
    if len(said) > 1:
        return _asks_again(facts, said) or _waits_at_last(facts, said)
    wait_s = _wait_s(facts, first)
    if wait_s < WELCOMED_WAIT_S and "welcome" in meant(words_of(first, facts.words)):
        return None
    if first.duration_s > SHORT_S:
        return _waits_after_a_sentence(facts, first, wait_s)
    told = (_answer(facts), _waited(facts, first, wait_s))
    if of_no_person(words_of(first, facts.words)):
        return Finding(Cause.HUMAN, 0.75, told, sure=True) if wait_s >= TAIL_WAIT_S else None
    if wait_s >= SHORT_WAIT_S:
        return Finding(Cause.HUMAN, 0.93, told, sure=True)
    return Finding(Cause.HUMAN, 0.6, told) if wait_s >= SHORT_WAIT_S / 2 else None


def listens(facts: Facts) -> Finding | None:
    """A long speech, and then nothing for long: it listens. Without words, or with none that are known, that is a menu,
    or somebody who asks nothing after a long greeting; it was answered, and by whom cannot be told."""
    said = _people(facts)
    if not said or of_machines(facts.words) or facts.far_hung_up_s is not None or any(u.repeated for u in said):
        return None
    wait_s = _wait_s(facts, said[-1])
    long = said[0].duration_s > (SHORT_S if facts.words else LONG_SENTENCE_S)
    enough_s = UNDERSTOOD_WAIT_S if facts.words else PERSON_WAIT_S
    pieces = len(said) > 1 and sum(u.speech_s for u in said) > PIECES_S  # perhaps in two languages, and it ends soon
    if not (long and wait_s >= enough_s) and not (pieces and wait_s >= PIECES_WAIT_S):
        return None
    return Finding(Cause.UNCLEAR, 0.55, (_answer(facts), _waited(facts, said[0], wait_s)))


def dropped(facts: Facts) -> Finding | None:
    """Picked up, and put down at once."""
    if facts.answered_s is None or facts.far_hung_up_s is None or facts.far_hung_up_s - facts.answered_s > DROPPED_S:
        return None
    if facts.trace.soundless:
        return None  # what was there we cannot know
    seconds = facts.far_hung_up_s - facts.answered_s
    if failed := network_failed(facts):
        told = (_answer(facts), because("dropped", seconds=seconds), *failed.because)
        return Finding(failed.cause, failed.confidence, told, sure=True)
    return Finding(Cause.DROPPED, 0.9, (_answer(facts), because("dropped", seconds=seconds)), sure=True)


def silent(facts: Facts) -> Finding | None:
    """Answered, and nothing is heard."""
    if facts.answered_s is None or facts.trace.media_started_at_s is None:
        return None
    if any(s.kind not in (Kind.SILENCE, Kind.NOISE) for s in facts.after):
        return None
    seconds = facts.sounds.until_s - facts.answered_s
    quiet = not any(s.kind is Kind.NOISE for s in facts.after)
    if seconds < (SILENT_S if not facts.ended else DROPPED_S):
        return None
    enough = seconds >= (SILENT_S if quiet else NOISE_S)
    confidence = 0.92 if quiet and enough else 0.7
    heard = because("silent" if quiet else "only_noise", seconds=seconds)
    return Finding(Cause.SILENT, confidence, (_answer(facts), heard), sure=enough)


def no_sound_arrived(facts: Facts) -> Finding | None:
    """Answered, but not a packet of sound reached us: what was there we cannot know."""
    if facts.answered_s is None or not facts.ended or not facts.dialled:
        return None
    if facts.trace.media_started_at_s is not None and not facts.trace.soundless:
        return None
    return Finding(Cause.UNSURE, 0.6, (_answer(facts), because("no_sound_arrived")))


def something(facts: Facts) -> Finding | None:
    """Somebody or something spoke, and it ended before it could be told which."""
    if not facts.ended or not facts.said:
        return None
    seconds = sum(u.speech_s for u in facts.said)
    return Finding(Cause.UNSURE, 0.4, (_answer(facts), because("spoke", seconds=seconds)))


def _people(facts: Facts) -> list[Utterance]:
    """What was said, turn by turn: "喂？ 你好，民政科" is one. The notice of a machine is none."""
    turns: list[Utterance] = []
    for u in facts.said:
        if "notice" in meant(words_of(u, facts.words)):
            continue
        goes_on = turns and u.start_s - turns[-1].end_s < AGAIN_S[0]
        turns.append(turns.pop().joined(u) if goes_on else u)
    return turns


def _waits_after_a_sentence(facts: Facts, first: Utterance, wait_s: float) -> Finding | None:
    """A person with a whole greeting, or an announcement that is said once; that one hangs up, or begins again."""
    if words_of_nobody(facts, first):
        return None
    told = (_answer(facts), _waited(facts, first, wait_s))
    if "human?" in meant(s for s in words_of(first, facts.words) if s.confidence >= UNDERSTOOD):
        return Finding(Cause.HUMAN, 0.85, told, sure=True) if wait_s >= HELLO_WAIT_S else None
    if first.duration_s > LONG_SENTENCE_S or wait_s < PERSON_WAIT_S or facts.far_hung_up_s is not None:
        return None
    return Finding(Cause.HUMAN, 0.78 if wait_s >= PERSON_SURE_S else 0.7, told, sure=wait_s >= PERSON_SURE_S)


def _like_a_ring(beep: Segment) -> bool:
    return beep.hz is not None and RING_HZ[0] <= beep.hz <= RING_HZ[1] and beep.duration_s >= RING_S


def _asks_again(facts: Facts, said: list[Utterance]) -> Finding | None:
    """After what was said first somebody waits, and says something short, as people do: "喂？喂？"."""
    first = said[0]
    if of_no_person(words_of(first, facts.words)):
        return None
    for before, again in pairwise(said):
        gap_s = again.start_s - before.end_s
        if again.repeated and again.duration_s >= MACHINE_S:
            return None
        if not AGAIN_S[0] <= gap_s <= AGAIN_S[1] or again.duration_s > PERSON_S:
            return None
        heard = words_of(again, facts.words)
        if same_words(words_of(before, facts.words), heard):
            return None
        short = again.duration_s <= SHORT_S
        if not (short or first.duration_s <= SHORT_S or any(persons_words(s) for s in heard)):
            continue  # two sentences: an announcement in two languages, perhaps
        told = because("asks_again", at_s=before.start_s, gap_s=gap_s, again_s=again.start_s)
        enough = facts.now_s - again.end_s >= (SHORT_WAIT_S if short else PERSON_WAIT_S)
        return Finding(Cause.HUMAN, 0.92 if short else 0.75, (_answer(facts), told), sure=enough)
    return None


def _waits_at_last(facts: Facts, said: list[Utterance]) -> Finding | None:
    """Something is said in pieces, and then it is quiet: a person, perhaps."""
    seconds = sum(u.speech_s for u in said)
    wait_s = _wait_s(facts, said[-1])
    if seconds > PIECES_S or wait_s < PERSON_WAIT_S or any(u.repeated and u.duration_s >= MACHINE_S for u in said):
        return None
    return Finding(Cause.HUMAN, 0.55, (_answer(facts), because("spoke_in_pieces", seconds=seconds, wait_s=wait_s)))


def _wait_s(facts: Facts, said: Utterance) -> float:
    """How long it has been quiet since: until now, or until something else was heard, be it noise as loud as speech."""
    understood = meant(words_of(said, facts.words)) & {"human", "human?"}
    loudest_dbfs = said.level_dbfs - (UNDERSTOOD_QUIETER_DB if understood else QUIETER_DB)
    for s in facts.after:
        quiet = is_quiet(s, loudest_dbfs)
        if s.end_s > said.end_s and s.start_s >= said.start_s and not quiet and s.kind is not Kind.SPEECH:
            return max(0.0, s.start_s - said.end_s)
        if s.kind is Kind.SPEECH and s.start_s >= said.end_s:
            return s.start_s - said.end_s
    return facts.heard_until_s - said.end_s


def _left(facts: Facts) -> bool:
    """Whether the far end hung up soon after its last word."""
    if facts.far_hung_up_s is None or not facts.said:
        return False
    return facts.far_hung_up_s - facts.said[-1].end_s <= LEAVES_S


def _answer(facts: Facts) -> Because:
    return because("answered", at_s=facts.answered_s or 0.0)


def _waited(facts: Facts, said: Utterance, wait_s: float) -> Because:
    after_s = said.start_s - (facts.answered_s or 0.0)
    return because("spoke_and_waited", after_s=after_s, seconds=said.duration_s, wait_s=wait_s)


RULES: tuple[Rule, ...] = (
    known_recording,
    words,
    fax,
    voicemail,
    tone,
    queue,
    greets,
    repeats_itself,
    talks_on,
    dropped,
    person,
    listens,
    no_sound_arrived,
    silent,
    something,
)
