"""docs/settings.md and the schema say the same; every key has its sentence."""

import re
import tomllib
from enum import StrEnum
from pathlib import Path

import pytest

import probe
from probe.cli import talk
from probe.dial.trunk import NumberFormat, Trunk, request_uri
from probe.directory import normalise
from probe.settings import load
from probe.settings.schema import NAMED, TABLES
from probe.words import catalogue

ROOT = Path(probe.__file__).parent.parent
PAGE = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
HEADINGS = {name: f"## `[{name}]`" for name in TABLES} | {name: f"## `[{name}.NAME]`" for name in NAMED}


def section(heading: str) -> str:
    return PAGE.partition(f"\n{heading}\n")[2].partition("\n## ")[0]


def rows(text: str) -> dict[str, list[str]]:
    """First cell of each row of the first table → its other cells."""
    table = text.partition("\n|")[2].partition("\n\n")[0]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    return {first.strip("`"): rest for first, *rest in cells[2:]}


@pytest.mark.parametrize("table", TABLES)
def test_every_key_is_documented_with_its_default_and_no_other(table: str) -> None:
    documented = rows(section(HEADINGS[table]))
    fields = TABLES[table].model_fields
    assert list(documented) == list(fields)
    for key, (default, meaning) in documented.items():
        assert meaning, key
        if default.startswith("`"):
            actual = fields[key].default
            said = tomllib.loads(f"x = {default.strip('`')}")["x"]
            assert said == (str(actual) if isinstance(actual, StrEnum | Path) else actual), key
        else:
            assert (
                default == "required" if fields[key].is_required() else default in ("none", "SQLite file in `folder`")
            )


def test_every_number_format_is_documented_and_written_as_it_says() -> None:
    table = section(HEADINGS["trunk"]).partition("| `number_format` |")[2]
    documented = re.findall(r"^\| `(\w+)`[^|]* \| (\S+) \| (\S+) \|$", table, re.M)
    assert [name for name, *_ in documented] == [*NumberFormat]
    for name, near, far in documented:
        prefix = "9" if name == NumberFormat.PREFIX else ""
        trunk = Trunk(name="t", proxy="sip:192.0.2.10", number_format=NumberFormat(name), prefix=prefix)
        for written, said in (("0571-87250001", near), ("021-62340001", far)):
            number = normalise(written, country="CN", area_code="0571")
            assert request_uri(number, trunk, area_code="0571", country="CN").user == said


def test_every_environment_variable_is_documented() -> None:
    documented = set(rows(section("## Environment variables")))
    sources = Path(load.__file__).read_text(encoding="utf-8") + Path(talk.__file__).read_text(encoding="utf-8")
    assert documented == set(re.findall(r'"(TONGBUTONG_[A-Z]+)"', sources))


def test_every_key_has_a_sentence_that_says_what_it_may_be() -> None:
    keys = {key for model in TABLES.values() for key in model.model_fields}
    assert {name.removeprefix("allowed_") for name in catalogue("settings") if name.startswith("allowed_")} == keys
