"""District files: the one that is shipped, and every mistake in one's own with its sentence."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest

from probe.errors import ExchangeError
from probe.exchange import acts
from probe.exchange.acts import EXAMPLES, STEPS
from probe.exchange.district import SHIPPED, directory_csv, load
from probe.exchange.script import Place, read
from probe.model import Outcome
from tests.exchange.caller import district

PLACE = Place("my.yaml", "1001")
GOOD = """
offices:
  - unit: u
    department: d
    service: s
    number: "1001"
    behaviour: b
    story: {zh: 一, en: one}
    acts: [reply: 486 Busy Here]
    expect: {outcome: busy, cause: busy_signal}
"""


def test_the_shipped_district_is_large_and_whole() -> None:
    shipped = load()
    assert len(shipped.entries) >= 26
    assert len({entry.behaviour for entry in shipped.entries}) >= 22
    assert {entry.expect.outcome for entry in shipped.entries} == set(Outcome)
    offices = [(entry.unit, entry.department) for entry in shipped.entries]
    assert len(set(offices)) == len(offices), (
        "two lines of one office are never dialled at once: the round would be slow"
    )
    for entry in shipped.entries:
        assert re.fullmatch(r"8725\d{4}", entry.number)
        assert re.search(r"[\u4e00-\u9fff]", entry.story["zh"])
        assert not re.search(r"[\u4e00-\u9fff]", entry.story["en"].replace("彩铃", ""))
        assert entry.national == f"0571-{entry.number}"
        assert entry.e164 == f"+86571{entry.number}"


@pytest.mark.parametrize(
    "dialled",
    ["87250001", "+8657187250001", "057187250001", "57187250001", "008657187250001", "0571-8725 0001",
     "87250001;phone-context=+86571"],
)  # fmt: skip
def test_every_way_to_write_a_number_finds_it(dialled: str) -> None:
    entry = load().find(dialled)
    assert entry
    assert entry.number == "87250001"


@pytest.mark.parametrize("dialled", ["", "8725000", "110", "+8601087250001", "x", "1" * 1000])
def test_other_numbers_are_nobody(dialled: str) -> None:
    assert load().find(dialled) is None


def test_the_directory_file_is_what_a_user_would_import() -> None:
    shipped = load()
    rows = list(csv.DictReader(io.StringIO(directory_csv(shipped))))
    assert list(rows[0]) == ["单位", "科室", "号码", "服务", "工作时间", "责任人邮箱"]
    assert [shipped.find(row["号码"]) for row in rows] == list(shipped.entries)
    assert all(row["单位"] and row["责任人邮箱"] == "owner@district.example" for row in rows)


def test_what_is_the_districts_and_what_an_entrys_own() -> None:
    text = GOOD.replace('number: "1001"', 'number: "1001"\n    area: "10"\n    email: own@x.example')
    entry = written(text.replace("offices:", "email: all@x.example\nhours: 9-5\noffices:"))
    assert (entry.e164, entry.email, entry.hours) == ("+86101001", "own@x.example", "9-5")


def written(text: str):  # type: ignore[no-untyped-def]
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "my.yaml"
        file.write_text(text, encoding="utf-8")
        return load(file).entries[0]


MISTAKES = {
    "not yaml": (GOOD + "  x: [", "my.yaml, line 11: this is not YAML: expected <block end>, but found '?'"),
    "a list": ("- a", "my.yaml: the outermost level must be `name: value` lines, found ['a']"),
    "no offices": ("country: '86'", "my.yaml: there is no number under `offices`"),
    "unknown setting": (
        "ofices: []",
        "my.yaml, -: there is no 'ofices'; did you mean: country, area, hours, email, users, challenge",
    ),
    "bad setting": (
        "challenge: 403\n" + GOOD,
        "my.yaml, -: 'challenge' cannot be 403; write it like this: challenge: 401",
    ),
    "unknown key": (GOOD.replace("unit", "unti"), "my.yaml, 1001: there is no 'unti'; did you mean: unit, country"),
    "missing key": (GOOD.replace("    service: s\n", ""), "my.yaml, 1001: 'service' is missing"),
    "no acts": (GOOD.replace("    acts: [reply: 486 Busy Here]\n", ""), "my.yaml, 1001: 'acts' is missing"),
    "number without quotes": (
        GOOD.replace('"1001"', "1001"),
        "my.yaml, 1001: 'number' cannot be 1001; write it like this: number: \"87250001\"",
    ),
    "story in one language": (
        GOOD.replace(", en: one", ""),
        "my.yaml, 1001: 'story' cannot be {'zh': '一'}; write it like this: story: {zh: …, en: …}",
    ),
    "unknown cause": (
        GOOD.replace("busy_signal", "engaged"),
        "my.yaml, 1001: 'expect' cannot be {'outcome': 'busy', 'cause': 'engaged'}; "
        "write it like this: expect: {outcome: busy, cause: busy_signal}",
    ),
    "cause of another outcome": (
        GOOD.replace("busy_signal", "human"),
        "my.yaml, number 1001: in `expect`, human belongs to answered, not to busy",
    ),
    "twice": (GOOD + GOOD.partition("offices:\n")[2], "my.yaml: the number 1001 stands there twice"),
    "an entry that is none": (
        "offices: [7]",
        "my.yaml, offices[1]: 'offices' cannot be 7; write it like this: offices: [{unit: …, …}]",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_in_the_file(tmp_path: Path, name: str) -> None:
    text, sentence = MISTAKES[name]
    file = tmp_path / "my.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ExchangeError) as caught:
        load(file)
    assert str(caught.value) == sentence
    assert re.search(r"[\u4e00-\u9fff]", caught.value.text("zh"))
    assert caught.value.exit_code == 11


LIKE = "cannot be understood; write it like this:"
STEP_MISTAKES: dict[str, tuple[object, str]] = {
    "nothing": ([], "acts: a list of steps belongs here, found []"),
    "a word": ("answer", "acts: a list of steps belongs here, found answer"),
    "a slip": (["anser"], "1: there is no step 'anser'; allowed: answer, noise"),
    "a slip in Chinese": (["接听"], f"1: there is no step '接听'; allowed: {', '.join(STEPS)}"),
    "hostile": (
        [{"\x1b[31mx\n" * 30: 1}],
        f"1: there is no step '{('?[31mx?' * 30)[:60]}…'; allowed: {', '.join(STEPS)}",
    ),
    "a list as a step": (["answer", ["wait"]], "2: there is no step \"['wait']\"; allowed: wait"),
    "a word for a time": (["answer", {"wait": "long"}], f"2: 'wait: long' {LIKE} wait: 0.5"),
    "no time": (["answer", "wait"], f"2: 'wait' {LIKE} wait: 0.5"),
    "a negative time": ([{"wait": -1}], f"1: 'wait: -1' {LIKE} wait: 0.5"),
    "not a number": ([{"wait": float("nan")}], f"1: 'wait: nan' {LIKE} wait: 0.5"),
    "a value where none belongs": ([{"answer": 3}], f"1: 'answer: 3' {LIKE} answer"),
    "an unknown detail": (
        [{"reply": "486 Busy Here", "reson": "x"}],
        "1: 'reply' has no 'reson'; allowed: reason, headers",
    ),
    "a status that is none": (
        [{"reply": "busy"}],
        f"1: 'reply: busy' {LIKE} {{reply: 486 Busy Here, reason: \"Q.850;cause=17\"}}",
    ),
    "a final response as progress": (
        [{"progress": "200 OK"}],
        f"1: 'progress: 200 OK' {LIKE} progress: 183 Session Progress",
    ),
    "an answer as a reply": (
        [{"reply": "200 OK"}],
        f"1: 'reply: 200 OK' {LIKE} {{reply: 486 Busy Here, reason: \"Q.850;cause=17\"}}",
    ),
    "a header that breaks the line": (
        [{"reply": "486 Busy Here", "headers": {"X": "a\r\nEvil: b"}}],
        f"1: 'reply: 486 Busy Here' {LIKE} {{reply: 486 Busy Here, reason: \"Q.850;cause=17\"}}",
    ),
    "an unknown prompt": (
        ["answer", {"play": "human-1-zm_yunix"}],
        "2: 'play' has no sound 'human-1-zm_yunix'; near it: human-1-zm_yunxi, human-12-zm_yunxi, human-1-zm_yunxia",
    ),
    "an unknown tone": (["answer", {"tone": {"bsy": 3}}], "2: 'tone' has no sound 'bsy'; near it: busy"),
    "an unknown noise": (
        ["answer", {"noise": "street"}],
        "2: 'noise' has no sound 'street'; near it: none, line, room",
    ),
    "sound that nobody hears": (
        [{"ring": 2}, {"play": "human-1-zm_yunxi"}],
        "2: the caller cannot hear anything yet; put progress or answer before 'play'",
    ),
    "something after the end": (
        ["answer", "until_hang_up", "hang_up"],
        "3: the call is over by then, 'hang_up' never happens; remove it or the end before it",
    ),
    "no end": (["answer", {"wait": 1}], "2: the call has no end; finish with reply, hang_up or until_hang_up"),
    "ringing after the answer": (
        ["answer", {"ring": 2}],
        "2: 'ring' cannot come after the answer; to end the call write hang_up",
    ),
    "hanging up unanswered": (
        ["progress", "hang_up"],
        "2: nobody has answered, so nobody can hang up; write for example reply: 480 Temporarily Unavailable",
    ),
    "mute and then not": (["mute", "answer"], "1: `mute` means no reply at all and must stand alone"),
    "a key that is none": (
        ["answer", {"menu": "ivr-1-zm_yunxi", "keys": {"11": ["beep"]}}],
        f"2: 'menu: ivr-1-zm_yunxi' {LIKE} {{menu: ivr-1-zf_xiaoyi, repeats: 3, keys: {{\"0\": [hang_up]}}}}",
    ),
    "deep inside": (
        ["answer", {"menu": "ivr-1-zm_yunxi", "keys": {"0": ["beep", {"repeat": ["beep", {"wiat": 1}]}]}}],
        "2.keys.0.2.repeat.2: there is no step 'wiat'; allowed: wait",
    ),
    "after the end deep inside": (
        ["answer", {"menu": "ivr-1-zm_yunxi", "keys": {"0": ["hang_up", "beep"]}}, "hang_up"],
        "2.keys.0.2: the call is over by then, 'beep' never happens; remove it or the end before it",
    ),
    "an answer in a menu": (
        ["progress", {"menu": "ivr-1-zm_yunxi", "keys": {"0": ["answer"]}}, "until_hang_up"],
        "2.keys.0: steps in a menu or repeat may end the call but not begin or answer it; "
        "put progress and answer outside",
    ),
    "nothing to repeat": (["answer", {"repeat": 3}], "2.repeat: a list of steps belongs here, found 3"),
}


@pytest.mark.parametrize("name", STEP_MISTAKES)
def test_mistakes_in_the_acts(name: str) -> None:
    raw, sentence = STEP_MISTAKES[name]
    with pytest.raises(ExchangeError) as caught:
        read(raw, PLACE)
    assert str(caught.value) == f"my.yaml, number 1001, step {sentence}"


def test_every_step_has_an_example_that_can_be_read() -> None:
    import yaml

    for name, kind in STEPS.items():
        example = yaml.safe_load(EXAMPLES[kind]) if ":" in EXAMPLES[kind] else EXAMPLES[kind]
        around = {"mute": [example], "reply": [example], "ring": [example, {"reply": "480 Gone"}],
                  "ring_with_tone": [example, {"reply": "480 Gone"}], "progress": [example, {"reply": "480 Gone"}],
                  "answer": [example, "hang_up"], "hang_up": ["answer", example],
                  "back": ["answer", {"menu": "ivr-1-zf_xiaoyi", "keys": {"1": [example]}}, "hang_up"],
                  "until_hang_up": ["answer", example]}.get(name, ["answer", example, "hang_up"])  # fmt: skip
        steps = read(around, PLACE)
        inside = [s for step in steps for key in getattr(step, "keys", {}).values() for s in key]
        assert kind in {type(step) for step in (*steps, *inside)}


def test_the_head_of_the_file_names_every_step() -> None:
    head = SHIPPED.read_text(encoding="utf-8").partition("country:")[0]
    assert [name for name in STEPS if not re.search(rf"\b{name}\b", head)] == []


def test_steps_become_what_they_say(tmp_path: Path) -> None:
    entry = district(tmp_path, "[ring: 2, {reply: 486 Busy Here, reason: x, headers: {Retry-After: '3'}}]").entries[0]
    assert entry.acts == (
        acts.Ring(seconds=2),
        acts.Reply(status="486 Busy Here", reason="x", headers={"Retry-After": "3"}),
    )
