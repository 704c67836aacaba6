"""Whether a sound that a scenario listens for was heard."""

from __future__ import annotations

from probe.classify.answered import LEAST_SPEECH_S, TALKS_ON_S
from probe.classify.facts import TALKING_GAP_S, utterances
from probe.model import Kind, Sounds
from probe.script.there import last_machine_s
from scenarios.language import Sound
from scenarios.notation import bare

QUIET = (Kind.SILENCE, Kind.NOISE)
BURST_S = (0.3, 2.5)  # one ring, of whatever country (telephony.md §1)
RING_PAUSE_S = 1.2  # longer than any busy tone's pause
ALERTED_S = 2.5  # of a 180 without sound, or of music: within the first ring, and too long for a slip of the network


def heard(sound: Sound, sounds: Sounds, since_s: float) -> bool:
    """Whether this sound, phrase or known recording was heard since this moment. Classes are no sounds: False."""
    match sound.what:
        case "phrase":
            later = [s.text or "" for s in sounds.segments if s.end_s > since_s]
            later += [s.text for s in sounds.transcript if s.end_s > since_s]
            return any(bare(sound.name) in bare(text) for text in later)
        case "prompt":
            return any(s.known == sound.name for s in sounds.segments if s.end_s > since_s)
        case "sound" if sound.name == "silence":
            return _quiet_s(sounds, since_s) >= sound.seconds
        case "sound" if sound.name == "speech":
            return any(u.end_s - max(u.start_s, since_s) >= sound.seconds for u in utterances(sounds.segments))
        case "sound":
            found = sounds.of(Kind(sound.name))
            return any(s.end_s - max(s.start_s, since_s) >= sound.seconds for s in found)
    return False


def somebody(sounds: Sounds, since_s: float) -> bool:
    """Whether a voice was heard since this moment, and since the last sound that no person makes, that may be a
    person's: one that does not talk on and on."""
    since_s = last_machine_s(sounds, since_s)
    said = [u for u in utterances(sounds.segments) if u.end_s - max(u.start_s, since_s) >= LEAST_SPEECH_S]
    return any(u.duration_s < TALKS_ON_S for u in said)


def pauses(sounds: Sounds) -> bool:
    """Whether nobody is speaking now."""
    last_s = max((s.end_s for s in sounds.of(Kind.SPEECH)), default=0.0)
    return sounds.until_s - last_s >= TALKING_GAP_S


def rings(sounds: Sounds, rang_at_s: float | None, now_s: float, ring_s: float) -> int:
    """How often it has rung: as heard, or as long as a 180 has stood where nothing is heard."""
    by_ear = sum(s.cycles for s in sounds.of(Kind.RINGBACK))
    by_time = 0 if rang_at_s is None else int((now_s - rang_at_s) / ring_s)
    return max(by_ear, by_time)


def rings_now(sounds: Sounds, rang_at_s: float | None, now_s: float) -> bool:
    """Whether it is known to ring: one burst and its pause, music in its place, or a 180 that stands for a while."""
    if sounds.of(Kind.RINGBACK) or any(s.duration_s >= ALERTED_S for s in sounds.of(Kind.MUSIC)):
        return True
    loud = [s for s in sounds.segments if s.kind not in QUIET]
    if loud:
        one = loud[0]
        burst = one.kind is Kind.TONE and BURST_S[0] <= one.duration_s <= BURST_S[1] and len(loud) == 1
        return burst and sounds.until_s - one.end_s >= RING_PAUSE_S
    return rang_at_s is not None and now_s - rang_at_s >= ALERTED_S


def _quiet_s(sounds: Sounds, since_s: float) -> float:
    """How long it has been quiet."""
    last_s = max((s.end_s for s in sounds.segments if s.kind not in QUIET), default=since_s)
    return sounds.until_s - max(last_s, since_s)
