"""Reads the acts of a district file strictly: a mistake is named with its file, number, step and the right spelling.

A step is a word (`answer`), or a mapping whose first key is its name and whose further keys are its details
(`{play: human-1-zm_yunxi}`, `{reply: 486 Busy Here, reason: "Q.850;cause=17"}`). The steps must also make sense in
their order: nobody can be heard before `progress` or `answer`, and nothing follows the end of the call.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from probe.errors import ExchangeError
from probe.exchange import acts
from probe.exchange.acts import NAMES, STEPS, Step
from probe.exchange.sounds import NOISES, TONES, prompts

Stage = Literal["dialled", "heard", "answered", "over"]  # heard: early media
BEFORE_ANSWER = (acts.Ring, acts.RingWithTone, acts.Progress, acts.Answer, acts.Reply)
NEED_EARS = (acts.Play, acts.Tone, acts.Music, acts.Beep, acts.Fax, acts.Silence, acts.Listen, acts.Menu)
LONGEST_QUOTE = 60


class Place(msgspec.Struct, frozen=True):
    """Where in which file something stands, for the sentence about it."""

    file: str
    number: str
    step: str = ""

    def at(self, *parts: object) -> Place:
        return msgspec.structs.replace(self, step=".".join(filter(None, (self.step, *map(str, parts)))))

    def error(self, key: str, **values: object) -> ExchangeError:
        return ExchangeError(key, file=self.file, number=self.number, step=self.step or "acts", **values)


def quoted(found: object) -> str:
    """What was found, short and inert."""
    text = found if isinstance(found, str) else repr(found)
    text = "".join(c if c.isprintable() else "?" for c in text)
    return text if len(text) <= LONGEST_QUOTE else text[:LONGEST_QUOTE] + "…"


def nearest(found: object, allowed: Iterable[str], most: int = 3) -> str:
    """The allowed spellings that come near; all of them when none does and they are few."""
    allowed = tuple(allowed)
    close = difflib.get_close_matches(str(found), allowed, n=most, cutoff=0.5)
    return ", ".join(close or (allowed if len(allowed) <= 24 else (*allowed[:most], "…")))


def read(raw: object, place: Place) -> tuple[Step, ...]:
    """The acts of one entry. ExchangeError for the first step that cannot be."""
    steps = read_steps(raw, place)
    if in_order(steps, "dialled", place) != "over":
        raise place.at(len(steps)).error("exchange.no_end")
    return steps


def read_steps(raw: object, place: Place) -> tuple[Step, ...]:
    if not isinstance(raw, list) or not raw:
        raise place.error("exchange.no_steps", found=quoted(raw))
    return tuple(read_step(one, place.at(index)) for index, one in enumerate(raw, start=1))


def read_step(raw: object, place: Place) -> Step:
    details: dict[object, object] = dict(raw) if isinstance(raw, Mapping) and raw else {str(raw): None}
    name = next(iter(details))
    kind = STEPS.get(name) if isinstance(name, str) else None
    if kind is None or not isinstance(name, str):
        raise place.error("exchange.unknown_step", found=quoted(name), nearest=nearest(name, STEPS))
    fields = [field.name for field in msgspec.structs.fields(kind)]
    main = details.pop(name)
    if main is not None and fields:
        details = {fields[0]: main, **details}
    for key in details:
        if key not in fields:
            allowed = ", ".join(fields[1:]) or "-"
            raise place.error("exchange.unknown_detail", name=name, found=quoted(key), allowed=allowed)
    nested: dict[str, object] = {key: details.pop(key) for key in ("acts", "keys") if key in details}
    try:
        step = msgspec.convert(details, kind)
        if main is not None and not fields:
            raise msgspec.ValidationError
        return checked(with_steps(step, nested, place), place)
    except msgspec.ValidationError:
        example = acts.EXAMPLES[kind]
        found = quoted(name if main is None and not details else f"{name}: {main}")
        raise place.error("exchange.bad_step", found=found, example=example) from None


def with_steps(step: Step, nested: Mapping[str, object], place: Place) -> Step:
    """The step with the steps inside it."""
    if isinstance(step, acts.Repeat):
        return msgspec.structs.replace(step, acts=read_steps(nested.get("acts"), place.at("repeat")))
    if isinstance(step, acts.Menu):
        raw = nested.get("keys", {})
        if not isinstance(raw, Mapping):
            raise msgspec.ValidationError
        msgspec.convert(list(raw), list[acts.Key])
        return msgspec.structs.replace(
            step, keys={key: read_steps(inner, place.at("keys", key)) for key, inner in raw.items()}
        )
    return step


def checked(step: Step, place: Place) -> Step:
    """The step, when every sound it names exists."""
    match step:
        case acts.Play(prompt=prompt):
            known([prompt], prompts(), "play", place)
        case acts.Menu(prompt=prompt, wrong=wrong):
            known([prompt, wrong or prompt], prompts(), "menu", place)
        case acts.Tone(seconds=seconds):
            known(seconds, TONES, "tone", place)
        case acts.Noise(kind=kind):
            known([kind], NOISES, "noise", place)
    return step


def known(names: Iterable[str], allowed: Iterable[str], step: str, place: Place) -> None:
    allowed = tuple(allowed)
    for name in names:
        if name not in allowed:
            raise place.error("exchange.unknown_sound", name=step, found=quoted(name), nearest=nearest(name, allowed))


def in_order(steps: tuple[Step, ...], stage: Stage, outer: Place) -> Stage:
    """The stage of the call after these steps. ExchangeError where one cannot come at its place."""
    for index, step in enumerate(steps, start=1):
        place, name = outer.at(index), NAMES[type(step)]
        if stage == "over":
            raise place.error("exchange.after_end", name=name)
        if isinstance(step, acts.Mute) and (len(steps) > 1 or outer.step):
            raise place.error("exchange.mute_alone")
        if isinstance(step, acts.Back) and outer.step.count("keys") < step.menus:
            raise place.error("exchange.back_to_nowhere")
        if isinstance(step, BEFORE_ANSWER) and stage == "answered":
            raise place.error("exchange.after_answer", name=name)
        if isinstance(step, NEED_EARS) and stage == "dialled":
            raise place.error("exchange.unheard", name=name)
        if isinstance(step, acts.HangUp) and stage != "answered":
            raise place.error("exchange.not_answered")
        stage = after(step, stage, place)
    return stage


def after(step: Step, stage: Stage, place: Place) -> Stage:
    match step:
        case acts.Answer():
            return "answered"
        case acts.Reply() | acts.HangUp() | acts.UntilHangUp() | acts.Mute() | acts.Back() | acts.Ring(seconds=None):
            return "over"
        case acts.RingWithTone(seconds=seconds):
            return "over" if seconds is None else "heard"
        case acts.Progress():
            return "heard"
        case acts.Menu(keys=keys):
            for key, inner in keys.items():
                inside(inner, stage, place.at("keys", key))
        case acts.Repeat(acts=inner, times=times):
            return "over" if inside(inner, stage, place.at("repeat")) == "over" or times is None else stage
    return stage


def inside(steps: tuple[Step, ...], stage: Stage, place: Place) -> Stage:
    """The stage after steps that may be acted many times, or never: they may end the call, but not bring it further."""
    end = in_order(steps, stage, place)
    if end not in (stage, "over"):
        raise place.error("exchange.inside")
    return end
