"""Expectations → Checks. One that cannot be decided yields no check: an accusation would be worse.

So a call that ended inconclusive (our trunk, the network, the robot, honestly unsure) has no checks, and a time limit
that we did not wait for ourselves is not held against anybody.
"""

from __future__ import annotations

from collections.abc import Callable

from probe.classify.facts import Facts
from probe.hints import shown
from probe.judge.reached import presses, reached
from probe.model import CAUSES, Cause, Check, Outcome, Purpose, Record, ring_s
from probe.words import words
from scenarios.language import Expectation, Scenario
from scenarios.notation import bare

IN_HOURS = (
    Purpose.BASE,
    Purpose.FOLLOW_UP,
    Purpose.RECHECK,
)  # these are planned within the office's hours, and only there
MACHINES = (Cause.SILENT, Cause.FAX, Cause.DROPPED, Cause.UNCLEAR)  # answered, but nothing is known of a menu

Seen = tuple[bool, str] | None


def checks(record: Record, scenario: Scenario, lang: str) -> tuple[Check, ...]:
    """What this call says to each expectation of its scenario; `name` is the expectation as it is written.

    `lang`: of the values seen, which are sentences.
    """
    found = []
    for one in scenario.expect:
        if record.verdict.outcome is Outcome.INCONCLUSIVE and not _short_ring(one, record):
            continue
        seen = _RULES[one.aspect](one, record, lang)
        if seen is not None:
            found.append(Check(name=one.text, passed=seen[0], seen=seen[1]))
    return tuple(found)


def _short_ring(one: Expectation, record: Record) -> bool:
    """Whether a call is inconclusive only because we hung up as soon as it rang, which was all we wanted to know."""
    return one.aspect == "rings" and record.verdict.cause is Cause.UNSURE


def in_hours(record: Record) -> bool | None:
    """Whether the office was open when it was called; None when that is not known."""
    order, at = record.order, record.trace.started_at
    if order.open is not None:
        return any(start <= at < end for start, end in order.open)
    return True if order.purpose in IN_HOURS else None


def expectation_words(one: Expectation, lang: str) -> str:
    """The expectation as people read it."""
    key = "scenario.expect_not_in_hours" if one.in_hours else f"scenario.expect_{one.aspect}"
    what = _class_words(one.name, lang) if one.aspect == "not" else ""
    return words(key, lang, seconds=one.seconds, count=one.count, name=one.name, what=what)


def _class_words(name: str, lang: str) -> str:
    return words(f"names.{'outcome' if name in set(Outcome) else 'cause'}_{name}", lang)


def _verdict_words(record: Record, lang: str) -> str:
    verdict = record.verdict
    outcome, cause = words(f"names.outcome_{verdict.outcome}", lang), words(f"names.cause_{verdict.cause}", lang)
    return words("scenario.seen_cause", lang, outcome=outcome, cause=cause)


def _rung_s(record: Record) -> float:
    return ring_s(record.trace, record.sounds) or 0.0


def _in_time(one: Expectation, record: Record, lang: str) -> Seen:
    """GB/T 33358: within so long of alerting."""
    outcome, rung_s = record.verdict.outcome, _rung_s(record)
    good = {Outcome.ANSWERED: "scenario.seen_answered"}
    if one.aspect == "answered_or_voicemail":
        good[Outcome.VOICEMAIL] = "scenario.seen_voicemail"
    answered_s = record.trace.answered_at_s
    if outcome in good and ring_s(record.trace, record.sounds) is None and answered_s is not None:
        if answered_s > one.seconds:
            return None  # when it began to alert, nobody knows
        rung_s = answered_s  # it cannot have begun before the call
    if outcome in good:
        return rung_s <= one.seconds, words(good[outcome], lang, seconds=rung_s)
    gave_up = record.trace.answered_at_s is None and record.trace.released_by == "robot"
    if outcome is Outcome.UNANSWERED and gave_up and rung_s < one.seconds:
        return None
    return False, _verdict_words(record, lang)


