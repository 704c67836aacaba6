"""Every sentence the robot says to people, in Chinese and English, from the TOML files beside this one.

A key is `FILE.NAME` ("cli.error" is the table `error` of `cli.toml`). Placeholders are those of
`str.format`. A test holds that both languages exist for every key and use the same placeholders.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from probe.model import Because

LANGUAGES = ("zh", "en")


@cache
def catalogue(name: str) -> dict[str, dict[str, str]]:
    """One file of sentences: name → language → sentence."""
    return tomllib.loads((files(__package__) / f"{name}.toml").read_text(encoding="utf-8"))


def words(key: str, lang: str, **values: object) -> str:
    """The sentence `key` in `lang`, filled in. KeyError when there is none: that is a defect of ours."""
    name, _, entry = key.partition(".")
    return catalogue(name)[entry][lang].format(**values)


def because(key: str, lang: str, **values: object) -> str:
    """A piece of evidence as a sentence: its key names a file of its own ("health.no_canary"), else `because.toml`."""
    return words(key if "." in key else f"because.{key}", lang, **values)


def told(one: Because, lang: str) -> str:
    """The same, of a piece of evidence as it is stored."""
    values = dict(one.values)
    if "outcome" in values:
        values["outcome"] = words(f"names.outcome_{values['outcome']}", lang)
    return because(one.key, lang, **values)
