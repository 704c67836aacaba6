"""Rules for a call that nobody has answered, strongest evidence first: words, tones, then signalling and time."""

from __future__ import annotations

from probe.classify.facts import Facts
from probe.classify.finding import Finding, Rule, because
from probe.classify.signalling import RUNG_S, SPOKEN_S, final_code, known_code, reason
from probe.classify.spoken import announced
from probe.model import Because, Cause, Kind, Segment

TONES = {Kind.BUSY: Cause.BUSY_TONE, Kind.CONGESTION: Cause.NETWORK_CONGESTION, Kind.VACANT: Cause.VACANT_NUMBER}
SURE_CYCLES = {Kind.BUSY: 3, Kind.CONGESTION: 3, Kind.VACANT: 2}  # a vacant cycle has four pulses
BUSY = (Cause.BUSY_ANNOUNCEMENT, Cause.BUSY_TONE, Cause.BUSY_SIGNAL)
RANG_OUT = ((30.0, 0.96), (20.0, 0.92), (15.0, 0.85), (RUNG_S, 0.6))  # seconds of ringing, confidence
LONG_S = 15.0  # no network rings so long for a line that is engaged
NO_ANSWER_AFTER_S = 20.0  # ringing for so long and then an announcement: nobody came, whatever it says
BABBLE_DB = 10.0  # speech so much softer than the tone is a crossed line or a room
ADVERT = 0.8  # of the confidence, where speech is taken for a colour ring
NO_ANSWER = 19  # Q.850: no answer from user (user alerted)
ELSEWHERE = (300, 301, 302, 305, 380)  # the call is to go on elsewhere, where this robot does not follow


def rang_though_busy(facts: Facts) -> Finding | None:
    """It rang, the network says "no answer, alerted", and yet an announcement or the code says busy: it was not."""
    if facts.reason is None or facts.reason[0] != NO_ANSWER or facts.rung_s < RUNG_S:
        return None
    said_busy = [f for f in (known_recording(facts), words(facts), final_code(facts)) if f and f.cause in BUSY]
    if not said_busy:
        return None
    told = reason(facts)
    evidence = (*_rung(facts), *(told.because if told else ()), because("although"))
    return Finding(Cause.RANG_OUT, 0.62, evidence + tuple(b for f in said_busy for b in f.because), weighed=True)


def known_recording(facts: Facts) -> Finding | None:
    """Words that are known: an announcement of the library."""
    heard = [u.known for u in facts.early_speech if u.known]
    last = heard[-1] if heard else None
    if last is None or last.known is None:
        return None
    cause = Cause(last.known)
    return Finding(cause, 0.95, (recording(last),), sure=not _doubtful(cause, facts))


def words(facts: Facts) -> Finding | None:
    """An announcement by its words."""
    spoken = announced(facts, facts.early_words, after=False)
    if spoken is None:
        return None
    sure = spoken.settled and not _doubtful(spoken.cause, facts)
    return Finding(spoken.cause, spoken.confidence, (spoken.evidence,), sure=sure)


def tone(facts: Facts) -> Finding | None:
    """A call-progress tone by its cadence: three cycles are certain, two a first guess."""
    for segment in reversed(facts.before):
        if segment.kind in TONES and segment.cycles >= SURE_CYCLES[segment.kind] - 1:
            sure = segment.cycles >= SURE_CYCLES[segment.kind]
            if _follows_an_announcement(segment, facts):
                return Finding(Cause.UNSURE, 0.5, (*unknown_speech(facts), tone_heard(segment)))
            if segment.kind is Kind.BUSY and facts.rung_s >= RUNG_S:
                return _gave_up_ringing(segment, facts, sure=sure)
            return Finding(TONES[segment.kind], 0.96 if sure else 0.7, (tone_heard(segment),), sure=sure)
    return None


