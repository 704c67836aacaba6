"""The headers that are understood, and docs/directory.md, which lists them."""

import re
import tomllib
from pathlib import Path

import pytest

import probe
from probe.directory import normalise, parse
from probe.directory.headers import match
from probe.model import Number

ROOT = Path(probe.__file__).parent.parent
NAMES = tomllib.loads((ROOT / "probe" / "data" / "headers.toml").read_text(encoding="utf-8"))
FIELDS = {field: names for field, names in NAMES.items() if field != "stands_in"}
PAGE = (ROOT / "docs" / "directory.md").read_text(encoding="utf-8")


def table(title: str) -> list[list[str]]:
    """The rows of the table below a heading, without its header."""
    lines = PAGE.partition(f"## {title}")[2].partition("\n## ")[0].splitlines()
    return [line.strip("| ").split(" | ") for line in lines if line.startswith("| `")]


@pytest.mark.parametrize(("field", "name"), [(field, name) for field, names in FIELDS.items() for name in names])
@pytest.mark.parametrize("decorated", ["{}", " {} ", "{}：", "*{}", "{}（必填）", "{}(x)"])
def test_every_name_is_understood(field: str, name: str, decorated: str) -> None:
    other = "号码" if field != "number" else "单位"
    columns = match([other, "单位" if field == "department" else "", decorated.format(name), "序号"])
    assert columns.place[field] == 2
    assert columns.unknown == ("序号",)


def test_each_name_means_one_field() -> None:
    every = [name for names in FIELDS.values() for name in names]
    assert len(every) == len(set(every))
    assert set(NAMES["stands_in"]["unit"]) <= set(FIELDS["department"])


def test_every_column_is_a_field_of_a_number() -> None:
    assert set(FIELDS) <= set(Number.__struct_fields__)


def test_the_page_lists_exactly_the_names() -> None:
    listed = {re.findall(r"`([^`]+)`", row[0])[0]: re.findall(r"`([^`]+)`", row[1]) for row in table("Columns")}
    assert listed == {names[0]: names[1:] for names in FIELDS.values()}


def test_the_pages_spellings_are_read_as_it_says() -> None:
    rows = table("How a number may be written")
    assert len(rows) >= 8
    for written, dialled in rows:
        for spelling in re.findall(r"`([^`]+)`", written):
            assert normalise(spelling, country="CN", area_code="0571") == dialled.strip("`")


def test_the_pages_example_is_a_directory() -> None:
    example = re.search(r"```csv\n(.*?)```", PAGE, re.S)
    assert example
    found = parse(example[1].encode(), "example.csv", country="CN", area_code="0571")
    assert (len(found.numbers), found.problems, found.notes) == (1, (), ())


def test_the_pages_errors_are_errors() -> None:
    wrong = re.search(r"Errors are:(.*?)\n\n", PAGE, re.S)
    assert wrong
    for spelling in re.findall(r"`([^`]+)`", wrong[1]):
        found = parse(f"单位,号码\n甲,{spelling}\n".encode(), "x.csv", country="CN", area_code="0571")
        assert (found.numbers, len(found.problems)) == ((), 1), spelling
