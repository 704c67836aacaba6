"""Every sentence exists in Chinese and English, with the same placeholders, and every name has its word."""

import re
import string
from enum import StrEnum
from importlib.resources import files

import pytest

from probe.model import Blame, Cause, Outcome
from probe.words import LANGUAGES, catalogue, words

FILES = sorted(p.name.removesuffix(".toml") for p in files("probe.words").iterdir() if p.name.endswith(".toml"))


def placeholders(sentence: str) -> set[str]:
    return {
        field.split(".")[0].split("[")[0] for _, field, _, _ in string.Formatter().parse(sentence) if field is not None
    }


@pytest.mark.parametrize("name", FILES)
def test_both_languages_say_the_same(name: str) -> None:
    for key, entry in catalogue(name).items():
        assert set(entry) == set(LANGUAGES), f"{name}.{key}"
        assert placeholders(entry["zh"]) == placeholders(entry["en"]), f"{name}.{key}"
        assert all(text.strip() for text in entry.values()), f"{name}.{key} is empty in a language"


@pytest.mark.parametrize("name", FILES)
def test_chinese_is_chinese(name: str) -> None:
    for key, entry in catalogue(name).items():
        wordy = re.search(r"[a-z]{3}", re.sub(r"\{[^}]*\}", "", entry["en"]))
        assert not wordy or re.search(r"[\u4e00-\u9fff]", entry["zh"]), f"{name}.{key} is not Chinese"


@pytest.mark.parametrize(("kind", "names"), [("outcome", Outcome), ("cause", Cause), ("blame", Blame)])
def test_every_outcome_cause_and_blame_has_a_word(kind: str, names: type[StrEnum]) -> None:
    for member in names:
        for lang in LANGUAGES:
            assert words(f"names.{kind}_{member}", lang)


def test_no_name_is_left_over() -> None:
    known = {f"{kind}_{m}" for kind, names in (("outcome", Outcome), ("cause", Cause), ("blame", Blame)) for m in names}
    assert set(catalogue("names")) == known


def used_keys() -> set[str]:
    """Every "file.key" string literal in the sources that names a catalogue of ours."""
    from pathlib import Path

    root = Path(__file__).parent.parent
    pattern = re.compile(rf'"((?:{"|".join(FILES)})\.[a-z][a-z0-9_]*)"')
    sources = [
        p
        for folder in ("probe", "reports")
        for p in (root / folder).rglob("*")
        if p.suffix in {".py", ".html", ".j2"} and "migrations" not in p.parts  # they name tables, not sentences
    ]
    return {key for path in sources for key in pattern.findall(path.read_text(encoding="utf-8"))}


def test_every_key_that_is_used_exists() -> None:
    file_names = (".toml", ".html", ".csv", ".yaml")
    used = {key for key in used_keys() if not key.endswith(file_names)}
    assert {key for key in used if key.partition(".")[2] not in catalogue(key.partition(".")[0])} == set()
