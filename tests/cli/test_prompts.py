"""`probe prompts` and `probe rejudge` as a clerk uses them: heard, labelled once, known, old calls judged again."""

from __future__ import annotations

from pathlib import Path

import pytest
import soundfile

from probe.exchange import running
from probe.store import Store
from tests import audio
from tests.cli.conftest import Probe, lines

pytestmark = pytest.mark.hears
UNHEARD = "say_disclosure-1-zm_yunxi"
DISTRICT = """
country: "86"
area: "571"
hours: 周一至周五
email: owner@district.example
offices:
  - unit: 甲局
    department: 一科
    service: 咨询
    number: "87250001"
    behaviour: announcement_that_nobody_knows
    story: {{zh: 不认识的提示音, en: an announcement that nobody knows}}
    acts:
      - progress
      - silence: 0.5
      - play: {prompt}
      - silence: 0.8
      - reply: 480 Temporarily Unavailable
    expect: {{outcome: inconclusive, cause: unsure}}
"""


def wav(path: Path, pcm: audio.Pcm, rate: int = 8000) -> Path:
    soundfile.write(path, pcm, rate, subtype="PCM_16")
    return path


def test_heard_labelled_known_and_old_calls_judged_again(home: Path, probe: Probe) -> None:
    (home / "probe.toml").write_text(
        '[robot]\nlanguage = "en"\n[data]\nfolder = "data"\n[transcriber]\nenabled = false\n'
    )
    (home / "district.yaml").write_text(DISTRICT.format(prompt=UNHEARD), encoding="utf-8")
    prompts = home / "data" / "prompts"
    with running(home / "district.yaml") as address:
        uri = f"sip:87250001@{address}"
        (home / "numbers.csv").write_text(f"单位,号码,场景\n甲,{uri},hotline-15s\n", encoding="utf-8")
        assert probe("numbers", "import", "numbers.csv").returncode == 0
        (first,) = lines(probe("dial", "--json", uri))
        assert first["outcome"] == "inconclusive"

        (unknown,) = lines(probe("prompts", "unknown", "--json"))
        assert (unknown["name"], unknown["times"], unknown["calls"]) == ("u-0001", 1, [first["call_id"]])
        assert Path(unknown["listen"]).stat().st_size > 16_000

        done = probe("prompts", "label", "u-0001", "停机", "--text", "您拨打的电话已停机")
        assert done.returncode == 0, done.stderr
        assert "probe rejudge --since 20" in done.stderr
        (prompts / "broken.json").write_text("{")
        again = probe("dial", "--json", uri)
        assert [line["cause"] for line in lines(again)] == ["suspended"], again.stderr
        assert again.stderr.count("broken.json") == 1

    dry = probe("rejudge", "--json", "--dry-run")
    assert [(c["new"]["cause"], c["stored"]) for c in lines(dry)] == [("suspended", False)]
    (change,) = lines(probe("rejudge", "--json"))
    assert (change["call_id"], change["heard_anew"], change["stored"]) == (first["call_id"], True, True)
    assert (change["old"]["outcome"], change["new"]["outcome"]) == ("inconclusive", "unreachable")
    assert "calls whose checks of the scenario came out otherwise: 1" in dry.stderr
    assert lines(probe("rejudge", "--json")) == []
    with Store.open(f"sqlite:///{home / 'data' / 'tongbutong.sqlite3'}") as store:
        assert [f.verdict.outcome for f in store.former(first["call_id"])] == ["inconclusive"]
        call = store.record(first["call_id"])
    assert call is not None
    assert call.record.verdict.because[-1].key == "rejudged"
    assert [(c.name, c.passed, c.seen) for c in call.record.checks] == [
        ("answered within 15 s", False, "unreachable (suspended)")
    ]
    assert call.record.order.open is not None, "by the default hours"


def test_a_recording_is_added_listed_corrected_and_removed(home: Path, probe: Probe) -> None:
    wav(home / "a.wav", audio.prompt(UNHEARD))
    done = probe("--lang", "en", "prompts", "add", "a.wav", "--label", "barred", "--name", "ours", "--origin", "Jia")
    assert done.returncode == 0, done.stderr
    (own,) = lines(probe("prompts", "list", "--own", "--json"))
    assert (own["name"], own["label"], own["origin"], own["own"]) == ("ours", "barred", "Jia", True)
    assert len(lines(probe("prompts", "list", "--json"))) > 90
    assert probe("prompts", "label", "ours", "rejected").returncode == 0
    assert [line["label"] for line in lines(probe("prompts", "list", "--own", "--json"))] == ["rejected"]
    assert "呼叫" in probe("--lang", "zh", "prompts", "label", "ours", "barred").stderr
    assert probe("prompts", "remove", "ours").returncode == 0
    assert lines(probe("prompts", "list", "--own", "--json")) == []


def test_adding_what_is_known_already_says_so(home: Path, probe: Probe) -> None:
    wav(home / "a.wav", audio.prompt("vacant_number-1-zm_yunxi"))
    done = probe("--lang", "en", "prompts", "add", "a.wav", "--label", "vacant_number")
    assert "recognised already, as vacant number" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("add", "none.wav", "--label", "ivr"), "no such folder or file"),
        (("add", "wide.wav", "--label", "ivr"), "16000 Hz"),
        (("add", "a.wav", "--label", "suspnded"), "did you mean suspended?"),
        (("label", "u-0001", "ivr"), "no recording called"),
        (("remove", "vacant_number-1-zm_yunxi"), "comes with the program"),
    ],
)
def test_what_cannot_be_done_is_one_line_with_the_remedy(
    home: Path, probe: Probe, arguments: tuple[str, ...], told: str
) -> None:
    wav(home / "a.wav", audio.prompt(UNHEARD))
    wav(home / "wide.wav", audio.prompt(UNHEARD), 16000)
    done = probe("--lang", "en", "prompts", *arguments)
    assert done.returncode == 7
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_case_folders_are_judged_again_too(home: Path, probe: Probe) -> None:
    for name, expected in (("right", "busy_signal"), ("other", "rejected")):
        folder = home / name
        folder.mkdir()
        (folder / "trace.json").write_text(
            '{"schema": 1, "number": "+8657187250001", "started_at": "2026-03-02T09:00:00+08:00", "signals": ['
            '{"at_s": 0.0, "sent": "INVITE"}, {"at_s": 0.6, "received": "SIP/2.0 486 Busy Here", "origin": "wire"}],'
            '"ended_at_s": 0.6, "released_by": "far"}'
        )
        outcome = "busy" if expected == "busy_signal" else "unanswered"
        (folder / "expect.json").write_text(f'{{"outcome": "{outcome}", "cause": "{expected}"}}')
    done = probe("--lang", "en", "rejudge", "--case", "right", "--case", "other", "--case", "missing", "--json")
    assert done.returncode == 7
    assert [(c["call_id"], c["old"]["cause"], c["new"]["cause"]) for c in lines(done)] == [
        ("other", "rejected", "busy_signal")
    ]
    assert "missing" in done.stderr


def test_a_day_that_is_none_is_wrong_usage(home: Path, probe: Probe) -> None:
    assert probe("rejudge", "--since", "yesterday").returncode == 2
