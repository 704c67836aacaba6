"""Reads a scenario strictly: the first thing that cannot be is named with its line and with what could stand there."""

from __future__ import annotations

import re
import wave
from collections.abc import Callable, Collection
from hashlib import sha256
from pathlib import Path

from scenarios import language as lang
from scenarios import notation
from scenarios.nodes import Mistake, Node, tree

STEPS = ("ring", "listen", "press", "say", "wait", "repeat", "hang_up")
BYS = ("rfc4733", "info", "in-band")
VOICES = ("synthetic", "person")
KEYS = "0123456789*#ABCD"
MOST_KEYS = 16
MOST_TIMES = 20
MOST_RINGS = 20
LONGEST_TEXT = 200  # characters to be said: 40 s or so
PREPARED = "prepared"  # the folder beside the file with what was made of texts
_CHINESE = re.compile(r"(?=.*[\u4e00-\u9fff])[\u4e00-\u9fff0-9\s，。、；：？！,.;:?!“”‘’（）()—…-]+", re.DOTALL)
MOST_STEPS = 500  # acted out, counting repeats


class Reader:
    """One file. `folder` is where its own WAVs are; `recordings` the library's names, None when they are not known.

    `texts` are those that it wants said, by the recordings that are to be made of them; while `preparing`, these need
    not be there yet.
    """

    def __init__(self, folder: Path, recordings: Collection[str] | None = None, *, preparing: bool = False) -> None:
        self._folder = folder
        self._preparing = preparing
        self.texts: dict[Path, str] = {}
        self._recordings = recordings
        self._count = 0
        self._times = 1  # how often the steps under way are acted out

    def scenario(self, text: str, name: str) -> lang.Scenario:
        """The scenario of a file that is called `name`.yaml. Mistake for the first thing that is wrong."""
        needed = ("name", "use", "say", "steps")
        root = tree(text)
        top = root.fields((*needed, "limits", "expect"), needed)
        if top["name"].text != name:
            raise top["name"].wrong(name)
        use = top["use"].fields(("zh", "en"), ("zh", "en"))
        limits = top["limits"].fields(("answered", "call")) if "limits" in top else {}
        steps = self._steps(top["steps"])
        if not isinstance(steps[0], lang.Ring):
            raise top["steps"].items[0].rule("ring_first")
        return lang.Scenario(
            name=name,
            use={code: _sentence(node) for code, node in use.items()},
            steps=steps,
            say=self._wav(top["say"]),
            answered_limit_s=_limit(limits.get("answered"), lang.ANSWERED_LIMIT_S),
            deadline_s=_limit(limits.get("call"), lang.CALL_LIMIT_S),
            expect=tuple(notation.expectation(one) for one in top["expect"].items) if "expect" in top else (),
        )

    def _steps(self, node: Node, *, inner: bool = False) -> tuple[lang.AnyStep, ...]:
        steps: list[lang.AnyStep] = []
        for one in node.items:
            self._count += self._times
            if self._count > MOST_STEPS:
                raise one.rule("too_many")
            if steps and isinstance(steps[-1], lang.HangUp):
                raise one.rule("after_end")
            step = self._step(one)
            if isinstance(step, lang.Ring) and (steps or inner):
                raise one.rule("ring_first")
            steps.append(step)
        return tuple(steps)

    def _step(self, node: Node) -> lang.AnyStep:
        if node.value == "hang_up":
            return lang.HangUp()
        if isinstance(node.value, str):
            raise node.unknown(node.value, STEPS)
        if not isinstance(node.value, dict) or len(node.value) != 1:
            raise node.wrong("- hang_up", "- wait: 3 s")
        name, what = next(iter(node.fields(STEPS).items()))
        if name == "hang_up":
            raise node.wrong("- hang_up")
        make: Callable[[Node], lang.AnyStep] = getattr(self, f"_{name}")
        return make(what)

    def _ring(self, node: Node) -> lang.Ring:
        if node.value == "until ringback":
            return lang.Ring(first_ringback=True)
        count, _, unit = node.text.partition(" ")
        if unit in ("ring", "rings"):
            if not count.isascii() or not count.isdigit() or not 1 <= int(count) <= MOST_RINGS:
                raise node.wrong("3 rings", f"≤ {MOST_RINGS} rings")
            return lang.Ring(rings=int(count), seconds=max(lang.RING_LIMIT_S, lang.RING_S * (int(count) + 2)))
        if unit and not node.text[0].isdigit():
            raise node.wrong("45 s", "3 rings", "until ringback")
        return lang.Ring(seconds=notation.seconds(node, most_s=180))

    def _listen(self, node: Node) -> lang.Listen:
        fields = node.fields(("for", "within", "then", "otherwise"), ("within",))
        then = self._branches(fields["then"]) if "then" in fields else ()
        if "for" in fields:
            sounds = self._sounds(fields["for"])
        elif then:
            sounds = tuple(branch.sound for branch in then)
        else:
            raise Mistake("missing", line=node.line, where=node.where, found="for", allowed=("for", "then"))
        for branch in then:
            if branch.sound not in sounds and not any(s.what == "verdict" for s in sounds):
                raise fields["then"].unknown(str(branch.sound), tuple(map(str, sounds)))
        return lang.Listen(
            within_s=notation.seconds(fields["within"], most_s=lang.LONGEST_CALL_S),
            sounds=sounds,
            then=then,
            otherwise=self._steps(fields["otherwise"], inner=True) if "otherwise" in fields else (),
        )

    def _sounds(self, node: Node) -> tuple[lang.Sound, ...]:
        if isinstance(node.value, str):
            return (notation.sound(node.value, node),)
        return tuple(notation.sound(one.text, one) for one in node.items)

    def _branches(self, node: Node) -> tuple[lang.Branch, ...]:
        if not isinstance(node.value, dict) or not node.value:
            raise node.wrong("human: [hang_up]")
        return tuple(
            lang.Branch(sound=notation.sound(name, what), steps=self._steps(what, inner=True))
            for name, what in node.value.items()
        )

    def _press(self, node: Node) -> lang.Press:
        fields = node.fields(("keys", "by"), ("keys",)) if isinstance(node.value, dict) else {"keys": node}
        keys = fields["keys"].text
        if keys != lang.EXTENSION and (not 1 <= len(keys) <= MOST_KEYS or not set(keys) <= set(KEYS)):
            raise fields["keys"].wrong('"0"', f"1–{MOST_KEYS} × {KEYS}", lang.EXTENSION)
        by = fields["by"].text if "by" in fields else "rfc4733"
        if by not in BYS:
            raise fields["by"].unknown(by, BYS)
        return lang.Press(keys=keys, by=by)  # type: ignore[arg-type]  # one of BYS

    def _say(self, node: Node) -> lang.Say:
        if isinstance(node.value, dict) and "text" in node.value:
            return lang.Say(wav=self._text(node.fields(("text",))["text"]), voice="synthetic")
        fields = node.fields(("wav", "voice", "text"), ("wav",)) if isinstance(node.value, dict) else {"wav": node}
        wav = self._wav(fields["wav"])
        if wav.endswith(".wav") and "voice" not in fields:
            raise Mistake("missing", line=node.line, where=node.where, found="voice", allowed=VOICES)
        voice = fields["voice"].text if "voice" in fields else "synthetic"
        if voice not in VOICES:
            raise fields["voice"].unknown(voice, VOICES)
        return lang.Say(wav=wav, voice=voice)  # type: ignore[arg-type]  # one of VOICES

    def _text(self, node: Node) -> str:
        """Where the recording lies that was made of this text ahead (`probe scenario prepare`)."""
        if not 0 < len(node.text) <= LONGEST_TEXT or not _CHINESE.fullmatch(node.text):
            raise node.rule("bad_text")
        path = self._folder.resolve() / PREPARED / f"text-{sha256(node.text.encode()).hexdigest()[:12]}.wav"
        self.texts[path] = node.text
        if not self._preparing and not _playable(path):
            raise node.rule("not_prepared")
        return str(path)

    def _wav(self, node: Node) -> str:
        if node.text.endswith(".wav"):
            path = (self._folder / node.text).resolve()
            if not path.is_file():
                beside = (path.name for path in self._folder.glob("*.wav"))
                raise node.unknown(node.text, (*sorted(beside), *sorted(self._recordings or ())))
            if not _playable(path):
                raise node.rule("bad_wav")
            return str(path)
        if self._recordings is not None and node.text not in self._recordings:
            raise node.unknown(node.text, tuple(sorted(self._recordings)))
        return node.text

    def _wait(self, node: Node) -> lang.Wait:
        return lang.Wait(seconds=notation.seconds(node, most_s=lang.LONGEST_CALL_S))

    def _repeat(self, node: Node) -> lang.Repeat:
        fields = node.fields(("times", "steps"), ("times", "steps"))
        times = fields["times"].text
        if not times.isascii() or not times.isdigit() or not 1 <= int(times) <= MOST_TIMES:
            raise fields["times"].wrong("3", f"≤ {MOST_TIMES}")
        outer, self._times = self._times, self._times * int(times)
        steps = self._steps(fields["steps"], inner=True)
        self._times = outer
        return lang.Repeat(times=int(times), steps=steps)


def _playable(path: Path) -> bool:
    """Whether a line can play it as it is: 8 kHz, mono, 16 bit."""
    try:
        with wave.open(str(path), "rb") as file:
            return (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 8000)
    except (wave.Error, EOFError, OSError):
        return False


def _sentence(node: Node) -> str:
    if not node.text:
        raise node.wrong('"…"')
    return node.text


def _limit(node: Node | None, default_s: float) -> float:
    return default_s if node is None else notation.seconds(node, most_s=lang.LONGEST_CALL_S)
