"""Classify: `Trace` and `Sounds` in, `Verdict` out. Pure: the same facts always give the same verdict.

Rules are named functions in the order of their weight (telephony.md §3): our own faults, words, tones, the network's
reason, the SIP code, time. The first that finds something decides. Those after it that agree raise the confidence;
those that contradict lower it, and are told as well.
"""

from __future__ import annotations

from probe.classify import answered, own, unanswered
from probe.classify.facts import Facts
from probe.classify.finding import BLAME_OF, LEAST, Finding, because
from probe.classify.signalling import reason
from probe.model import OUTCOME_OF, Because, Cause, Outcome, Sounds, Trace, Verdict

AGREES = 0.5  # how much of a second finding's weight counts
CONTRADICTS = 0.5

__all__ = ["classify"]


def classify(trace: Trace, sounds: Sounds) -> Verdict:
    """What a call was, as far as is known; during the call, `sure` says that it is right to hang up."""
    facts = Facts(trace, sounds)
    for rule in own.RULES:
        if finding := rule(facts):
            return _verdict(finding)
    findings = _unanswered(facts) if facts.answered_s is None else _answered(facts)
    if not findings:
        key = "nothing_known" if facts.ended else "nothing_yet"
        return _verdict(Finding(Cause.UNSURE, 0.3, (because(key),)))
    return _verdict(_weighed(findings))


def _unanswered(facts: Facts) -> list[Finding]:
    return [finding for rule in unanswered.RULES if (finding := rule(facts))]


def _answered(facts: Facts) -> list[Finding]:
    """The rules after the answer read the same sounds in different ways, so only the first that finds something counts.
    A failure that was announced after a 200 has a second witness: the reason in the far end's BYE."""
    first = next((finding for rule in answered.RULES if (finding := rule(facts))), None)
    if first is None:
        return []
    failed = OUTCOME_OF[first.cause] not in (Outcome.ANSWERED, Outcome.VOICEMAIL)
    told = reason(facts) if failed else None
    return [first, told] if told else [first]


def _weighed(findings: list[Finding]) -> Finding:
    """The first finding that knows something, held against the others."""
    first = next((finding for finding in findings if finding.cause is not Cause.UNSURE), findings[0])
    confidence, for_it, against = first.confidence, list(first.because), list[Because]()
    for other in () if first.weighed else findings:
        if other is first or other.cause is Cause.UNSURE or first.cause is Cause.UNSURE:
            continue
        if OUTCOME_OF[other.cause] is OUTCOME_OF[first.cause]:
            confidence = 1 - (1 - confidence) * (1 - AGREES * other.confidence)
            for_it += [b for b in other.because if b not in for_it]
        else:
            confidence *= 1 - CONTRADICTS * other.confidence
            against += [b for b in other.because if b not in for_it]
    told = (*for_it, because("although"), *against) if against else tuple(for_it)
    return Finding(first.cause, confidence, told, first.sure)


def _verdict(finding: Finding) -> Verdict:
    cause, told = finding.cause, finding.because
    if finding.confidence < LEAST and cause is not Cause.UNSURE:
        cause, told = Cause.UNSURE, (*told, because("too_little"))
    return Verdict(
        outcome=OUTCOME_OF[cause],
        cause=cause,
        blame=BLAME_OF[cause],
        confidence=round(finding.confidence, 3),
        because=told,
        sure=finding.sure,
    )
