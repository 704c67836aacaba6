"""`probe scenario`: look over, list, show, and rehearse before anyone real is called."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import soundfile

import scenarios
from tests.cli.conftest import Probe, lines
from tests.practice import settings

pytestmark = pytest.mark.hears
MINE = """name: mine
use: {zh: 试用, en: a trial of mine}
say: say_disclosure-1-zf_xiaoyi
steps:
  - ring: 9 s
"""


def test_check_names_file_line_and_the_right_spelling(home: Path, probe: Probe) -> None:
    (home / "mine.yaml").write_text(MINE, encoding="utf-8")
    (home / "wrong.yaml").write_text(MINE.replace("mine\n", "wrong\n").replace("ring", "rng"), encoding="utf-8")
    done = probe("scenario", "check", "mine.yaml", "wrong.yaml")
    assert done.returncode == 9
    assert "mine.yaml: all right (scenario 'mine': 1 steps, 0 expectations)" in done.stderr
    assert "wrong.yaml, line 5 (steps[1]): 'rng' is not known here. Did you mean 'ring'?" in done.stderr
    assert "Traceback" not in done.stderr


def test_list_says_when_to_use_each(home: Path, probe: Probe) -> None:
    done = probe("--lang", "zh", "scenario", "list")
    assert done.returncode == 0, done.stderr
    for name in scenarios.shipped():
        assert any(
            line.split()[0] == name and scenarios.load(name).use["zh"] in line for line in done.stdout.splitlines()
        )


def test_ones_own_lie_in_the_data_folder(home: Path, probe: Probe) -> None:
    (home / "probe.toml").write_text(settings("127.0.0.1:9"), encoding="utf-8")
    (home / "data" / "scenarios").mkdir(parents=True)
    (home / "data" / "scenarios" / "mine.yaml").write_text(MINE, encoding="utf-8")
    listed = {line["name"]: line["shipped"] for line in lines(probe("scenario", "list", "--json"))}
    assert listed["mine"] is False
    assert listed["direct"] is True
    assert probe("scenario", "show", "mine").stdout == MINE
    (home / "numbers.csv").write_text("单位,号码,场景\n甲局,0571-87250020,mine\n", encoding="utf-8")
    checked = probe("numbers", "check", "numbers.csv")
    assert checked.returncode == 0, checked.stderr


def test_show_prints_the_file_to_copy(home: Path, probe: Probe) -> None:
    done = probe("scenario", "show", "ivr-to-agent")
    assert done.stdout == scenarios.path_of("ivr-to-agent").read_text(encoding="utf-8")
    missing = probe("scenario", "show", "ivr-to-agnt")
    assert missing.returncode == 9
    assert "Did you mean 'ivr-to-agent'?" in missing.stderr


def test_run_rehearses_on_the_practice_exchange(home: Path, probe: Probe) -> None:
    done = probe("scenario", "run", "hotline-15s", "--number", "0571-87250020", "--folder", "kept")
    assert done.returncode == 0, done.stderr
    assert "nobody real is called" in done.stderr
    assert "← SIP/2.0 486 Busy Here" in done.stdout
    assert "✗ answered within 15 s: busy (busy signal)" in done.stdout


def test_run_takes_a_file_that_is_being_written(home: Path, probe: Probe) -> None:
    (home / "mine.yaml").write_text(MINE + "expect: [not busy]\n", encoding="utf-8")
    done = probe("scenario", "run", "mine.yaml", "--number", "0571-87250020", "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert record["order"]["scenario"] == "mine"
    assert record["checks"] == [{"name": "not busy", "passed": False, "seen": "busy (busy signal)"}]


def test_run_calls_nobody_but_the_practice_exchange(home: Path, probe: Probe) -> None:
    done = probe("scenario", "run", "direct", "--number", "010-65250001")
    assert done.returncode == 9
    assert "the practice exchange has no number '010-65250001'" in done.stderr


def test_a_text_is_made_a_voice_ahead_of_the_call(home: Path, probe: Probe) -> None:
    """What was prepared is what the far end hears, and the trace says whose voice it is not."""
    steps = "  - ring: 9 s\n  - listen: {for: human, within: 9 s}\n  - say: {text: 请问9号窗口在哪里？}\n"
    (home / "mine.yaml").write_text(MINE.replace("  - ring: 9 s\n", steps), encoding="utf-8")
    before = probe("scenario", "check", "mine.yaml")
    assert before.returncode == 9
    assert "run `probe scenario prepare mine.yaml` first" in before.stderr
    done = probe("scenario", "prepare", "mine.yaml")
    assert done.returncode == 0, done.stderr
    assert "of synthetic voice made of: 请问9号窗口在哪里？" in done.stderr
    (wav,) = (home / "prepared").glob("*.wav")
    assert soundfile.info(wav).samplerate == 8000
    assert probe("scenario", "check", "mine.yaml").returncode == 0
    ran = probe("scenario", "run", "mine.yaml")
    said = [line.split("→ ")[1] for line in ran.stdout.splitlines() if "→ SAY" in line]
    assert said == ["SAY say_disclosure-1-zf_xiaoyi", f"SAY {wav.stem} (synthetic voice)"], ran.stderr
    (home / "none.yaml").write_text(MINE.replace("name: mine", "name: none"), encoding="utf-8")
    assert "has no `text`" in probe("scenario", "prepare", "none.yaml").stderr