def _human(one: Expectation, record: Record, lang: str) -> Seen:
    """Within so long of the answer."""
    answered_s = record.trace.answered_at_s
    if record.verdict.outcome is not Outcome.ANSWERED:
        return False, _verdict_words(record, lang)
    who = reached(record)
    if who is None or answered_s is None:
        return None
    if who.at_s is not None:
        seconds = max(0.0, who.at_s - answered_s)
        return seconds <= one.seconds, words("scenario.seen_human", lang, seconds=seconds)
    waited_s = who.until_s - answered_s
    if not who.certain or (waited_s < one.seconds and record.trace.released_by != "far"):
        return None
    return False, words("scenario.seen_nobody", lang, seconds=waited_s)


def _no_menu(one: Expectation, record: Record, lang: str) -> Seen:
    verdict = record.verdict
    if verdict.outcome is not Outcome.ANSWERED or verdict.cause in MACHINES:
        return None
    return verdict.cause is not Cause.IVR, _verdict_words(record, lang)


def _menu_depth(one: Expectation, record: Record, lang: str) -> Seen:
    """How many choices lie between the caller and a person; nothing is said where no person was reached."""
    who = reached(record)
    if who is None or who.at_s is None:
        return None
    depth = sum(at_s < who.at_s for at_s, _ in presses(record))
    return depth <= one.count, words("scenario.seen_depth", lang, n=depth)


def _key(one: Expectation, record: Record, lang: str) -> Seen:
    """Whether a person comes after this key; nothing is said when it was not pressed."""
    pressed_s = next((at_s for at_s, keys in presses(record) if keys == one.name), None)
    who = reached(record)
    if pressed_s is None or who is None:
        return None
    if who.at_s is not None:
        return who.at_s > pressed_s, words("scenario.seen_key_human", lang, seconds=max(0.0, who.at_s - pressed_s))
    if not who.certain:
        return None
    return False, words("scenario.seen_key_nobody", lang, seconds=who.until_s - pressed_s)


def _prompt(one: Expectation, record: Record, lang: str) -> Seen:
    """The words of the machine that answered; a person's are nobody's business."""
    trace, sounds = record.trace, record.sounds
    if record.verdict.cause is Cause.HUMAN or trace.answered_at_s is None:
        return None
    first_s, until_s = trace.answered_at_s, min((at_s for at_s, _ in presses(record)), default=sounds.until_s)
    heard = [(s.text or "", s.known) for s in sounds.segments if first_s <= s.start_s < until_s]
    text = "".join(said for said, _ in heard)
    library = all(known for said, known in heard if said)
    if not text:
        text, library = "".join(s.text for s in sounds.transcript if first_s <= s.start_s < until_s), False
    if not bare(text):
        return None
    passed = bare(one.name) in bare(text)
    if library:
        return passed, shown(text)
    return passed, shown(one.name) if passed else words("scenario.seen_other_words", lang)  # a person may have said it


def _not(one: Expectation, record: Record, lang: str) -> Seen:
    if one.in_hours and not in_hours(record):
        return None
    verdict = record.verdict
    return one.name not in (verdict.outcome, verdict.cause), _verdict_words(record, lang)


def _rings(one: Expectation, record: Record, lang: str) -> Seen:
    """A phone that rings lies on its hook."""
    if record.verdict.cause in CAUSES[Outcome.BUSY]:
        return False, _verdict_words(record, lang)
    facts = Facts(record.trace, record.sounds)
    if facts.rung_from_s is None:
        return None
    return True, words("scenario.seen_rang", lang, seconds=facts.rung_s)


_RULES: dict[str, Callable[[Expectation, Record, str], Seen]] = {
    "answered": _in_time,
    "answered_or_voicemail": _in_time,
    "human": _human,
    "no_menu": _no_menu,
    "menu_depth": _menu_depth,
    "key": _key,
    "prompt": _prompt,
    "not": _not,
    "rings": _rings,
}