def _gave_up_ringing(tone: Segment, facts: Facts, *, sure: bool) -> Finding:
    """A phone that rings is not engaged: after long ringing busy tone only says that the exchange, or whoever turned
    the call down, has ended it. After two or three rings a network may have rung before it knew better."""
    told = (*_rung(facts), tone_heard(tone))
    if facts.rung_s < LONG_S:
        return Finding(Cause.BUSY_TONE, 0.8 if sure else 0.6, told, sure=sure, weighed=True)
    confidence = next(c for seconds, c in RANG_OUT if facts.rung_s >= seconds)
    return Finding(Cause.RANG_OUT, confidence, told, sure=sure, weighed=True)


def _follows_an_announcement(tone: Segment, facts: Facts) -> bool:
    """After any announcement the network plays busy tone: it says no more than that the call is over."""
    return any(
        not u.known
        and u.speech_s >= SPOKEN_S
        and u.end_s <= tone.start_s
        and u.level_dbfs > tone.level_dbfs - BABBLE_DB
        for u in facts.announcements
    )


def special_tone(facts: Facts) -> Finding | None:
    """SIT comes before an announcement of a foreign network that says why the call fails."""
    heard = [s for s in facts.before if s.kind is Kind.SIT]
    if not heard or not (facts.ended or facts.final):
        return None
    return Finding(Cause.UNSURE, 0.5, (because("tone_sit", at_s=heard[-1].start_s),))


def rang_out(facts: Facts) -> Finding | None:
    """It rang, and nobody came until we gave up or the network did."""
    if not (facts.ended or facts.final):
        return None
    final = facts.final
    if final is not None and final.status != 487 and (final.status in ELSEWHERE or not known_code(final)):
        return None  # why it stopped ringing, nobody knows
    confidence = next((c for seconds, c in RANG_OUT if facts.rung_s >= seconds), None)
    if confidence is None:
        return None
    if sum(u.speech_s for u in facts.announcements if not u.known) < SPOKEN_S:
        adverts = tuple(because("advert", at_s=s.start_s, text=s.text) for s in facts.adverts)
        return Finding(Cause.RANG_OUT, confidence * (ADVERT if adverts else 1), (*_rung(facts), *adverts))
    if facts.rung_s < NO_ANSWER_AFTER_S:
        return None
    return Finding(Cause.NO_ANSWER_ANNOUNCEMENT, 0.66, (*_rung(facts), *unknown_speech(facts)))


def early_speech(facts: Facts) -> Finding | None:
    """An announcement whose words are not known, and nothing else: honestly unsure."""
    return Finding(Cause.UNSURE, 0.4, unknown_speech(facts)) if facts.announcements else None


def recording(segment: Segment) -> Because:
    """A known recording, as evidence."""
    return because("known_recording", at_s=segment.start_s, text=segment.text or segment.known or "")


def tone_heard(segment: Segment) -> Because:
    """A tone with its cadence, as evidence."""
    return because(f"tone_{segment.kind}", at_s=segment.start_s, hz=segment.hz or 0.0, cycles=segment.cycles)


def unknown_speech(facts: Facts) -> tuple[Because, ...]:
    """Speech before the answer that no recording explains, as evidence."""
    speech_s = sum(u.speech_s for u in facts.announcements if not u.known)
    return (because("early_speech", seconds=speech_s),) if speech_s >= 0.3 else ()


def _doubtful(cause: Cause, facts: Facts) -> bool:
    """After ringing, "busy" is what many switches say of a call that was rejected or not answered."""
    return cause in BUSY and facts.rung_s >= RUNG_S


def _rung(facts: Facts) -> tuple[Because, ...]:
    if facts.rung_from_s is None:
        return ()
    if facts.rings:
        return (because("rang_heard", at_s=facts.rung_from_s, seconds=facts.rung_s, rings=facts.rings),)
    return (because("rang", at_s=facts.rung_from_s, seconds=facts.rung_s),)


RULES: tuple[Rule, ...] = (
    rang_though_busy,
    known_recording,
    words,
    tone,
    reason,
    final_code,
    rang_out,
    special_tone,
    early_speech,
)
