"""What a recording can be: the causes that something recorded, and nothing else, is the sign of."""

from __future__ import annotations

from probe.errors import CaseError
from probe.hints import nearest, shown
from probe.model import Cause
from probe.words import words

RECORDED = (
    Cause.BUSY_ANNOUNCEMENT,
    Cause.NO_ANSWER_ANNOUNCEMENT,
    Cause.REJECTED,
    Cause.POWERED_OFF,
    Cause.NO_COVERAGE,
    Cause.VACANT_NUMBER,
    Cause.SUSPENDED,
    Cause.NUMBER_CHANGED,
    Cause.BARRED,
    Cause.NETWORK_CONGESTION,
    Cause.OWN_LINE,
    Cause.DIAL_PLAN,
    Cause.GREETING,
    Cause.CARRIER_ASSISTANT,
    Cause.OFF_HOURS,
    Cause.IVR,
    Cause.QUEUE,
)


def label_of(text: str) -> Cause:
    """The cause that is meant, by its code ("suspended") or by its name in Chinese or English ("停机").

    CaseError names the nearest spelling and all that there are.
    """
    codes = {_plain(name): cause for cause in RECORDED for name in (cause.value, *_names(cause))}
    if found := codes.get(_plain(text)):
        return found
    if _plain(text) in {_plain(name) for name in (Cause.HUMAN.value, *_names(Cause.HUMAN))}:
        raise CaseError("prompts.no_people")
    all_of_them = ", ".join(cause.value for cause in RECORDED)
    near = nearest(_plain(text), codes)
    if near is None:
        raise CaseError("prompts.no_such_cause", value=shown(text), causes=all_of_them)
    raise CaseError("prompts.nearest_cause", value=shown(text), near=codes[near].value, causes=all_of_them)


def _names(cause: Cause) -> tuple[str, ...]:
    return tuple(words(f"names.cause_{cause}", lang) for lang in ("zh", "en"))


def _plain(text: str) -> str:
    return text.strip().lower().replace("-", "_").replace(" ", "_")
