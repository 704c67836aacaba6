"""The language as a JSON Schema (draft 2020-12), from which editors complete and check a scenario while it is written.

`schema.json` beside this file is its output: `python -m scenarios.schema > scenarios/schema.json`.
"""

from __future__ import annotations

import json
import re
from typing import Any

from scenarios import notation
from scenarios.language import EXTENSION
from scenarios.read import BYS, KEYS, LONGEST_TEXT, MOST_KEYS, MOST_TIMES, VOICES

Schema = dict[str, Any]

ADDRESS = "https://json-schema.org/draft/2020-12/schema"
DURATION = r"^[0-9]{1,3}(\.[0-9])? ?(s|min)$"
_SOUND_FORMS = (
    rf"verdict|{'|'.join(notation.CLASSES)}",
    rf"sound ({'|'.join(notation.KINDS)})( [0-9]{{1,3}}(\.[0-9])? ?s)?",
    r"phrase \S.*",
    rf"prompt ({'|'.join(notation.CAUSES)})",
)
SOUND = rf"^({'|'.join(_SOUND_FORMS)})$"


def schema() -> Schema:
    """The whole schema. What it lets pass may still be wrong (`probe scenario check` has the last word)."""
    seconds = {"type": "string", "pattern": DURATION, "examples": ["15 s", "2 min"]}
    steps = {"type": "array", "items": {"$ref": "#/$defs/step"}, "minItems": 1}
    return {
        "$schema": ADDRESS,
        "title": "Tongbutong scenario / 通不通拨测场景",
        "description": "What the robot does during a call, and what it expects of the office.",
        **_object(
            {
                "name": {"type": "string", "description": "The file's name without .yaml", "minLength": 1},
                "use": _object(
                    {"zh": {"type": "string", "minLength": 1}, "en": {"type": "string", "minLength": 1}}, "zh", "en"
                ),
                "say": {"type": "string", "description": "Who calls; said to every person who answers"},
                "limits": _object({"answered": _ref("seconds"), "call": _ref("seconds")}),
                "steps": _ref("steps"),
                "expect": {"type": "array", "items": _ref("expectation"), "minItems": 1},
            },
            "name",
            "use",
            "say",
            "steps",
        ),
        "$defs": {
            "seconds": seconds,
            "steps": steps,
            "step": _step(),
            "sound": {"type": "string", "pattern": SOUND, "examples": list(notation.SOUND_FORMS)},
            "expectation": {
                "type": "string",
                "pattern": notation.PATTERN,
                "examples": list(notation.EXPECTATION_FORMS),
            },
        },
    }


def _step() -> Schema:
    some = {"anyOf": [_ref("sound"), {"type": "array", "items": _ref("sound"), "minItems": 1}]}
    branches = {"type": "object", "propertyNames": {"pattern": SOUND}, "additionalProperties": _ref("steps")}
    listen = _object({"for": some, "within": _ref("seconds"), "then": branches, "otherwise": _ref("steps")}, "within")
    # YAML reads 0 and 8001 as numbers; this program takes what is written
    pattern = f"^([{re.escape(KEYS)}]{{1,{MOST_KEYS}}}|{EXTENSION})$"
    keys = {"anyOf": [{"type": "string", "pattern": pattern}, {"type": "integer"}]}
    press = {"anyOf": [keys, _object({"keys": keys, "by": {"enum": list(BYS)}}, "keys")]}
    name = {"type": "string", "minLength": 1}
    text = {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT}
    wav = _object({"wav": name, "voice": {"enum": list(VOICES)}}, "wav")
    say = {"anyOf": [name, wav, _object({"text": text}, "text")]}
    ring = {"type": "string", "pattern": rf"{DURATION}|^[0-9]{{1,2}} rings?$|^until ringback$"}
    times = {"type": "integer", "minimum": 1, "maximum": MOST_TIMES}
    shapes: dict[str, Schema] = {
        "ring": ring,
        "listen": listen,
        "press": press,
        "say": say,
        "wait": _ref("seconds"),
        "repeat": _object({"times": times, "steps": _ref("steps")}, "times", "steps"),
    }
    return {"oneOf": [{"const": "hang_up"}, *(_object({name: shape}, name) for name, shape in shapes.items())]}


def _object(properties: Schema, *required: str) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        **({"required": list(required)} if required else {}),
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


if __name__ == "__main__":
    print(json.dumps(schema(), ensure_ascii=False, indent=2))
