"""The JSON Schema for editors: it is the one of the language, lets the library pass, and catches what is misspelt."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
import yaml

import scenarios
from scenarios import notation
from scenarios.schema import schema

WRITTEN = json.loads((files("scenarios") / "schema.json").read_text(encoding="utf-8"))
BAD = Path(__file__).parent / "bad"


def complaints(path: Path) -> list[str]:
    validator = jsonschema.Draft202012Validator(WRITTEN)
    return [error.message for error in validator.iter_errors(yaml.safe_load(path.read_text(encoding="utf-8")))]


def test_the_file_is_what_the_program_writes() -> None:
    assert schema() == WRITTEN, "python -m scenarios.schema > scenarios/schema.json"
    jsonschema.Draft202012Validator.check_schema(WRITTEN)


@pytest.mark.parametrize("name", scenarios.shipped())
def test_the_library_passes(name: str) -> None:
    assert complaints(scenarios.path_of(name)) == []


@pytest.mark.parametrize(
    "name",
    [
        "step-misspelt",
        "key-of-a-listening-misspelt",
        "class-misspelt",
        "sound-that-there-is-not",
        "prompt-of-no-known-cause",
        "duration-without-unit",
        "two-steps-in-one",
        "press-no-keys",
        "press-by-unknown-way",
        "voice-that-there-is-not",
        "repeat-too-often",
        "expectation-misspelt",
        "expectation-of-no-class",
        "top-key-misspelt",
        "use-without-chinese",
        "no-steps",
        "steps-empty",
        "nobody-is-told-who-calls",
        "a-list",
    ],
)
def test_an_editor_sees_the_mistake_too(name: str) -> None:
    assert complaints(BAD / f"{name}.yaml")


def test_every_form_of_the_documentation_passes() -> None:
    validator = jsonschema.Draft202012Validator(WRITTEN)
    for form in (*notation.EXPECTATION_FORMS, "menu depth <= 2"):
        assert validator.evolve(schema=WRITTEN["$defs"]["expectation"]).is_valid(form), form
    for form in notation.SOUND_FORMS:
        assert validator.evolve(schema=WRITTEN["$defs"]["sound"]).is_valid(form), form
