"""The pack's pages: what is concluded and why, why the call was made, what was said, and what each file is. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from probe import __version__
from probe.evidence import scrub
from probe.evidence.facts import Facts
from probe.evidence.kept import kept_sounds, removed_words
from probe.model import Because, Verdict
from probe.plan import strata
from probe.words import LANGUAGES, told, words


def verdict_lines(facts: Facts, lang: str, zone: ZoneInfo) -> Iterator[str]:
    """The conclusion with its reasons, checks and former verdicts."""
    call = facts.call
    verdict = call.record.verdict
    yield conclusion(verdict, lang)
    if verdict.sure and verdict.decided_at_s is not None:
        yield words("evidence.decided", lang, at_s=verdict.decided_at_s)
    if call.voided is not None:
        yield voided(call.voided, lang)
    yield from (f"  - {sentence}" for sentence in sentences(verdict, lang))
    yield ""
    if call.record.checks:
        yield f"[{words('evidence.title_checks', lang)}]"
        for check in call.record.checks:
            passed = words("evidence.check_passed" if check.passed else "evidence.check_failed", lang)
            yield f"  {passed}  {scrub.said(check.name, 80)}: {scrub.said(check.seen, 120)}"
        yield ""
    yield f"[{words('evidence.title_former', lang)}]"
    yield from (f"  {line}" for line in former_lines(facts, lang, zone))


def conclusion(verdict: Verdict, lang: str) -> str:
    """In one line: outcome, cause, whose doing, how sure."""
    outcome, cause = (words(f"names.{kind}_{getattr(verdict, kind)}", lang) for kind in ("outcome", "cause"))
    blame = words("evidence.blame", lang, blame=words(f"names.blame_{verdict.blame}", lang))
    sure = words("evidence.sureness", lang, confidence=verdict.confidence)
    return f"{outcome} · {cause}    {blame}    {sure}"


def sentences(verdict: Verdict, lang: str) -> list[str]:
    """The reasons."""
    return [scrub.said(told(one, lang)) for one in verdict.because]


def voided(reason: Because, lang: str) -> str:
    """That the call does not count, and why."""
    return words("evidence.voided", lang, reason=scrub.said(told(reason, lang)))


def former_lines(facts: Facts, lang: str, zone: ZoneInfo) -> Iterator[str]:
    """What the call was judged to be before, oldest first."""
    if not facts.former:
        yield words("evidence.no_former", lang)
    for old in facts.former:
        yield words(
            "evidence.former",
            lang,
            judged=clock(old.judged_at, zone),
            replaced=clock(old.replaced_at, zone),
            outcome=words(f"names.outcome_{old.verdict.outcome}", lang),
            cause=words(f"names.cause_{old.verdict.cause}", lang),
            confidence=old.verdict.confidence,
            rules=old.rules or words("evidence.unknown_rules", lang),
        )


def order_lines(facts: Facts, lang: str, zone: ZoneInfo) -> Iterator[str]:
    """Why the call was made, when it was planned for, and how that can be checked."""
    order, trace = facts.call.record.order, facts.call.record.trace
    yield words(f"evidence.purpose_{order.purpose}", lang)
    kept = facts.slot
    why = order.why if kept is None else words(kept.slot.why.key, lang, **kept.slot.why.values)
    yield words("evidence.why", lang, why=scrub.said(why))
    yield words(
        "evidence.attempt",
        lang,
        n=order.attempt,
        scenario=scrub.inert(order.scenario, 60),
        trunk=scrub.inert(trace.trunk) or "-",
        caller=scrub.inert(trace.caller_id) or "-",
    )
    if kept is None:
        yield words("evidence.no_slot", lang)
        return
    slot = kept.slot
    due, until = clock(slot.due_at, zone), clock(slot.until, zone)
    stratum = words(f"evidence.stratum_{slot.stratum}", lang) if slot.stratum in strata.NAMES else "-"
    yield words("evidence.slot", lang, day=slot.day.isoformat(), stratum=stratum, due=due, until=until)
    if kept.reason is not None:
        yield scrub.said(words("evidence.slot_reason", lang, reason=told(kept.reason, lang)))
    if facts.dice is not None:
        yield words("evidence.dice", lang, period=facts.dice.period, commitment=facts.dice.commitment)
        seed = facts.dice.seed
        yield words("evidence.dice_revealed", lang, seed=seed) if seed else words("evidence.dice_secret", lang)


def transcript(facts: Facts, lang: str, zone: ZoneInfo) -> str:
    """What network and machines said."""
    record = facts.call.record
    said = kept_sounds(record).transcript
    lines = [words("evidence.transcript_head", lang)] if said else []
    lines += [
        f"{one.start_s:8.2f}  {one.end_s:8.2f}  {one.confidence:8.0%}  {scrub.said(one.text, 500)}" for one in said
    ]
    if facts.mark.words_at is not None:
        lines.append(words("evidence.words_pruned", lang, at=f"{facts.mark.words_at.astimezone(zone):%Y-%m-%d}"))
    elif removed := removed_words(record):
        lines.append(words("evidence.transcript_removed", lang, n=removed))
    elif not said:
        lines.append(words("evidence.transcript_none", lang))
    return "\n".join(lines) + "\n"


def head(facts: Facts, lang: str, zone: ZoneInfo) -> str:
    """Whom the call went to, and when."""
    number = facts.call.number
    return words(
        "evidence.verdict_head",
        lang,
        unit=scrub.inert(number.office, 80),
        number=scrub.inert(number.written, 60),
        at=f"{clock(facts.call.record.trace.started_at, zone)} ({zone.key})",
    )


def readme(facts: Facts, files: dict[str, str], zone: ZoneInfo) -> str:
    """The page to begin with, in Chinese and English. `files`: name → key of the sentence that explains it."""
    width = max(map(len, files), default=0) + 2
    pages = (
        words(
            "evidence.readme",
            lang,
            call_id=scrub.inert(facts.call.record.order.call_id, 120),
            files="\n".join(f"{name.ljust(width)}{words(key, lang)}" for name, key in files.items()),
            recording=words("evidence.recording_inside", lang) if facts.pcm is not None else facts.sound_text(lang),
            zone=zone.key,
            rules=facts.rules or words("evidence.unknown_rules", lang),
            version=__version__,
        ).strip("\n")
        for lang in LANGUAGES
    )
    return "\n\n\n".join(pages) + "\n"


def both(page: dict[str, list[str]]) -> str:
    """A page in Chinese, then in English."""
    return "\n\n".join("\n".join(page[lang]) for lang in LANGUAGES) + "\n"


def clock(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
