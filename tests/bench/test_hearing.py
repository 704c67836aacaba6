"""The hearing benchmark's own parts: AMD's rules, the tables, and a run over a few cases."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from tests import audio
from tests.bench.amd import Amd, detect
from tests.bench.heard import Heard
from tests.bench.hearing import main, placed
from tests.bench.hearing_tables import tables, worst

WORD = audio.tone(300, 0.4)
PAUSE = audio.silence(0.3)


@pytest.mark.parametrize(
    ("pcm", "said"),
    [
        (audio.silence(3.0), Amd.MACHINE),  # initial silence
        (audio.join(audio.silence(2.0), WORD, audio.silence(1.0)), Amd.HUMAN),
        (audio.join(WORD, PAUSE, WORD, audio.silence(1.0)), Amd.HUMAN),
        (audio.join(WORD, PAUSE, WORD, PAUSE, WORD, audio.silence(1.0)), Amd.MACHINE),  # the third word
        (audio.join(audio.tone(300, 1.6), audio.silence(1.0)), Amd.MACHINE),  # a greeting of more than 1.5 s
        (audio.join(audio.tone(300, 0.06), audio.silence(2.0)), Amd.HANGUP),  # a click is no word
        (audio.join(*[audio.join(audio.tone(300, 0.08), audio.silence(0.72))] * 7), Amd.MACHINE),
        (audio.join(audio.silence(1.0), audio.noise(0.5, -50.0), WORD), Amd.HANGUP),  # noise below the threshold
    ],
)
def test_the_rules_of_amd(pcm: audio.Pcm, said: Amd) -> None:
    assert detect(pcm) is said


def one(case: str, wanted: str, got: str, *, confidence: float = 0.9, late_s: float = 0.5, **more: object) -> Heard:
    fields: dict[str, object] = {
        "case": case,
        "variant": 0,
        "kind": "clerk",
        "needs_words": False,
        "wanted_outcome": wanted.split("/")[0],
        "wanted_cause": wanted.split("/")[1],
        "outcome": got.split("/")[0],
        "cause": got.split("/")[1],
        "confidence": confidence,
        "sure": True,
        "evidence_at_s": 4.0,
        "decided_at_s": 4.0 + late_s,
        "answered": True,
        "audio_s": 10.0,
        "cpu_s": 0.03,
        "amd": Amd.HUMAN,
    }
    return Heard(**(fields | more))  # type: ignore[arg-type]


def test_the_tables_count_what_they_say() -> None:
    results = [
        one("a", "answered/human", "answered/human", late_s=0.2),
        one("b", "answered/human", "inconclusive/unsure", confidence=0.4, amd=Amd.MACHINE),
        one("c", "voicemail/greeting", "answered/human", kind="machine", late_s=3.0),
        one("d", "busy/busy_announcement", "inconclusive/unsure", kind="announcement", needs_words=True, amd=None),
    ]
    by_title = {table.title: {row[0]: row[1:] for row in table.rows} for table in tables(results, with_words=False)}
    summary = by_title["Right and wrong"]
    assert summary["outcome right"] == ["25.00 % (1 of 4)"]
    assert summary["outcome right, or unsure of words that it cannot know"] == ["50.00 % (2 of 4)"]
    assert summary["called human but not human"] == ["50.00 % (1 of 2)"]
    assert summary["human but not called answered"] == ["50.00 % (1 of 2)"]
    assert by_title["CPU time of one core"]["ms per second of audio"][0] == "3.00"
    assert by_title["Confidence"]["0.90–0.95"][:3] == ["2", "0.900", "0.500"]
    beside = by_title["After the answer, beside Asterisk's AMD rules"]
    assert beside["person called something else"] == ["50.00 % (1 of 2)", "0.00 % (0 of 2)"]
    assert beside["something else called a person"] == ["100.00 % (1 of 1)", "100.00 % (1 of 1)"]
    delays = by_title["Seconds from the earliest possible moment to the verdict (right ones)"]
    assert delays["all"] == ["1", "0.20", "0.20", "0.20", "100%"]
    assert [row[0] for row in worst(results, 9).rows] == ["b", "c"]


def test_the_benchmark_runs_over_cases() -> None:
    done = CliRunner().invoke(main, ["--words", "no", "--jobs", "1", "--only", "busy-486", "--markdown"])
    assert done.exit_code == 0, done.output
    assert "2 cases, 2 calls, without words" in done.output
    assert "| outcome right | 100.00 % (2 of 2) |" in done.output


def test_new_figures_stand_where_the_old_ones_stood() -> None:
    page = "a\n<!-- figures with words -->\nold\n<!-- end of figures with words -->\nb\n"
    once = placed(page, "with words", "new")
    assert "old" not in once
    assert once.startswith("a\n<!-- figures with words -->\n\nnew\n")
    assert once.endswith("<!-- end of figures with words -->\nb\n")
    assert placed(once, "with words", "new") == once
    with pytest.raises(ValueError, match="without words"):
        placed(page, "without words", "new")
