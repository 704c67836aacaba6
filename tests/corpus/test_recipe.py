"""Recipes: the same sound every time, and a mistake in one says which case, what was found and what is possible."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from probe.model import Kind, Trace
from tests import audio, voices
from tests.corpus.evidence import evidence_at_s
from tests.corpus.key_phrases import key_phrases, measured
from tests.corpus.recipe import RecipeError, folders, read_recipe, read_trace, render
from tests.corpus.variants import calls, line_of
from tests.line import Line, through

TRACE = Trace(number="1", started_at=datetime(2026, 3, 2, tzinfo=UTC), media_started_at_s=0.5, answered_at_s=0.5)


def write(folder: Path, text: str) -> Path:
    path = folder / "my-case"
    path.mkdir()
    (path / "recipe.yaml").write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sounds: [{silence: 1, tone: 450}]", "this one is silence and tone"),
        ("sounds: [{seconds: 3}]", "a step is one of silence, tone, prompt, music, noise; this one is none"),
        ("sounds: [{prompt: human-99-nobody}]", "there is no prompt human-99-nobody; the prompts are in"),
        ("sounds: [{noise: brown}]", "there is no noise brown; there are white, pink, hum, babble, office"),
        ("sounds: [{silence: long}]", "Expected `float | null`, got `str` - at `$.sounds[0].silence`"),
        ("sounds: [{tone: 450, hertz: 3}]", "unknown field `hertz` - at `$.sounds[0]`"),
        ("sounds: []\nline: {codec: opus}", "there is no codec opus; there are alaw, ulaw, amr"),
        ("sounds: []\nline: {noise: brown}", "there is no noise brown"),
        ("line: {}", "missing required field `sounds`"),
        ("sounds: [", "my-case/recipe.yaml"),
    ],
)
def test_a_wrong_recipe_names_the_case_and_what_is_possible(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(RecipeError) as caught:
        read_recipe(write(tmp_path, text))
    assert str(caught.value).startswith("my-case/recipe.yaml")
    assert told in str(caught.value)


def test_a_recipe_is_rendered_the_same_every_time(tmp_path: Path) -> None:
    recipe = read_recipe(
        write(
            tmp_path,
            "sounds: [{prompt: human-1-zm_yunxi, pitch: 1.1, tempo: 0.9, room: 0.3}, {noise: office, dbm0: -30}]\n"
            "behind: [{music: 2}]\n"
            "line: {codec: amr, noise: babble, snr_db: 15, loss: 0.1, gap_s: 0.1, drift: 0.003, band: [300, 3400]}",
        )
    )
    assert recipe is not None
    assert np.array_equal(render(recipe, TRACE), render(recipe, TRACE))


def test_the_evidence_moves_with_the_speaker(tmp_path: Path) -> None:
    recipe = read_recipe(write(tmp_path, "sounds: [{silence: 1}, {prompt: ivr-1-zm_yunxi, tempo: 1.25, pitch: 1.1}]"))
    expect = {"kind": "machine", "cause": "ivr"}
    wanted = 0.5 + 1.0 + key_phrases()["ivr-1-zm_yunxi"] / 1.25
    assert evidence_at_s(expect, TRACE, recipe) == pytest.approx(wanted, abs=0.02)
    with pytest.raises(ValueError, match="there is no fax in this case"):
        evidence_at_s({"kind": "fax", "cause": "fax"}, TRACE, recipe)


def test_the_table_of_key_phrases_is_what_is_measured() -> None:
    again = {name: end_s for name, (_, end_s) in measured().items()}
    assert key_phrases() == pytest.approx(again, abs=0.011)
    spoken = {name for name, kind, _ in audio.prompts() if kind not in ("human", "recording_notice")}
    assert {name for name in spoken if not name.startswith("say_")} == set(key_phrases())


def test_variants_fill_in_what_a_recipe_leaves_open_and_are_always_the_same() -> None:
    by_name = {folder.name: folder for folder in folders()}
    folder = by_name["clerk-through-mu-law-and-lost-packets"]
    recipe = read_recipe(folder)
    assert recipe is not None
    assert line_of(folder, recipe, 0) == recipe.line
    lines = [line_of(folder, recipe, number) for number in range(1, 30)]
    assert lines == [line_of(folder, recipe, number) for number in range(1, 30)]
    assert {(line.codec, line.loss, line.noise_dbm0, line.snr_db) for line in lines} == {("ulaw", 0.03, -55.0, None)}
    assert len({line.level_db for line in lines}) > 10


def test_the_benchmark_makes_as_many_calls_as_it_is_asked_for() -> None:
    assert len(calls(1600)) == 1600
    assert calls(1600) == calls(1600)
    assert set(calls(len(folders()))) == {(folder, 0) for folder in folders()}
    assert all(number == 0 or read_recipe(folder) for folder, number in calls(1600))


def test_every_case_with_a_recipe_has_a_place_for_it() -> None:
    for folder in folders():
        assert (read_recipe(folder) is None) == (read_trace(folder).media_started_at_s is None), folder.name


@pytest.mark.parametrize("prompt", ["busy_announcement-1-zm_yunxi", "greeting-1-zf_xiaoyi", "ivr-2-zm_yunxi"])
@pytest.mark.parametrize(("pitch", "tempo"), [(1.1, 1.02), (0.92, 0.97), (1.0, 1.12)])
def test_another_voice_is_speech_and_no_recording_that_is_known(prompt: str, pitch: float, tempo: float) -> None:
    pcm = voices.spoken(prompt, pitch, tempo)
    assert len(pcm) == pytest.approx(len(audio.prompt(prompt)) / tempo, abs=400)
    heard = audio.listen(audio.join(audio.silence(0.5), audio.alaw(audio.gain(pcm, -10)), audio.silence(0.5)))
    assert Kind.SPEECH in {segment.kind for segment in heard.segments}
    assert not any(segment.known for segment in heard.segments)


def test_pitch_is_that_of_the_voice_and_tempo_leaves_it_alone() -> None:
    tone = audio.tone(400, 2.0)

    def hz(pcm: audio.Pcm) -> float:
        spectrum = np.abs(np.fft.rfft(pcm[2000:10000] * np.hanning(8000)))
        return float(np.argmax(spectrum))

    assert hz(voices.resampled(tone, 1.1)) == pytest.approx(440, abs=2)
    assert hz(voices.stretched(tone, 1.25)) == pytest.approx(400, abs=2)
    assert len(voices.stretched(tone, 1.25)) == len(tone) / 1.25


@pytest.mark.parametrize("colour", list(audio.COLOURS))
def test_noise_has_the_level_that_was_asked_for(colour: str) -> None:
    power = (audio.noise(3.0, -30.0, 1, colour).astype(float) ** 2).mean()
    assert 10 * np.log10(2 * power / (32767 * 10 ** (-3.14 / 20)) ** 2) == pytest.approx(-30, abs=0.3)


@pytest.mark.parametrize(
    "effect",
    [Line(codec="amr"), Line(loss=0.2), Line(loss=0.2, conceal=True), Line(gap_s=0.2), Line(clip_db=12.0)],
    ids=["amr", "loss", "concealed loss", "a gap", "clipped"],
)
def test_a_line_changes_the_sound_and_not_its_length(effect: Line) -> None:
    pcm = audio.tone(440, 10.0, -20.0)
    heard = through(pcm, effect)
    assert len(heard) == len(pcm)
    assert not np.array_equal(heard, through(pcm, Line()))
    assert audio.level_dbm0(heard) == pytest.approx(audio.level_dbm0(pcm), abs=4)
